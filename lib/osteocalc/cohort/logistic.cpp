// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/logistic.h"

#include "osteocalc/cohort/spearman.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace osteocalc::cohort {

namespace {

double logistic(double x) {
  return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

/// A column separates when the values with and without the event meet in no more than one point, or when one of its
/// two levels never, or always, has the event.
bool separates(const std::vector<double>& column, const std::vector<double>& outcome) {
  double low[2] = {1e300, 1e300}, high[2] = {-1e300, -1e300};
  for (std::size_t i = 0; i < column.size(); ++i) {
    const std::size_t event = outcome[i] == 1;
    low[event] = std::min(low[event], column[i]);
    high[event] = std::max(high[event], column[i]);
  }
  return high[0] <= low[1] || high[1] <= low[0];
}

Issue separation(const ModelFrame& frame, const std::string& runaway) {
  std::string name = runaway;
  for (std::size_t i = 1; i < frame.columns.size(); ++i)
    if (separates(frame.columns[i], frame.outcome))
      name = frame.names[i];
  return warning("MODEL-SEPARATION", name,
                 fmt::format("'{}' separates the rows with from those without the outcome of {} (its odds ratio has no "
                             "finite estimate); use Firth's penalised model or merge levels",
                             name, frame.formula));
}

double events_per_term(const ModelFrame& frame) {
  const double events = std::accumulate(frame.outcome.begin(), frame.outcome.end(), 0.0);
  const double fewer = std::min(events, static_cast<double>(frame.outcome.size()) - events);
  return fewer / static_cast<double>(std::max<std::size_t>(1, frame.names.size() - 1));
}

} // namespace

void check_binary(const ModelFrame& frame) {
  for (std::size_t i = 0; i < frame.outcome.size(); ++i)
    if (frame.outcome[i] != 0 && frame.outcome[i] != 1)
      throw TableError(fmt::format("row {} has the outcome {} in {} (a logistic model needs 0 and 1); compare with a "
                                   "cut-off first",
                                   frame.rows[i] + 1, frame.outcome[i], frame.formula));
  check_outcome_varies(frame);
}

Model fit_logistic(const ModelFrame& frame, const Sampling& sampling, Parallel parallel) {
  check_binary(frame);
  const Likelihood likelihood{.rows = frame.rows.size(),
                              .predictors = {frame_predictor(frame)},
                              .row = [&](std::size_t row, std::span<const double> eta) {
                                const double sign = frame.outcome[row] == 1 ? 1 : -1;
                                return row_likelihood<1>(log_logistic(sign * Dual<1>::variable(eta[0], 0)), {0});
                              }};
  LikelihoodFit fit = maximize(likelihood, sampling, parallel);
  const std::string runaway = std::exchange(fit.runaway, "");
  Model model = likelihood_model("logistic", frame, sampling, fit);
  if (!runaway.empty()) {
    model.converged = false;
    model.issues = {separation(frame, runaway)};
  }
  fit.runaway = runaway;
  const auto df = term_df(model, sampling, frame.names.size() - 1);
  add_terms(model, fit, df);
  if (sampling.weights.empty()) {
    const std::vector<double> fitted = fitted_probabilities(frame, model);
    model.diagnostics = {{"auc", area_under_curve(fitted, frame.outcome)}, {"events_per_term", events_per_term(frame)}};
    if (runaway.empty() && frame.rows.size() >= 50)
      model.tests.push_back(hosmer_lemeshow(fitted, frame.outcome));
  }
  return model;
}

double area_under_curve(std::span<const double> score, std::span<const double> outcome) {
  const std::vector<double> ranks = midranks(score);
  double events = 0, rank_sum = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    events += outcome[i];
    rank_sum += outcome[i] * ranks[i];
  }
  return (rank_sum - events * (events + 1) / 2) / (events * (static_cast<double>(ranks.size()) - events));
}

ModelTest hosmer_lemeshow(std::span<const double> fitted, std::span<const double> outcome, std::size_t groups) {
  std::vector<std::size_t> order(fitted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return fitted[a] < fitted[b]; });
  ModelTest test{"hosmer-lemeshow", 0, static_cast<double>(groups) - 2};
  for (std::size_t g = 0; g < groups; ++g) {
    double observed = 0, expected = 0, count = 0;
    for (std::size_t i = g * order.size() / groups; i < (g + 1) * order.size() / groups; ++i) {
      observed += outcome[order[i]];
      expected += fitted[order[i]];
      ++count;
    }
    if (expected > 0 && expected < count)
      test.statistic += (observed - expected) * (observed - expected) / (expected * (1 - expected / count));
  }
  test.p = chi_squared_p(test.statistic, test.df);
  return test;
}

std::vector<double> fitted_probabilities(const ModelFrame& frame, const Model& model) {
  std::vector<double> fitted(frame.rows.size(), 0.0);
  for (std::size_t j = 0; j < frame.columns.size(); ++j)
    for (std::size_t i = 0; i < fitted.size(); ++i)
      fitted[i] += model.terms[j].estimate * frame.columns[j][i];
  for (double& value : fitted)
    value = logistic(value);
  return fitted;
}

} // namespace osteocalc::cohort
