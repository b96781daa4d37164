// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/analysis.h"

#include "osteocalc/cohort/agreement_models.h"
#include "osteocalc/cohort/confounding.h"
#include "osteocalc/cohort/expression.h"
#include "osteocalc/cohort/findings.h"
#include "osteocalc/cohort/formula.h"
#include "osteocalc/cohort/spline.h"
#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace osteocalc::cohort {

namespace {

/// "x" of "function(x)", else empty.
std::string argument_of(const std::string& text, const std::string& function) {
  return text.starts_with(function + "(") && text.ends_with(')')
             ? text.substr(function.size() + 1, text.size() - function.size() - 2)
             : std::string();
}

/// How a variable is computed: the plan's expression, else its name.
std::string definition(const Plan& plan, const std::string& name) {
  for (const auto& [variable, text] : plan.variables)
    if (variable == name)
      return text;
  return name;
}

std::string unquoted(const std::string& text) {
  return text.size() > 2 && text.front() == '`' && text.back() == '`' ? text.substr(1, text.size() - 2) : text;
}

/// The adjusted model that answers: the plan's word, else the first among surveys, then linear, then with most terms.
const FittedModel& choose_lead(const std::vector<FittedModel>& models, const Plan& plan) {
  for (const FittedModel& model : models)
    if (model.spec.id == plan.question.lead)
      return model;
  const auto rank = [](const FittedModel& model) {
    return std::tuple(model.role == "plan", has_one_slope(model.spec),
                      is_regression(model.spec.family) && model.spec.terms.size() > 1, model.spec.family == "linear",
                      model.spec.design == "survey", model.spec.terms.size());
  };
  return *std::max_element(models.begin(), models.end(),
                           [&](const FittedModel& a, const FittedModel& b) { return rank(a) < rank(b); });
}

std::string choose_crude(const std::vector<FittedModel>& models, const FittedModel& lead) {
  for (const FittedModel& model : models)
    if (model.companion_of == lead.spec.id && model.role == "crude")
      return model.spec.id;
  for (const FittedModel& model : models)
    if (lead.spec.terms.size() > 1 && model.spec.terms.size() == 1 && model.spec.family == lead.spec.family &&
        model.spec.design == lead.spec.design && model.spec.outcome == lead.spec.outcome &&
        model.spec.terms.front() == lead.spec.terms.front() && model.model.n == lead.model.n)
      return model.spec.id;
  return {};
}

/// From the domain's steps on: what the lead's own variables leave out.
void complete_flow(CohortResult& result, const PlanData& data) {
  Flow& flow = result.flow;
  flow.tables = data.sources;
  flow.rows = data.table.rows();
  flow.steps = data.steps;
  flow.domain = data.domain_rows.size();
  const FittedModel& lead = lead_model(result);
  std::size_t remaining = flow.domain;
  flow.crude = remaining;
  for (std::size_t i = 0; i < lead.excluded.size(); ++i) {
    const Exclusion& exclusion = lead.excluded[i];
    remaining -= exclusion.rows;
    const bool known = std::any_of(flow.steps.begin(), flow.steps.end(),
                                   [&](const FlowStep& step) { return step.reason == exclusion.column + " missing"; });
    if (i < 2)
      flow.crude = remaining;
    if (known && exclusion.rows == 0)
      continue;
    const bool weight = exclusion.column == "positive survey weight";
    flow.steps.push_back({weight   ? "no positive survey weight"
                          : i == 0 ? fmt::format("outcome {} missing", exclusion.column)
                          : i == 1 ? fmt::format("exposure {} missing", exclusion.column)
                                   : fmt::format("adjustment {} missing", exclusion.column),
                          exclusion.rows, remaining});
  }
  flow.adjusted = lead.model.n;
}

void name_the_question(CohortResult& result, const PlanData& data) {
  const FittedModel& lead = lead_model(result);
  const std::string variable = formula_variables({lead.spec.terms.front()}).front();
  const std::string inner = argument_of(definition(result.plan, variable), "standardize");
  result.per_sd = !inner.empty();
  result.exposure = inner.empty() ? variable : unquoted(inner);
  result.log_of = unquoted(argument_of(definition(result.plan, lead.spec.outcome), "log1p"));
  result.outcome = result.log_of.empty() ? lead.spec.outcome : result.log_of;
  const Column* column = data.domain_table.find(result.exposure);
  if (!column)
    column = &data.domain_table.column(variable);
  const auto* cells = std::get_if<Numbers>(&column->cells);
  if (!cells)
    return;
  double sum = 0, squares = 0, n = 0;
  for (const auto& cell : *cells)
    if (cell)
      sum += *cell, ++n;
  result.exposure_mean = sum / n;
  for (const auto& cell : *cells)
    if (cell)
      squares += (*cell - result.exposure_mean) * (*cell - result.exposure_mean);
  result.exposure_sd = std::sqrt(squares / (n - 1));
}

/// The column that colours the scatter: sex, else the first variable of the lead with two levels.
std::string find_group_column(const PlanData& data, const ModelSpec& lead) {
  std::vector<std::string> candidates{"sex"};
  for (const std::string& variable : formula_variables({lead.terms.begin() + 1, lead.terms.end()}))
    candidates.push_back(variable);
  for (const std::string& candidate : candidates) {
    const Column* column = data.domain_table.find(candidate);
    std::set<std::string> levels;
    for (std::size_t row = 0; column && row < data.domain_table.rows() && levels.size() < 3; ++row)
      levels.insert(cell_text(*column, row).value_or(""));
    levels.erase("");
    if (levels.size() == 2)
      return candidate;
  }
  return {};
}

/// Points in the exposure's own unit, whatever unit the lead uses.
void add_points(CohortResult& result, const PlanData& data) {
  const ModelSpec& lead = lead_model(result).spec;
  const std::string variable = formula_variables({lead.terms.front()}).front();
  const Column* x = data.table.find(result.exposure);
  const auto* xs = std::get_if<Numbers>(&(x ? *x : data.table.column(variable)).cells);
  const Numbers& ys = data.table.numbers(lead.outcome);
  if (!xs)
    return;
  result.group_column = find_group_column(data, lead);
  const Column* group = data.table.find(result.group_column);
  const bool survey = lead.design == "survey";
  double total = 0;
  for (const std::size_t row : data.domain_rows) {
    const double weight = survey ? data.survey->weights[row] : 1;
    if (!(*xs)[row] || !ys[row] || weight == 0)
      continue;
    result.points.push_back(
        {*(*xs)[row], *ys[row], group ? cell_text(*group, row).value_or("unknown") : std::string()});
    result.mean_x += weight * *(*xs)[row];
    result.mean_y += weight * *ys[row];
    total += weight;
  }
  result.mean_x /= total;
  result.mean_y /= total;
}

void add_quadrants(CohortResult& result) {
  if (result.points.empty())
    return;
  std::vector<double> x, y;
  for (const ScatterPoint& point : result.points) {
    x.push_back(point.exposure);
    y.push_back(result.log_of.empty() ? point.outcome : std::expm1(point.outcome));
  }
  const Question& question = result.plan.question;
  Quadrants quadrants;
  quadrants.cuts_from_plan = question.outcome_cut && question.exposure_cut;
  quadrants.outcome_cut = question.outcome_cut.value_or(quantile(y, 0.75));
  quadrants.exposure_cut = question.exposure_cut.value_or(quantile(x, 0.25));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool much = y[i] >= quadrants.outcome_cut * (1 - 1e-12) && y[i] > 0, low = x[i] < quadrants.exposure_cut;
    ++(much ? (low ? quadrants.both : quadrants.calcium) : (low ? quadrants.bone : quadrants.neither));
  }
  const auto n = static_cast<double>(x.size());
  quadrants.expected_both = static_cast<double>(quadrants.both + quadrants.calcium) *
                            static_cast<double>(quadrants.both + quadrants.bone) / n;
  result.quadrants = quadrants;
}

