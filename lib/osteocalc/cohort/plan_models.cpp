// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/plan_models.h"

#include "osteocalc/cohort/agreement_models.h"
#include "osteocalc/cohort/bootstrap.h"
#include "osteocalc/cohort/correlation.h"
#include "osteocalc/cohort/expression.h"
#include "osteocalc/cohort/formula.h"
#include "osteocalc/cohort/imputation.h"
#include "osteocalc/cohort/linear.h"
#include "osteocalc/cohort/logistic.h"
#include "osteocalc/cohort/mixed.h"
#include "osteocalc/cohort/negative_binomial.h"
#include "osteocalc/cohort/ordinal.h"
#include "osteocalc/cohort/spearman.h"
#include "osteocalc/cohort/tobit.h"
#include "osteocalc/cohort/trend.h"
#include "osteocalc/cohort/two_part.h"
#include "osteocalc/cohort/wald.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace osteocalc::cohort {

namespace {

std::string cluster_column(const ModelSpec& spec) {
  return spec.errors.starts_with("cluster(") ? spec.errors.substr(8, spec.errors.size() - 9) : std::string();
}

/// Rows of the table in which the model may look, before anything is missing.
std::vector<std::size_t> rows_of(const PlanData& data, const ModelSpec& spec) {
  if (spec.subset.empty())
    return data.domain_rows;
  const Numbers holds = Expression::parse(spec.subset).evaluate(data.table, data.domain);
  std::vector<std::size_t> rows;
  for (const std::size_t row : data.domain_rows)
    if (holds[row].value_or(0) != 0)
      rows.push_back(row);
  if (rows.empty())
    throw TableError(fmt::format("model {}: the subset '{}' holds no row of the domain (there is nobody to analyse); "
                                 "check its condition",
                                 spec.id, spec.subset));
  return rows;
}

/// A number for each row's value of a column: who belongs together.
std::vector<double> codes_of(const PlanData& data, const std::string& name, const ModelFrame& frame) {
  const Column& column = data.table.column(name);
  std::map<std::string, double> codes;
  std::vector<double> result;
  for (const std::size_t row : frame.rows)
    result.push_back(codes.emplace(*cell_text(column, row), static_cast<double>(codes.size())).first->second);
  return result;
}

/// Leaves out and counts the rows in which a column beside the formula is missing.
void require(ModelFrame& frame, const PlanData& data, const std::string& name) {
  if (name.empty())
    return;
  const Column& column = data.table.column(name);
  std::vector<bool> keep;
  for (const std::size_t row : frame.rows)
    keep.push_back(!is_missing(column, row));
  const auto gone = static_cast<std::size_t>(std::count(keep.begin(), keep.end(), false));
  if (gone > 0)
    frame = keep_rows(frame, keep);
  frame.excluded.push_back({name, gone});
}

std::string kind(const ModelSpec& spec) {
  return spec.family.substr(0, spec.family.find('_'));
}

Model correlation_model(const ModelSpec& spec, const ModelFrame& frame) {
  const std::vector<double>&x = frame.columns.at(1), &y = frame.outcome;
  const std::vector<std::vector<double>> covariates(frame.columns.begin() + 2, frame.columns.end());
  if (kind(spec) != "partial" && !covariates.empty())
    throw ConfigError(fmt::format("model {}: {} takes one term (it does not adjust); use partial_spearman or "
                                  "partial_pearson",
                                  spec.id, spec.family));
  Model model;
  model.formula = frame.formula;
  model.n = frame.rows.size();
  model.df = static_cast<double>(model.n - 2 - covariates.size());
  Term term = spec.family == "spearman"           ? spearman(x, y)
              : spec.family == "kendall"          ? kendall(x, y)
              : spec.family == "pearson"          ? pearson(x, y)
              : spec.family == "partial_spearman" ? partial_rank_correlation(x, y, covariates)
                                                  : partial_correlation(x, y, covariates);
  term.name = frame.names[1];
  model.terms = {term};
  return model;
}

Model linear_model(const ModelSpec& spec, const ModelFrame& frame, const Sampling& sampling, Parallel parallel) {
  if (sampling.kind == Sampling::Kind::Simple && sampling.weights.empty())
    return fit_linear(frame, spec.errors == "hc3" ? Errors::Hc3 : Errors::Classical);
  return fit_linear(frame, sampling, parallel);
}

void add_prefixed(Model& model, const Model& part, const std::string& prefix) {
  for (Term term : part.terms) {
    term.name = prefix + term.name;
    model.terms.push_back(term);
  }
}

Model two_part_model(const Plan& plan, const ModelFrame& frame, const Sampling& sampling, Parallel parallel) {
  BootstrapOptions options;
  options.draws = plan.bootstrap_draws;
  options.seed = plan.seed;
  const TwoPart parts = fit_two_part(frame, frame.names[1], sampling, options, parallel);
  Model model = parts.total;
  add_prefixed(model, parts.any, "any_");
  add_prefixed(model, parts.amount, "amount_");
  return model;
}

bool is_binary(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value == 0 || value == 1; });
}

