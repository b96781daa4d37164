// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_json.h"

#include "osteocalc/cohort/findings.h"
#include "osteocalc/core/provenance.h"
#include "osteocalc/report/json_values.h"
#include "osteocalc/report/text_file.h"

#include <cmath>

namespace osteocalc::report {

namespace {

using cohort::CohortResult;

/// Json has no infinity: an interval without end is null.
Json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json();
}

Json percent(const std::optional<double>& slope) {
  return slope ? number(cohort::percent_change(*slope)) : Json();
}

Json to_json(const cohort::Term& term) {
  return {{"term", term.name},
          {"estimate", number(term.estimate)},
          {"se", number(term.se)},
          {"statistic", number(term.statistic)},
          {"p", number(term.p)},
          {"ci_low", number(term.ci_low)},
          {"ci_high", number(term.ci_high)}};
}

Json to_json(const cohort::ModelTest& test) {
  return {{"test", test.name},
          {"statistic", number(test.statistic)},
          {"df", test.df},
          {"df2", number(test.df2)},
          {"p", number(test.p)}};
}

Json to_json(const cohort::EValue& value) {
  return {{"estimate", value.estimate}, {"limit", value.limit}};
}

Json to_json(const cohort::LiteratureCheck& check) {
  const cohort::Published& published = check.published;
  return {
      {"source", published.source},
      {"outcome", published.outcome},
      {"scale", published.ratio ? "odds_ratio" : "slope"},
      {"published", {{"estimate", published.estimate}, {"ci_low", published.ci_low}, {"ci_high", published.ci_high}}},
      {"tried", check.tried},
      {"range", {check.low, check.high}},
      {"nearest", check.nearest},
      {"estimate", number(check.estimate.estimate)},
      {"ci_low", number(check.estimate.ci_low)},
      {"ci_high", number(check.estimate.ci_high)}};
}

Json to_json(const cohort::StrataCheck& check);
Json to_json(const cohort::Specification& one);

template <class Values>
Json list(const Values& values) {
  Json json = Json::array();
  for (const auto& value : values)
    json.push_back(to_json(value));
  return json;
}

Json measures(const std::vector<cohort::Measure>& values) {
  Json json = Json::object();
  for (const cohort::Measure& measure : values)
    json[measure.name] = number(measure.value);
  return json;
}

Json to_json(const CohortResult& result, const cohort::FittedModel& fitted, std::optional<double> q,
             const std::optional<cohort::EValue>& e_value) {
  const cohort::Model& model = fitted.model;
  Json json{{"id", fitted.spec.id}, {"family", model.family}, {"design", model.design}, {"formula", model.formula}};
  if (!model.errors.empty())
    json["errors"] = model.errors;
  json["n"] = model.n;
  json["df"] = model.df;
  json["terms"] = list(model.terms);
  json["scale"] = number(model.scale);
  json["log_likelihood"] = number(model.log_likelihood);
  json["tests"] = list(model.tests);
  json["diagnostics"] = measures(model.diagnostics);
  json["converged"] = model.converged;
  json["role"] = fitted.role;
  json["companion_of"] = fitted.companion_of.empty() ? Json() : Json(fitted.companion_of);
  json["exposure_term"] = fitted.exposure;
  json["q"] = number(q);
  json["e_value"] = e_value ? to_json(*e_value) : Json();
  if (cohort::reads_as_percent(result, fitted)) {
    const cohort::Term& slope = cohort::exposure_slope(fitted);
    json["percent_change"] = {
        {"estimate", percent(slope.estimate)}, {"ci_low", percent(slope.ci_low)}, {"ci_high", percent(slope.ci_high)}};
  }
  json["excluded"] = Json::array();
  for (const cohort::Exclusion& exclusion : fitted.excluded)
    json["excluded"].push_back({{"column", exclusion.column}, {"rows", exclusion.rows}});
  return json;
}

Json to_json(const cohort::Flow& flow) {
  Json json{{"rows", flow.rows}, {"domain", flow.domain}, {"crude", flow.crude}, {"adjusted", flow.adjusted}};
  json["tables"] = Json::array();
  for (const cohort::TableSource& table : flow.tables)
    json["tables"].push_back(
        {{"table", table.name}, {"rows", table.rows}, {"matched", table.matched}, {"left_over", table.left_over}});
  json["steps"] = Json::array();
  for (const cohort::FlowStep& step : flow.steps)
    json["steps"].push_back({{"reason", step.reason}, {"removed", step.removed}, {"remaining", step.remaining}});
  return json;
}

Json to_json(const cohort::Specification& one) {
  Json json{{"outcome", one.spec.outcome},  {"exposure", one.spec.terms.front()},
            {"covariates", one.covariates}, {"terms", one.spec.terms},
            {"family", one.spec.family},    {"design", one.spec.design},
            {"errors", one.spec.errors},    {"n", one.n}};
  if (!one.failure.empty()) {
    json["failure"] = one.failure;
    return json;
  }
  json["estimate"] = one.slope;
  json["se"] = one.slope_se;
  json["p"] = number(one.standardized.p);
  json["standardized"] = {{"estimate", one.standardized.estimate},
                          {"ci_low", number(one.standardized.ci_low)},
                          {"ci_high", number(one.standardized.ci_high)}};
  return json;
}

Json to_json(const cohort::StrataCheck& check) {
  Json json{{"variable", check.variable}, {"sign_flips", check.sign_flips}};
  json["heterogeneity"] = check.heterogeneity ? to_json(*check.heterogeneity) : Json();
  json["strata"] = Json::array();
  for (const cohort::StratumSlope& stratum : check.strata)
    json["strata"].push_back(
        {{"level", stratum.level}, {"n", stratum.n}, {"slope", stratum.slope ? to_json(*stratum.slope) : Json()}});
  return json;
}

Json checks(const CohortResult& result) {
  const cohort::LeadChecks& found = result.checks;
  Json json{{"share_removed", number(cohort::share_removed(result))}, {"age_share", number(result.age_share)}};
  json["strata"] = list(result.strata);
  if (found.influence)
    json["influence"] = {{"unit", found.influence->unit},
                         {"units", found.influence->units},
                         {"most", found.influence->most.empty() ? Json() : Json(found.influence->most)},
                         {"slope", found.influence->slope},
                         {"low", found.influence->low},
                         {"high", found.influence->high},
                         {"max_cook", found.influence->max_cook},
                         {"rows_over_4_n", found.influence->rows_over}};
  if (found.measurement) {
    json["measurement_error"] = {{"precision_error", found.measurement->precision_error},
                                 {"reliability", found.measurement->reliability},
                                 {"simex", number(found.measurement->simex)}};
    json["measurement_error"]["calibrated"] =
        found.measurement->calibrated ? to_json(*found.measurement->calibrated) : Json();
  }
  if (found.physics)
    json["scan_adjusted"] = {
        {"terms", found.physics->terms}, {"n", found.physics->n}, {"slope", to_json(found.physics->slope)}};
  if (result.control)
    json["negative_control"] = {
        {"table", result.control->table}, {"n", result.control->n}, {"slope", to_json(result.control->slope)}};
  if (const auto e_value = cohort::lead_e_value(result))
    json["e_value"] = to_json(*e_value);
  if (found.breusch_pagan)
    json["breusch_pagan"] = to_json(*found.breusch_pagan);
  json["variance_inflation"] = measures(found.variance_inflation);
  if (found.dose_response) {
    json["dose_response"] = {{"reference", found.dose_response->reference},
                             {"tests", list(found.dose_response->tests)}};
    json["dose_response"]["points"] = Json::array();
    for (const cohort::CurvePoint& point : found.dose_response->points)
      json["dose_response"]["points"].push_back({point.x, point.estimate, point.low, point.high});
  }
  return json;
}

Json to_json(const cohort::Quadrants& quadrants) {
  return {{"outcome_cut", quadrants.outcome_cut},
          {"exposure_cut", quadrants.exposure_cut},
          {"neither", quadrants.neither},
          {"calcium", quadrants.calcium},
          {"bone", quadrants.bone},
          {"both", quadrants.both},
          {"expected_both", quadrants.expected_both}};
}

Json to_json(const cohort::Description& description) {
  Json json{{"groups", description.groups}, {"n", description.n}, {"weighted", description.weighted}};
  json["rows"] = Json::array();
  for (const cohort::DescriptionRow& row : description.rows) {
    Json cells = Json::array();
    for (std::size_t i = 0; i < row.value.size(); ++i)
      cells.push_back({{row.is_level ? "count" : "mean", number(row.value[i])},
                       {row.is_level ? "share" : "sd", number(row.spread[i])}});
    json["rows"].push_back({{"label", row.label}, {"cells", cells}});
  }
  json["missing"] = Json::array();
  for (const cohort::MissingRow& row : description.missing)
    json["missing"].push_back({{"variable", row.variable}, {"missing", row.missing}});
  return json;
}

Json provenance(const CohortResult& result) {
  Json json{{"version", version()}, {"commit", commit()}, {"plan_sha256", result.plan_sha256}};
  json["options"] = {{"outcome", result.outcome},
                     {"exposure", result.exposure},
                     {"lead", result.lead},
                     {"key", result.key.empty() ? Json() : Json(result.key)},
                     {"bootstrap_draws", result.plan.bootstrap_draws},
                     {"seed", result.plan.seed}};
  json["plan"] = result.plan.text;
  json["tables"] = Json::array();
  for (const cohort::TableSource& table : result.flow.tables)
    json["tables"].push_back({{"table", table.name}, {"sha256", table.sha256}});
  return json;
}

} // namespace