void add_q_values(CohortResult& result) {
  std::vector<double> p;
  for (const FittedModel& model : result.models)
    if (const auto known = exposure_p(model))
      p.push_back(*known);
  const std::vector<double> q = false_discovery_rates(p);
  std::size_t next = 0;
  for (const FittedModel& model : result.models)
    result.q_values.push_back(exposure_p(model) ? std::optional(q[next++]) : std::nullopt);
}

template <class Body>
void attempt(CohortResult& result, const std::string& what, const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    result.issues.push_back(warning("COHORT-CHECK", what, error.what()));
  }
}

std::string toml_list(const std::vector<std::string>& values) {
  std::vector<std::string> quoted;
  for (const std::string& value : values)
    quoted.push_back("'" + value + "'"); // literal: backslashes and quotes of names stay
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

void check_request(const CohortRequest& request) {
  std::set<std::string> named{request.outcome};
  std::vector<std::string> others = formula_variables(request.adjust);
  if (others.size() != request.adjust.size())
    others.insert(others.end(), request.adjust.begin(), request.adjust.end());
  others.push_back(request.exposure);
  for (const std::string& variable : others)
    if (!named.insert(variable).second)
      throw ConfigError(
          fmt::format("'{}' is named twice among outcome, exposure and adjustment (a variable cannot explain "
                      "itself); name it once",
                      variable));
}

/// The plan as a reader would have written it; also what its hash is of.
std::string plan_text(const Plan& plan) {
  std::vector<std::string> tables;
  for (const auto& table : plan.tables)
    tables.push_back(table.filename().string());
  std::string text = fmt::format("[data]\ntables = {}\nkey = '{}'\n[design]\ndomain = '{}'\n", toml_list(tables),
                                 plan.key, plan.domain);
  if (!plan.weights.empty() || !plan.psu.empty())
    text += fmt::format("weights = '{}'\nstrata = '{}'\npsu = '{}'\n", plan.weights, plan.strata, plan.psu);
  for (const ModelSpec& model : plan.models)
    text +=
        fmt::format("[[model]]\nid = '{}'\nfamily = '{}'\ndesign = '{}'\noutcome = '{}'\nterms = {}\nerrors = '{}'\n",
                    model.id, model.family, model.design, model.outcome, toml_list(model.terms), model.errors);
  return text + fmt::format("[question]\nlead = '{}'\nage = '{}'\nstrata = {}\n", plan.question.lead, plan.question.age,
                            toml_list(plan.question.strata));
}

} // namespace