/// Trend across quantile groups (or these groups against the lowest), linear or, for an outcome of 0 and 1, logistic.
Model trend_model(const ModelSpec& spec, const ModelFrame& frame, const Sampling& sampling, Parallel parallel,
                  bool as_groups) {
  const std::string exposure = frame.names[1];
  const QuantileGroups groups = quantile_groups(frame.columns[1], sampling.weights, spec.groups);
  ModelFrame scored = frame;
  scored.names.resize(1);
  scored.columns.resize(1);
  if (!as_groups) {
    add_column(scored, "trend(" + exposure + ")", groups.score);
  } else {
    for (std::size_t g = 1; g < spec.groups; ++g) {
      std::vector<double> member;
      for (const std::size_t group : groups.group)
        member.push_back(group == g);
      add_column(scored, fmt::format("{} group {}", exposure, g + 1), std::move(member));
    }
  }
  for (std::size_t i = 2; i < frame.names.size(); ++i)
    add_column(scored, frame.names[i], frame.columns[i]);
  Model model = is_binary(frame.outcome) ? fit_logistic(scored, sampling, parallel)
                                         : linear_model(spec, scored, sampling, parallel);
  for (std::size_t g = 0; g < spec.groups; ++g)
    model.diagnostics.push_back({fmt::format("median group {}", g + 1), groups.medians[g]});
  return model;
}

/// The joint tests of every spline: does it matter at all, is it straight?
void add_spline_tests(Model& model, const ModelSpec& spec) {
  if (model.covariance.empty())
    return;
  for (const FormulaTerm& term : parse_terms(spec.terms)) {
    if (term.size() != 1 || term[0].kind != Factor::Kind::Spline)
      continue;
    std::vector<std::string> names;
    for (std::size_t i = 1; i < term[0].knots; ++i)
      names.push_back(term_text(term) + std::to_string(i));
    model.tests.push_back(joint_test(model, "overall " + term_text(term), names));
    names.erase(names.begin());
    model.tests.push_back(joint_test(model, "nonlinear " + term_text(term), names));
  }
}

Model fit_family(const Plan& plan, const ModelSpec& spec, const ModelFrame& frame, const Sampling& sampling,
                 const std::vector<double>& groups, Parallel parallel) {
  const std::string& family = spec.family;
  if (is_agreement(family))
    return agreement_model(spec, frame);
  if (family == "mixed")
    return fit_random_intercept(spec.split.empty() ? frame : split_within_between(frame, frame.names.at(1), groups),
                                groups);
  return family == "logistic"            ? fit_logistic(frame, sampling, parallel)
         : family == "firth"             ? fit_firth(frame)
         : family == "tobit"             ? fit_tobit(frame, spec.limit, sampling, parallel)
         : family == "ordinal"           ? fit_ordinal(frame, sampling, parallel)
         : family == "two_part"          ? two_part_model(plan, frame, sampling, parallel)
         : family == "negative_binomial" ? fit_negative_binomial(frame, sampling, parallel)
         : family == "zero_inflated"     ? fit_zero_inflated(frame, frame, sampling, parallel)
         : family == "trend"             ? trend_model(spec, frame, sampling, parallel, false)
         : family == "trend groups"      ? trend_model(spec, frame, sampling, parallel, true)
         : family == "mantel_haenszel"   ? mantel_haenszel_model(frame, groups)
         : family == "linear"            ? linear_model(spec, frame, sampling, parallel)
                                         : correlation_model(spec, frame);
}

/// Row i of the frame as often as it was drawn.
ModelFrame repeated_rows(const ModelFrame& frame, std::span<const double> times) {
  ModelFrame drawn{frame.formula, {}, {}, frame.names, std::vector<std::vector<double>>(frame.columns.size()), {}};
  for (std::size_t i = 0; i < frame.rows.size(); ++i)
    for (double k = 0.5; k < times[i]; ++k) {
      drawn.rows.push_back(frame.rows[i]);
      drawn.outcome.push_back(frame.outcome[i]);
      for (std::size_t c = 0; c < frame.columns.size(); ++c)
        drawn.columns[c].push_back(frame.columns[c][i]);
    }
  return drawn;
}

/// Errors and BCa intervals from draws of rows, or of sampling units under a survey, in place of the formula's.
void bootstrap_errors(Model& model, const Plan& plan, const ModelSpec& spec, const ModelFrame& frame,
                      const Sampling& sampling, Parallel parallel) {
  const bool takes_weights =
      spec.family != "spearman" && spec.family != "kendall" && spec.family != "pearson" && kind(spec) != "partial";
  const Statistic estimates = [&](std::span<const double> times) {
    const Model drawn = takes_weights ? fit_family(plan, spec, frame, weighted({times.begin(), times.end()}), {}, {1})
                                      : correlation_model(spec, repeated_rows(frame, times));
    if (!drawn.converged)
      throw TableError("a draw has no finite estimate (it loses a level or separates the outcome); it is left out");
    std::vector<double> values;
    for (const Term& term : drawn.terms)
      values.push_back(term.estimate);
    return values;
  };
  BootstrapOptions options;
  options.draws = plan.bootstrap_draws;
  options.seed = plan.seed;
  const Bootstrap draws = bootstrap(frame.rows.size(), sampling, estimates, options, parallel);
  for (std::size_t i = 0; i < model.terms.size(); ++i)
    model.terms[i] = bootstrap_term(model.terms[i].name, draws.intervals[i]);
  model.errors = "bootstrap";
  model.diagnostics.push_back({"failed_draws", static_cast<double>(draws.failed_draws)});
  append(model.issues, draws.issues);
}