std::string cohort_json(const CohortResult& result) {
  Json json{{"schema", "osteocalc.cohort/1"}, {"flow", to_json(result.flow)}};
  json["exposure"] = {{"column", result.exposure}, {"mean", result.exposure_mean}, {"sd", result.exposure_sd}};
  json["lead"] = result.lead;
  json["crude"] = result.crude.empty() ? Json() : Json(result.crude);
  json["models"] = Json::array();
  for (std::size_t i = 0; i < result.models.size(); ++i)
    json["models"].push_back(to_json(result, result.models[i], result.q_values.at(i),
                                     i < result.e_values.size() ? result.e_values[i] : std::nullopt));
  json["share_removed"] = number(cohort::share_removed(result));
  json["checks"] = checks(result);
  json["specifications"] = list(result.specifications);
  json["literature"] = list(result.literature);
  json["quadrants"] = result.quadrants ? to_json(*result.quadrants) : Json();
  json["description"] = to_json(result.description);
  json["findings"] = result.findings;
  json["issues"] = to_json(result.issues);
  json["provenance"] = provenance(result);
  // A column name may hold bytes that are no UTF-8; a replacement character is better than no result.
  return json_text(json, 1);
}

void write_cohort_json(const CohortResult& result, const std::filesystem::path& file) {
  write_text_file(file, cohort_json(result));
}

} // namespace osteocalc::report
