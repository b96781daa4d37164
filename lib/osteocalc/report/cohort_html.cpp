// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_html.h"

#include "osteocalc/cohort/agreement_models.h"
#include "osteocalc/cohort/findings.h"
#include "osteocalc/core/contract.h"
#include "osteocalc/core/provenance.h"
#include "osteocalc/report/cohort_figures.h"
#include "osteocalc/report/cohort_json.h"
#include "osteocalc/report/cohort_methods.h"
#include "osteocalc/report/cohort_tables.h"
#include "osteocalc/report/svg_png.h"
#include "osteocalc/report/text_file.h"

#include "cohort_template.h"
#include "page_style.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <kainjow/mustache.hpp>

namespace osteocalc::report {

namespace {

using cohort::CohortResult;
using cohort::FittedModel;
using kainjow::mustache::data;
using List = kainjow::mustache::list;

std::string number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{:.4g}", *value) : "not defined";
}

std::string p_value(const std::optional<double>& p) {
  return !p ? "not defined" : *p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", *p);
}

std::string interval(const std::optional<double>& low, const std::optional<double>& high) {
  return low && high ? fmt::format("{:.4g} to {:.4g}", *low, *high) : "not defined";
}

template <class... Pairs>
data record(Pairs&&... pairs) {
  data row;
  (row.set(pairs.first, pairs.second), ...);
  return row;
}
using Field = std::pair<const char*, std::string>;

const FittedModel* crude_of(const CohortResult& result, const FittedModel& model) {
  for (const FittedModel& other : result.models)
    if (other.role == "crude" && other.companion_of == model.spec.id)
      return &other;
  for (const FittedModel& other : result.models)
    if (model.spec.terms.size() > 1 && other.spec.terms.size() == 1 && other.spec.family == model.spec.family &&
        other.spec.design == model.spec.design && other.spec.outcome == model.spec.outcome &&
        other.spec.terms.front() == model.spec.terms.front() && other.model.n == model.model.n)
      return &other;
  return nullptr;
}

/// What the numbers of a row are: per cent, odds ratio, slope.
std::string scale_of(const CohortResult& result, const FittedModel& model) {
  if (cohort::reads_as_percent(result, model))
    return fmt::format("% of {} + 1", result.log_of);
  if (model.spec.family == "negative_binomial" || model.spec.family == "zero_inflated")
    return "rate ratio";
  if (model.spec.family == "two_part")
    return "ratio of means";
  if (cohort::is_log_ratio(model.model))
    return "odds ratio";
  if (cohort::is_agreement(model.spec.family))
    return model.spec.family == "bland_altman" ? "mean difference" : model.spec.family == "icc" ? "ICC" : "kappa";
  return !cohort::is_regression(model.spec.family) || model.spec.family.starts_with("partial") ? "correlation"
                                                                                               : "slope";
}

List association_rows(const CohortResult& result) {
  List rows;
  for (std::size_t i = 0; i < result.models.size(); ++i) {
    const FittedModel& model = result.models[i];
    if (model.role == "crude" || model.role == "groups")
      continue;
    const FittedModel* crude = crude_of(result, model);
    const bool adjusted = model.spec.terms.size() > 1;
    const bool one = cohort::has_one_slope(model.spec);
    const auto effect_of = [&](const FittedModel& of) { return one ? cohort::effect_number(result, of) : "a curve"; };
    const std::string effect = effect_of(model);
    const std::string adjusted_for =
        !adjusted ? "crude"
        : model.spec.terms.size() <= 5
            ? fmt::format("adjusted for {}", fmt::join(model.spec.terms.begin() + 1, model.spec.terms.end(), ", "))
            : fmt::format("adjusted for {} terms", model.spec.terms.size() - 1);
    data row = record(Field{"id", model.spec.id},
                      Field{"what", fmt::format("{} on {}", model.spec.outcome, model.spec.terms.front())},
                      Field{"adjusted_for", adjusted_for}, Field{"design", model.spec.design},
                      Field{"scale", one ? scale_of(result, model) : "overall test"},
                      Field{"n", std::to_string(model.model.n)},
                      Field{"crude", adjusted ? (crude ? effect_of(*crude) : "not fitted") : effect},
                      Field{"adjusted", adjusted ? effect : ""}, Field{"p", p_value(cohort::exposure_p(model))},
                      Field{"q", p_value(result.q_values.at(i))});
    row.set("lead", model.spec.id == result.lead);
    rows.push_back(row);
  }
  return rows;
}

List term_rows(const cohort::Model& model) {
  List terms;
  for (const cohort::Term& term : model.terms)
    terms.push_back(record(Field{"term", term.name}, Field{"estimate", number(term.estimate)},
                           Field{"se", term.se ? number(term.se) : ""},
                           Field{"interval", interval(term.ci_low, term.ci_high)},
                           Field{"statistic", number(term.statistic)}, Field{"p", p_value(term.p)}));
  return terms;
}

/// Tests and diagnostics in one line.
std::string diagnostics_line(const cohort::Model& model) {
  std::vector<std::string> parts;
  for (const cohort::ModelTest& test : model.tests)
    parts.push_back(fmt::format("{}: p {}", test.name, p_value(test.p)));
  for (const cohort::Measure& measure : model.diagnostics)
    parts.push_back(fmt::format("{}: {}", measure.name, number(measure.value)));
  if (model.scale)
    parts.push_back(fmt::format("scale: {}", number(model.scale)));
  if (model.log_likelihood)
    parts.push_back(fmt::format("log-likelihood: {:.2f}", *model.log_likelihood));
  return fmt::format("{}", fmt::join(parts, "; "));
}

data model_section(const FittedModel& fitted) {
  const cohort::Model& model = fitted.model;
  data section = record(Field{"id", fitted.spec.id}, Field{"formula", model.formula}, Field{"family", model.family},
                        Field{"design", model.design}, Field{"n", std::to_string(model.n)},
                        Field{"df", fmt::format("{:g}", model.df)}, Field{"diagnostics", diagnostics_line(model)});
  if (!model.errors.empty())
    section.set("errors", model.errors == "hc3" ? "HC3" : model.errors);
  if (!fitted.companion_of.empty())
    section.set("companion", fitted.companion_of);
  section.set("terms", term_rows(model));
  return section;
}

List table_rows(const cohort::Flow& flow) {
  List rows;
  for (const cohort::TableSource& table : flow.tables)
    rows.push_back(record(Field{"name", table.name}, Field{"rows", std::to_string(table.rows)},
                          Field{"matched", std::to_string(table.matched)},
                          Field{"left_over", std::to_string(table.left_over)}, Field{"sha256", table.sha256}));
  return rows;
}

List step_rows(const cohort::Flow& flow) {
  List rows;
  for (const cohort::FlowStep& step : flow.steps)
    rows.push_back(record(Field{"reason", step.reason}, Field{"removed", std::to_string(step.removed)},
                          Field{"remaining", std::to_string(step.remaining)}));
  return rows;
}

List issue_rows(const Issues& issues) {
  List rows;
  for (const Issue& issue : issues)
    rows.push_back(record(Field{"level", std::string(to_string(issue.level))}, Field{"rule", issue.rule},
                          Field{"where", issue.where}, Field{"text", issue.text}));
  return rows;
}

List texts(const std::vector<std::string>& values, const char* name = "text") {
  List rows;
  for (const std::string& value : values)
    rows.push_back(record(Field{name, value}));
  return rows;
}

std::string cell(const cohort::DescriptionRow& row, std::size_t g) {
  if (!row.value[g])
    return "";
  if (row.is_level)
    return fmt::format("{:.0f} ({:.1f} %)", *row.value[g], 100 * row.spread[g].value_or(0));
  return row.spread[g] ? fmt::format("{:.4g} ({:.3g})", *row.value[g], *row.spread[g]) : number(row.value[g]);
}

void set_description(data& page, const CohortResult& result) {
  const cohort::Description& description = result.description;
  std::vector<std::string> heads;
  for (std::size_t g = 0; g < description.groups.size(); ++g)
    heads.push_back(fmt::format("{} (n = {})", description.groups[g], description.n[g]));
  page.set("groups", texts(heads));
  List rows, missing;
  for (const cohort::DescriptionRow& row : description.rows) {
    std::vector<std::string> cells;
    for (std::size_t g = 0; g < row.value.size(); ++g)
      cells.push_back(cell(row, g));
    data entry = record(Field{"label", row.label});
    entry.set("cells", texts(cells));
    rows.push_back(entry);
  }
  for (const cohort::MissingRow& row : description.missing)
    missing.push_back(record(Field{"variable", row.variable}, Field{"missing", std::to_string(row.missing)},
                             Field{"share", fmt::format("{:.1f} %", 100.0 * static_cast<double>(row.missing) /
                                                                        static_cast<double>(result.flow.domain))}));
  page.set("description", rows);
  page.set("missing", missing);
  page.set("has_description", !description.rows.empty());
  page.set("weighted", description.weighted);
}

std::string slope_text(const cohort::Term& slope) {
  return fmt::format("{} ({})", number(slope.estimate), interval(slope.ci_low, slope.ci_high));
}

/// One line a doubt: what was asked, what came out, which model it is about.
List doubt_rows(const CohortResult& result) {
  List rows;
  const cohort::LeadChecks& checks = result.checks;
  const auto add = [&](const std::string& what, const std::string& answer) {
    rows.push_back(record(Field{"what", what}, Field{"answer", answer}, Field{"model", result.lead}));
  };
  if (const auto share = cohort::share_removed(result))
    add("share of the crude slope that adjustment removes", fmt::format("{:.0f} %", 100 * *share));
  if (result.age_share)
    add(fmt::format("share of the crude slope that {} alone accounts for", result.plan.question.age),
        fmt::format("{:.0f} %", 100 * *result.age_share));
  if (checks.influence)
    add(fmt::format("slope with any one of {} {}s left out", checks.influence->units, checks.influence->unit),
        fmt::format("{} to {} (all: {}){}; largest Cook's distance of a row {}, {} rows above 4/n",
                    number(checks.influence->low), number(checks.influence->high), number(checks.influence->slope),
                    checks.influence->most.empty() ? "" : fmt::format(", most by {}", checks.influence->most),
                    number(checks.influence->max_cook), checks.influence->rows_over));
  if (checks.measurement)
    add(fmt::format("slope corrected for measurement error (precision error {}, reliability {:.3f})",
                    number(checks.measurement->precision_error), checks.measurement->reliability),
        fmt::format("{}{}",
                    checks.measurement->calibrated ? slope_text(*checks.measurement->calibrated) : "not defined",
                    checks.measurement->simex ? fmt::format("; SIMEX {}", number(checks.measurement->simex)) : ""));
  if (checks.physics)
    add(fmt::format("slope adjusted for the scan too ({})", fmt::join(checks.physics->terms, ", ")),
        fmt::format("{}, n = {}", slope_text(checks.physics->slope), checks.physics->n));
  if (result.control)
    add(fmt::format("slope among simulated scans without a relation ({}, n = {})", result.control->table,
                    result.control->n),
        slope_text(result.control->slope));
  if (const auto e_value = cohort::lead_e_value(result))
    add("E-value of the estimate, and of the interval's nearer end",
        fmt::format("{:.2f}, {:.2f}", e_value->estimate, e_value->limit));
  for (const cohort::LiteratureCheck& check : result.literature)
    add(fmt::format("nearest to the published {} for {} ({})", number(check.published.estimate),
                    check.published.outcome, check.published.source),
        fmt::format("{}: {}; of {} tried, {} to {}", check.nearest, slope_text(check.estimate), check.tried,
                    number(check.low), number(check.high)));
  if (checks.breusch_pagan)
    add("equal spread (Breusch-Pagan)", fmt::format("p {}", p_value(checks.breusch_pagan->p)));
  return rows;
}

List strata_rows(const CohortResult& result) {
  List rows;
  for (const cohort::StrataCheck& check : result.strata)
    for (std::size_t i = 0; i < check.strata.size(); ++i) {
      const cohort::StratumSlope& stratum = check.strata[i];
      rows.push_back(record(
          Field{"variable", check.variable}, Field{"level", stratum.level}, Field{"n", std::to_string(stratum.n)},
          Field{"slope", stratum.slope ? slope_text(*stratum.slope) : "not fitted"},
          Field{"p", stratum.slope ? p_value(stratum.slope->p) : ""},
          Field{"heterogeneity", i == 0 && check.heterogeneity ? p_value(check.heterogeneity->p) : ""}));
    }
  return rows;
}

List strobe_rows(const CohortResult& result) {
  List rows;
  for (const StrobeItem& item : strobe_checklist(result))
    rows.push_back(record(Field{"number", item.number}, Field{"topic", item.topic}, Field{"text", item.text},
                          Field{"state", item.filled ? "filled" : "author must write"}));
  return rows;
}

/// The summary's figure stands with the summary; the others with what they doubt.
void set_figures(data& page, const CohortResult& result) {
  List first, second;
  for (const Figure& figure : cohort_figures(result)) {
    const bool doubt = figure.name == "specifications" || figure.name == "residuals";
    (doubt ? second : first).push_back(record(Field{"svg", figure.drawing.str()}, Field{"caption", figure.caption}));
  }
  page.set("figures", first);
  page.set("doubt_figures", second);
}

void set_summary(data& page, const CohortResult& result) {
  const cohort::ModelSpec& lead = cohort::lead_model(result).spec;
  page.set("outcome", result.outcome);
  page.set("exposure", result.exposure);
  page.set("adjust", fmt::format("{}", fmt::join(lead.terms.begin() + 1, lead.terms.end(), ", ")));
  page.set("adjusted", lead.terms.size() > 1);
  page.set("lead", result.lead);
  page.set("headline", result.findings.front());
  page.set("findings", texts({result.findings.begin() + 1, result.findings.end()}));
  page.set("issues", issue_rows(result.issues));
  page.set("associations", association_rows(result));
}

} // namespace