Model fit_imputed(const PlanData& data, const Plan& plan, const ModelSpec& spec, Parallel parallel) {
  std::vector<std::string> columns = formula_variables(spec.terms);
  columns.insert(columns.begin(), spec.outcome);
  ImputationOptions options;
  options.tables = spec.imputations;
  options.seed = plan.seed;
  Table needed("imputed", data.domain_table.rows());
  for (const std::string& name : columns)
    needed.add(data.domain_table.shared(name));
  const std::vector<Table> tables = impute(needed, columns, options, parallel);
  std::vector<Model> models;
  for (const Table& table : tables) {
    ModelFrame frame = formula_frame(table, spec.outcome, spec.terms);
    for (std::size_t& row : frame.rows)
      row = data.domain_rows[row];
    if (spec.design == "survey")
      frame = keep_sampled(*data.survey, frame);
    models.push_back(fit_frame(data, plan, spec, frame, parallel));
  }
  Model pooled = pool(models);
  pooled.diagnostics.push_back({"imputations", static_cast<double>(spec.imputations)});
  return pooled;
}

} // namespace

bool is_regression(const std::string& family) {
  return family != "spearman" && family != "kendall" && family != "pearson" && !is_agreement(family);
}

bool has_one_slope(const ModelSpec& spec) {
  const FormulaTerm first = parse_terms({spec.terms.front()}).front();
  return first.size() == 1 && first[0].kind == Factor::Kind::Plain;
}

bool is_log_ratio(const Model& model) {
  return model.family == "logistic" || model.family == "firth" || model.family == "ordinal" ||
         model.family == "mantel_haenszel" || model.family == "negative_binomial" || model.family == "zero_inflated" ||
         model.family == "two_part";
}

ModelFrame plan_frame(const PlanData& data, const ModelSpec& spec) {
  const std::vector<std::size_t> rows = rows_of(data, spec);
  ModelFrame frame = spec.subset.empty() ? formula_frame(data.domain_table, spec.outcome, spec.terms)
                                         : formula_frame(select_rows(data.table, rows), spec.outcome, spec.terms);
  for (std::size_t& row : frame.rows)
    row = rows[row];
  require(frame, data, cluster_column(spec));
  require(frame, data, spec.group);
  if (spec.design == "survey") {
    const std::size_t before = frame.rows.size();
    frame = keep_sampled(*data.survey, frame);
    frame.excluded.push_back({"positive survey weight", before - frame.rows.size()});
  }
  return frame;
}

Sampling plan_sampling(const PlanData& data, const ModelSpec& spec, const ModelFrame& frame) {
  if (spec.design == "survey")
    return domain_sampling(*data.survey, frame);
  const std::string cluster = cluster_column(spec);
  return cluster.empty() ? Sampling{} : clustered(codes_of(data, cluster, frame));
}

Model fit_frame(const PlanData& data, const Plan& plan, const ModelSpec& spec, const ModelFrame& frame,
                Parallel parallel) {
  const Sampling sampling = plan_sampling(data, spec, frame);
  const std::vector<double> groups = spec.group.empty() ? std::vector<double>{} : codes_of(data, spec.group, frame);
  Model model = fit_family(plan, spec, frame, sampling, groups, parallel);
  model.id = spec.id;
  model.family = spec.family;
  model.design = spec.design;
  add_spline_tests(model, spec);
  if (spec.errors == "bootstrap")
    bootstrap_errors(model, plan, spec, frame, sampling, parallel);
  return model;
}

std::string exposure_term(const ModelSpec& spec, const Model& model) {
  if (spec.split == "within")
    for (const Term& term : model.terms)
      if (term.name.ends_with(" (within)"))
        return term.name;
  const bool has_intercept = model.terms.front().name.ends_with("(Intercept)");
  return model.terms.at(has_intercept ? 1 : 0).name;
}

FittedModel fit_plan_model(const PlanData& data, const Plan& plan, const ModelSpec& spec, Parallel parallel) {
  FittedModel fitted;
  fitted.spec = spec;
  if (spec.imputations > 0) {
    fitted.model = fit_imputed(data, plan, spec, parallel);
  } else {
    const ModelFrame frame = plan_frame(data, spec);
    fitted.excluded = frame.excluded;
    fitted.model = fit_frame(data, plan, spec, frame, parallel);
  }
  fitted.exposure = exposure_term(spec, fitted.model);
  return fitted;
}

} // namespace osteocalc::cohort
