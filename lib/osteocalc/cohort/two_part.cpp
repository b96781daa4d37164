// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/two_part.h"

#include "osteocalc/cohort/linear.h"
#include "osteocalc/cohort/logistic.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::cohort {

namespace {

ModelFrame any_frame(const ModelFrame& frame) {
  ModelFrame any = frame;
  any.formula = fmt::format("({}", frame.formula);
  any.formula.insert(any.formula.find(" ~"), " > 0)");
  for (double& y : any.outcome)
    y = y > 0;
  return any;
}

std::vector<bool> positive(const ModelFrame& frame) {
  std::vector<bool> keep;
  for (const double y : frame.outcome)
    keep.push_back(y > 0);
  return keep;
}

ModelFrame amount_frame(const ModelFrame& frame) {
  ModelFrame amount = keep_rows(frame, positive(frame));
  amount.formula = fmt::format("ln({}", frame.formula);
  amount.formula.insert(amount.formula.find(" ~"), ")");
  for (double& y : amount.outcome)
    y = std::log(y);
  return amount;
}

/// The sampling of the rows that are kept: the design stays, the others leave the domain.
Sampling keep_sampling(Sampling sampling, const std::vector<bool>& keep) {
  const auto filter = [&](auto& values) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (keep[i])
        values[kept++] = values[i];
    values.resize(kept);
  };
  filter(sampling.weights);
  filter(sampling.psu);
  return sampling;
}

double linear_predictor(const ModelFrame& frame, const Model& model, std::size_t row) {
  double eta = 0;
  for (std::size_t j = 0; j < frame.columns.size(); ++j)
    eta += model.terms[j].estimate * frame.columns[j][row];
  return eta;
}

double smearing(const ModelFrame& amount, const Model& model, const Sampling& sampling) {
  double sum = 0, weight = 0;
  for (std::size_t i = 0; i < amount.rows.size(); ++i) {
    sum += sampling.weight(i) * std::exp(amount.outcome[i] - linear_predictor(amount, model, i));
    weight += sampling.weight(i);
  }
  return sum / weight;
}

struct Parts {
  ModelFrame any, amount;
  std::vector<bool> keep;
  std::size_t exposure = 0; ///< its column
};

/// Mean of E[Y] over the rows as they are and with one more unit of the exposure, as log ratio and difference.
std::vector<double> total_effect(const Parts& parts, const Model& any, const Model& amount, double smear,
                                 std::span<const double> weights) {
  double now = 0, raised = 0, total = 0;
  for (std::size_t i = 0; i < parts.any.rows.size(); ++i) {
    if (weights[i] == 0)
      continue;
    const double a = linear_predictor(parts.any, any, i), b = linear_predictor(parts.any, amount, i);
    const double step_a = any.terms[parts.exposure].estimate, step_b = amount.terms[parts.exposure].estimate;
    now += weights[i] * std::exp(b) / (1 + std::exp(-a)) * smear;
    raised += weights[i] * std::exp(b + step_b) / (1 + std::exp(-a - step_a)) * smear;
    total += weights[i];
  }
  return {std::log(raised / now), (raised - now) / total};
}

std::vector<double> statistic(const Parts& parts, std::span<const double> weights) {
  const Sampling all = weighted({weights.begin(), weights.end()}), some = keep_sampling(all, parts.keep);
  const Model any = fit_logistic(parts.any, all);
  if (!any.converged)
    throw TableError("a draw separates the outcome (its odds ratio is not finite); the draw is left out");
  const Model amount = fit_linear(parts.amount, some);
  return total_effect(parts, any, amount, smearing(parts.amount, amount, some), weights);
}

} // namespace

TwoPart fit_two_part(const ModelFrame& frame, const std::string& exposure, const Sampling& sampling,
                     const BootstrapOptions& options, Parallel parallel) {
  if (std::any_of(frame.outcome.begin(), frame.outcome.end(), [](double y) { return y < 0; }))
    throw TableError(fmt::format("the outcome of {} is negative in places (a score of calcium is 0 or more); check the "
                                 "column",
                                 frame.formula));
  const Parts parts{any_frame(frame), amount_frame(frame), positive(frame), column_index(frame, exposure)};
  const Sampling some = keep_sampling(sampling, parts.keep);
  TwoPart result;
  result.any = fit_logistic(parts.any, sampling, parallel);
  result.amount = sampling.kind == Sampling::Kind::Simple && sampling.weights.empty()
                      ? fit_linear(parts.amount, Errors::Classical)
                      : fit_linear(parts.amount, some, parallel);
  result.smearing = smearing(parts.amount, result.amount, some);
  const Bootstrap draws = bootstrap(
      frame.rows.size(), sampling, [&](std::span<const double> weights) { return statistic(parts, weights); }, options,
      parallel);
  result.total.family = "two_part";
  result.total.design = result.any.design;
  result.total.formula = frame.formula;
  result.total.errors = "bootstrap";
  result.total.n = frame.rows.size();
  result.total.df = result.amount.df;
  result.total.terms = {bootstrap_term("log_ratio", draws.intervals[0]),
                        bootstrap_term("difference", draws.intervals[1])};
  result.total.diagnostics = {{"smearing", result.smearing}, {"failed_draws", static_cast<double>(draws.failed_draws)}};
  result.total.issues = draws.issues;
  append(result.total.issues, result.any.issues);
  result.total.converged = result.any.converged;
  return result;
}

} // namespace osteocalc::cohort