double percent_change(double slope) {
  return 100 * std::expm1(slope);
}

const FittedModel& fitted(const CohortResult& result, const std::string& id) {
  for (const FittedModel& model : result.models)
    if (model.spec.id == id)
      return model;
  throw TableError("the analysis has no model '" + id +
                   "' (it was not asked for, or could not be fitted; the issues say "
                   "which); use another");
}

const FittedModel& lead_model(const CohortResult& result) {
  return fitted(result, result.lead);
}

std::optional<EValue> lead_e_value(const CohortResult& result) {
  for (std::size_t i = 0; i < result.e_values.size(); ++i)
    if (result.models[i].spec.id == result.lead)
      return result.e_values[i];
  return std::nullopt;
}

const FittedModel* crude_model(const CohortResult& result) {
  return result.crude.empty() ? nullptr : &fitted(result, result.crude);
}

const Term& exposure_slope(const FittedModel& model) {
  return term(model.model, model.exposure);
}

std::optional<double> exposure_p(const FittedModel& model) {
  if (is_agreement(model.spec.family))
    return std::nullopt; // that readers agree at all is no question
  if (!has_one_slope(model.spec))
    for (const ModelTest& test : model.model.tests)
      if (test.name == "overall " + model.spec.terms.front())
        return test.p;
  return exposure_slope(model).p;
}

std::optional<double> share_removed(const CohortResult& result) {
  const FittedModel* crude = crude_model(result);
  if (!crude || covers_zero(exposure_slope(*crude)))
    return std::nullopt;
  return 1 - exposure_slope(lead_model(result)).estimate / exposure_slope(*crude).estimate;
}

