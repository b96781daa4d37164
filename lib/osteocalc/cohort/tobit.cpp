// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/tobit.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

namespace osteocalc::cohort {

namespace {

/// ln of the density of y above the limit, of the probability to lie below it else; `eta` = x b / s, `h` = 1 / s.
Dual<2> log_density(double y, bool censored, double limit, const Dual<2>& eta, const Dual<2>& h) {
  if (censored)
    return log_normal_cdf(limit * h - eta);
  const Dual<2> z = y * h - eta;
  return log(h) - 0.5 * z * z - 0.5 * std::log(2 * std::numbers::pi);
}

/// 1 / standard deviation of the outcome: where Newton starts.
double start_inverse_scale(const std::vector<double>& outcome) {
  double mean = 0, squares = 0;
  for (const double y : outcome)
    mean += y / static_cast<double>(outcome.size());
  for (const double y : outcome)
    squares += (y - mean) * (y - mean);
  return std::sqrt(static_cast<double>(outcome.size()) / squares);
}

/// From (b / s, 1 / s) to (b, ln s), with the covariance along.
LikelihoodFit natural_coordinates(const LikelihoodFit& olsen) {
  LikelihoodFit fit = olsen;
  const std::size_t size = olsen.names.size(), last = size - 1;
  const double s = 1 / olsen.coefficients[last];
  std::vector<double> jacobian(size * size, 0.0);
  for (std::size_t j = 0; j < last; ++j) {
    fit.coefficients[j] = olsen.coefficients[j] * s;
    jacobian[j * size + j] = s;
    jacobian[j * size + last] = -olsen.coefficients[j] * s * s;
  }
  fit.coefficients[last] = std::log(s);
  jacobian[last * size + last] = -s;
  fit.covariance = transform_covariance(olsen.covariance, jacobian, size);
  return fit;
}

} // namespace

Model fit_tobit(const ModelFrame& frame, double limit, const Sampling& sampling, Parallel parallel) {
  const auto seen = std::count_if(frame.outcome.begin(), frame.outcome.end(), [&](double y) { return y > limit; });
  if (seen < 2)
    throw TableError(fmt::format("{} of {} rows of {} lie above {} (their spread cannot be estimated); check the "
                                 "limit or use a logistic model",
                                 seen, frame.rows.size(), frame.formula, limit));
  check_outcome_varies(frame);
  Likelihood likelihood{.rows = frame.rows.size(),
                        .predictors = {frame_predictor(frame), {{"Log(scale)"}}},
                        .row = [&](std::size_t row, std::span<const double> eta) {
                          const double y = frame.outcome[row];
                          return row_likelihood<2>(log_density(y, y <= limit, limit, Dual<2>::variable(eta[0], 0),
                                                               Dual<2>::variable(eta[1], 1)),
                                                   {0, 1});
                        }};
  likelihood.start.assign(frame.names.size(), 0.0);
  likelihood.start.push_back(start_inverse_scale(frame.outcome));
  const LikelihoodFit fit = natural_coordinates(maximize(likelihood, sampling, parallel));
  Model model = likelihood_model("tobit", frame, sampling, fit);
  const auto df = term_df(model, sampling, frame.names.size() - 1);
  add_terms(model, fit, df);
  model.scale = std::exp(fit.coefficients.back());
  model.diagnostics = {{"censored_share", 1 - static_cast<double>(seen) / static_cast<double>(frame.rows.size())}};
  return model;
}

double censored_mean(double predictor, double scale, double limit) {
  const double z = (predictor - limit) / scale;
  const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
  return limit + normal_cdf(z) * (predictor - limit) + scale * density;
}

} // namespace osteocalc::cohort