std::string cohort_html(const CohortResult& result) {
  OSTEOCALC_EXPECT(!result.findings.empty());
  data page;
  page.set("style", page_style);
  set_summary(page, result);
  set_figures(page, result);
  page.set("has_tables", !result.flow.tables.empty());
  page.set("tables", table_rows(result.flow));
  if (result.flow.tables.size() > 1)
    page.set("key", result.key);
  page.set("rows", std::to_string(result.flow.rows));
  page.set("steps", step_rows(result.flow));
  set_description(page, result);
  page.set("doubts", doubt_rows(result));
  page.set("has_strata", !result.strata.empty());
  page.set("strata", strata_rows(result));
  List models;
  for (const FittedModel& model : result.models)
    models.push_back(model_section(model));
  page.set("models", models);
  page.set("methods", texts(cohort_methods(result)));
  page.set("strobe", strobe_rows(result));
  page.set("plan", result.plan.text);
  page.set("plan_sha256", result.plan_sha256);
  page.set("version", std::string(version()));
  page.set("commit", std::string(commit()));
  kainjow::mustache::mustache page_template(cohort_template);
  OSTEOCALC_ENSURE(page_template.is_valid());
  return page_template.render(page);
}

void write_cohort_report(const CohortResult& result, const std::filesystem::path& folder) {
  write_cohort_json(result, folder / "cohort.json");
  write_text_file(folder / "cohort.html", cohort_html(result));
  write_text_file(folder / "plan.toml", result.plan.text);
  for (const Figure& figure : cohort_figures(result)) {
    write_text_file(folder / "figures" / (figure.name + ".svg"), figure.drawing.str());
    write_png(figure.drawing, folder / "figures" / (figure.name + ".png"));
  }
  write_cohort_tables(cohort_sheets(result), folder / "tables");
}

} // namespace osteocalc::report
