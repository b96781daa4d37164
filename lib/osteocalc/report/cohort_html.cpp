// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_html.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/provenance.h"
#include "osteocalc/report/cohort_figures.h"
#include "osteocalc/report/cohort_json.h"
#include "osteocalc/report/text_file.h"

#include "cohort_template.h"
#include "page_style.h"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <kainjow/mustache.hpp>

namespace osteocalc::report {

namespace {

using kainjow::mustache::data;
using List = kainjow::mustache::list;

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:.4g}", *value) : "not defined";
}

std::string p_value(const std::optional<double>& p) {
  return !p ? "not defined" : *p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", *p);
}

std::string interval(const std::optional<double>& low, const std::optional<double>& high) {
  return low && high ? fmt::format("{:.4g} to {:.4g}", *low, *high) : "not defined";
}

/// "-8.3 % (-12.1 to -4.3)"
std::string percent(const cohort::Term& slope) {
  const double change = cohort::percent_change(slope.estimate);
  const int decimals = std::abs(change) < 1 ? 3 : 1;
  return fmt::format("{1:.{0}f} % ({2:.{0}f} to {3:.{0}f})", decimals, change, cohort::percent_change(*slope.ci_low),
                     cohort::percent_change(*slope.ci_high));
}

data association_row(const cohort::Association& association) {
  data row;
  row.set("label", association.label);
  row.set("n", std::to_string(association.per_sd.n));
  row.set("per_sd", percent(cohort::exposure_slope(association.per_sd)));
  row.set("per_unit", percent(cohort::exposure_slope(association.per_unit)));
  row.set("p", p_value(cohort::exposure_slope(association.per_sd).p));
  return row;
}

List association_rows(const cohort::CohortResult& result) {
  List rows{association_row(result.crude)};
  for (const auto* more : {&result.same_people, &result.adjusted})
    for (const cohort::Association& association : *more)
      rows.push_back(association_row(association));
  return rows;
}

data model_section(const cohort::Model& model) {
  List terms;
  for (const cohort::Term& term : model.terms) {
    data row;
    row.set("term", term.name);
    row.set("estimate", number(term.estimate));
    row.set("se", term.se ? number(term.se) : "");
    row.set("interval", interval(term.ci_low, term.ci_high));
    row.set("statistic", number(term.statistic));
    row.set("p", p_value(term.p));
    terms.push_back(row);
  }
  data section;
  section.set("id", model.id);
  section.set("formula", model.formula);
  section.set("family", model.family);
  if (!model.errors.empty())
    section.set("errors", model.errors == "hc3" ? "HC3" : model.errors);
  section.set("n", std::to_string(model.n));
  section.set("df", fmt::format("{:g}", model.df));
  section.set("terms", terms);
  return section;
}

List table_rows(const cohort::Flow& flow) {
  List rows;
  for (const cohort::TableSource& table : flow.tables) {
    data row;
    row.set("name", table.name);
    row.set("rows", std::to_string(table.rows));
    row.set("matched", std::to_string(table.matched));
    row.set("left_over", std::to_string(table.left_over));
    row.set("sha256", table.sha256);
    rows.push_back(row);
  }
  return rows;
}

List step_rows(const cohort::Flow& flow) {
  List rows;
  for (const cohort::FlowStep& step : flow.steps) {
    data row;
    row.set("reason", step.reason);
    row.set("removed", std::to_string(step.removed));
    row.set("remaining", std::to_string(step.remaining));
    rows.push_back(row);
  }
  return rows;
}

List issue_rows(const Issues& issues) {
  List rows;
  for (const Issue& issue : issues) {
    data row;
    row.set("level", std::string(to_string(issue.level)));
    row.set("rule", issue.rule);
    row.set("where", issue.where);
    row.set("text", issue.text);
    rows.push_back(row);
  }
  return rows;
}

std::string methods(const cohort::CohortResult& result) {
  const cohort::CohortRequest& request = result.request;
  std::string text = fmt::format("The rank correlation is Spearman's, on midranks, with p from Student's t and the "
                                 "interval of Bonett and Wright. ln({0} + "
                                 "1) was regressed on {1} by ordinary least squares with HC3 errors; p and 95 % "
                                 "intervals come from Student's t with n - k "
                                 "degrees of freedom, and a slope b is shown as 100 (exp(b) - 1) per cent of {0} + 1. "
                                 "One SD of {1} is {2:.4g} about a mean "
                                 "of {3:.4g} in its own unit, over the people with both measurements.",
                                 request.outcome, request.exposure, result.exposure_sd, result.exposure_mean);
  if (!request.adjust.empty())
    text += fmt::format(
        " The adjusted model adds {}. Each model uses the people for whom all its variables are known, and the "
        "share of the crude slope that adjustment removes compares the same people.",
        fmt::join(request.adjust, ", "));
  return text + " Rows count equally and as independent; no survey weights are used.";
}

void set_summary(data& page, const cohort::CohortResult& result) {
  page.set("outcome", result.request.outcome);
  page.set("exposure", result.request.exposure);
  page.set("adjust", fmt::format("{}", fmt::join(result.request.adjust, ", ")));
  page.set("adjusted", !result.adjusted.empty());
  page.set("same_people", !result.same_people.empty());
  page.set("sd", number(result.exposure_sd));
  page.set("headline", result.findings.front());
  List others;
  for (std::size_t i = 1; i < result.findings.size(); ++i)
    others.push_back(result.findings[i]);
  page.set("findings", others);
  page.set("issues", issue_rows(result.issues));
  page.set("associations", association_rows(result));
}

} // namespace

std::string cohort_html(const cohort::CohortResult& result) {
  OSTEOCALC_EXPECT(!result.findings.empty());
  data page;
  page.set("style", page_style);
  set_summary(page, result);
  page.set("change_svg", cohort_change_svg(result));
  page.set("scatter_svg", cohort_scatter_svg(result));
  page.set("has_tables", !result.flow.tables.empty());
  page.set("tables", table_rows(result.flow));
  if (result.flow.tables.size() > 1)
    page.set("key", result.request.key);
  page.set("rows", std::to_string(result.flow.rows));
  page.set("steps", step_rows(result.flow));
  List models;
  for (const cohort::Model& model : cohort::all_models(result))
    models.push_back(model_section(model));
  page.set("models", models);
  page.set("methods", methods(result));
  page.set("version", std::string(version()));
  page.set("commit", std::string(commit()));
  kainjow::mustache::mustache page_template(cohort_template);
  OSTEOCALC_ENSURE(page_template.is_valid());
  return page_template.render(page);
}

void write_cohort_report(const cohort::CohortResult& result, const std::filesystem::path& folder) {
  write_cohort_json(result, folder / "cohort.json");
  write_text_file(folder / "cohort.html", cohort_html(result));
  write_text_file(folder / "figures" / "scatter.svg", cohort_scatter_svg(result));
  write_text_file(folder / "figures" / "change.svg", cohort_change_svg(result));
}

} // namespace osteocalc::report
