// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_json.h"

#include "osteocalc/core/provenance.h"
#include "osteocalc/report/text_file.h"

#include <nlohmann/json.hpp>

namespace osteocalc::report {

namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json percent(const std::optional<double>& slope) {
  return slope ? Json(cohort::percent_change(*slope)) : Json();
}

Json to_json(const cohort::Term& term) {
  return {{"term", term.name},
          {"estimate", term.estimate},
          {"se", number(term.se)},
          {"statistic", number(term.statistic)},
          {"p", number(term.p)},
          {"ci_low", number(term.ci_low)},
          {"ci_high", number(term.ci_high)}};
}

Json to_json(const cohort::Model& model) {
  Json json{{"id", model.id}, {"family", model.family}, {"design", model.design}, {"formula", model.formula}};
  if (!model.errors.empty())
    json["errors"] = model.errors;
  json["n"] = model.n;
  json["df"] = model.df;
  json["terms"] = Json::array();
  for (const cohort::Term& term : model.terms)
    json["terms"].push_back(to_json(term));
  if (model.family == "linear") {
    const cohort::Term& slope = cohort::exposure_slope(model);
    json["percent_change"] = {{"term", slope.name},
                              {"estimate", percent(slope.estimate)},
                              {"ci_low", percent(slope.ci_low)},
                              {"ci_high", percent(slope.ci_high)}};
  }
  json["scale"] = number(model.scale);
  json["log_likelihood"] = number(model.log_likelihood);
  return json;
}

Json to_json(const cohort::Flow& flow) {
  Json json{{"rows", flow.rows}, {"crude", flow.crude}, {"adjusted", flow.adjusted}};
  json["tables"] = Json::array();
  for (const cohort::TableSource& table : flow.tables)
    json["tables"].push_back(
        {{"table", table.name}, {"rows", table.rows}, {"matched", table.matched}, {"left_over", table.left_over}});
  json["steps"] = Json::array();
  for (const cohort::FlowStep& step : flow.steps)
    json["steps"].push_back({{"reason", step.reason}, {"removed", step.removed}, {"remaining", step.remaining}});
  return json;
}

Json provenance(const cohort::CohortResult& result) {
  const cohort::CohortRequest& request = result.request;
  Json json{{"version", version()}, {"commit", commit()}};
  json["options"] = {{"outcome", request.outcome},
                     {"exposure", request.exposure},
                     {"adjust", request.adjust},
                     {"key", request.key.empty() ? Json() : Json(request.key)}};
  json["tables"] = Json::array();
  for (const cohort::TableSource& table : result.flow.tables)
    json["tables"].push_back({{"table", table.name}, {"sha256", table.sha256}});
  return json;
}

} // namespace

std::string cohort_json(const cohort::CohortResult& result) {
  Json json{{"schema", "osteocalc.cohort/1"}, {"flow", to_json(result.flow)}};
  json["exposure"] = {{"column", result.request.exposure}, {"mean", result.exposure_mean}, {"sd", result.exposure_sd}};
  json["models"] = Json::array();
  for (const cohort::Model& model : cohort::all_models(result))
    json["models"].push_back(to_json(model));
  json["share_removed"] = number(cohort::share_removed(result));
  json["findings"] = result.findings;
  json["issues"] = Json::array();
  for (const Issue& issue : result.issues)
    json["issues"].push_back(
        {{"level", to_string(issue.level)}, {"rule", issue.rule}, {"where", issue.where}, {"text", issue.text}});
  json["provenance"] = provenance(result);
  // A column name may hold bytes that are no UTF-8; a replacement character is better than no result.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_cohort_json(const cohort::CohortResult& result, const std::filesystem::path& file) {
  write_text_file(file, cohort_json(result));
}

} // namespace osteocalc::report