Plan short_plan(const CohortRequest& request) {
  check_request(request);
  Plan plan;
  plan.tables = request.tables;
  plan.key = request.key;
  plan.weights = request.weights;
  plan.strata = request.strata;
  plan.psu = request.psu;
  const std::string x = quoted_name(request.exposure), y = quoted_name(request.outcome);
  const std::string log_y = "log1p(" + y + ")", x_sd = "standardize(" + x + ")";
  plan.domain = fmt::format("defined({}) && defined({})", y, x);
  const bool survey = !request.weights.empty() || !request.strata.empty() || !request.psu.empty();
  const auto model = [&](const std::string& id, const std::string& exposure, bool adjusted) {
    ModelSpec spec{.id = id,
                   .design = survey ? "survey" : "simple",
                   .outcome = log_y,
                   .terms = {exposure},
                   .errors = survey ? "linearized" : "hc3"};
    if (adjusted)
      spec.terms.insert(spec.terms.end(), request.adjust.begin(), request.adjust.end());
    plan.models.push_back(spec);
  };
  plan.models.push_back({.id = "spearman", .family = "spearman", .outcome = request.outcome, .terms = {x}});
  model("crude_sd", x_sd, false);
  model("crude_unit", x, false);
  if (!request.adjust.empty()) {
    model("adjusted_sd", x_sd, true);
    model("adjusted_unit", x, true);
  }
  plan.question.lead = request.adjust.empty() ? "crude_sd" : "adjusted_sd";
  for (const std::string& variable : formula_variables(request.adjust)) {
    if (plan.question.age.empty() && (variable.starts_with("age") || variable == "RIDAGEYR"))
      plan.question.age = variable;
    if (variable == plan.question.age || variable == "sex")
      plan.question.strata.push_back(variable);
  }
  plan.text = plan_text(plan);
  return plan;
}

CohortResult analyze_models(const PlanData& data, const Plan& plan, Parallel parallel) {
  CohortResult result;
  result.plan = plan;
  result.plan_sha256 = sha256_hex(plan.text);
  result.key = data.key;
  result.issues = data.issues;
  result.models = fit_plan(data, plan, result.issues, parallel);
  const FittedModel& lead = choose_lead(result.models, plan);
  result.lead = lead.spec.id;
  result.crude = choose_crude(result.models, lead);
  complete_flow(result, data);
  name_the_question(result, data);
  add_q_values(result);
  result.findings = findings(result);
  append(result.issues, interpretation_issues(result));
  return result;
}

CohortResult analyze_plan(const PlanData& data, const Plan& plan, Parallel parallel) {
  CohortResult result = analyze_models(data, plan, parallel);
  const FittedModel& lead = lead_model(result);
  add_points(result, data);
  add_quadrants(result);
  result.description = describe(data, plan, lead.spec);
  const FittedModel* crude = crude_model(result);
  const double crude_slope = exposure_slope(crude ? *crude : lead).estimate;
  if (is_regression(lead.spec.family)) {
    result.specifications = specification_curve(data, plan, lead, parallel);
    attempt(result, "strata", [&] { result.strata = strata_checks(data, plan, lead, crude_slope, result.issues); });
    attempt(result, "age", [&] {
      if (crude && !covers_zero(exposure_slope(*crude)))
        result.age_share = share_explained_by(data, plan, lead, crude_slope, plan.question.age);
    });
    result.checks = check_lead(data, plan, lead, result.issues, parallel);
  }
  for (const FittedModel& model : result.models)
    result.e_values.push_back(e_value_of(data, model));
  result.literature = compare_with_literature(plan, result.models, result.specifications);
  if (!plan.question.negative_control.empty())
    attempt(result, plan.question.negative_control, [&] { result.control = negative_control(plan, lead); });
  result.findings = findings(result);
  append(result.issues, check_issues(result));
  return result;
}

CohortResult run_plan(const Plan& plan, Parallel parallel) {
  return analyze_plan(load_plan_data(plan), plan, parallel);
}

namespace {

/// ln(score + 1) needs scores.
void check_outcome(const PlanData& data, const CohortRequest& request) {
  const Numbers& outcome = data.table.numbers(request.outcome);
  const auto negative =
      std::count_if(outcome.begin(), outcome.end(), [](const auto& cell) { return cell && *cell < 0; });
  if (negative > 0)
    throw TableError(
        fmt::format("'{}' is negative in {} rows (a calcium score is 0 or more, and ln(score + 1) needs it); name "
                    "another outcome, or leave cells empty where a code means missing",
                    request.outcome, negative));
}

} // namespace

CohortResult analyze_table(const Table& table, const CohortRequest& request, Parallel parallel) {
  const Plan plan = short_plan(request);
  const PlanData data = prepare_plan_data(table, plan);
  check_outcome(data, request);
  return analyze_plan(data, plan, parallel);
}

CohortResult run_cohort(const CohortRequest& request, Parallel parallel) {
  if (request.tables.empty())
    throw ConfigError("no table was named (there is nothing to analyse); name at least one");
  const Plan plan = short_plan(request);
  const PlanData data = load_plan_data(plan);
  check_outcome(data, request);
  return analyze_plan(data, plan, parallel);
}

} // namespace osteocalc::cohort
