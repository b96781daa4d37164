// SPDX-License-Identifier: Apache-2.0
// Least squares under a sampling design: the normal equations are summed row by row, the columns never copied.
#include "osteocalc/cohort/likelihood.h"
#include "osteocalc/cohort/linear.h"

#include <cmath>

namespace osteocalc::cohort {

namespace {

/// Weighted sums of squared residuals and of weights.
struct Residuals {
  double squares = 0, weight = 0, rows = 0;
};

Residuals residuals(const ModelFrame& frame, const Sampling& sampling, const std::vector<double>& b) {
  Residuals sums;
  for (std::size_t i = 0; i < frame.rows.size(); ++i) {
    double residual = frame.outcome[i];
    for (std::size_t j = 0; j < b.size(); ++j)
      residual -= b[j] * frame.columns[j][i];
    const double w = sampling.weight(i);
    sums.squares += w * residual * residual;
    sums.weight += w;
    sums.rows += w > 0;
  }
  return sums;
}

void multiply(std::vector<double>& values, double factor) {
  for (double& value : values)
    value *= factor;
}

} // namespace

Model fit_linear(const ModelFrame& frame, const Sampling& sampling, Parallel parallel) {
  check_outcome_varies(frame);
  const Likelihood squares{.rows = frame.rows.size(),
                           .predictors = {frame_predictor(frame)},
                           .row = [&](std::size_t row, std::span<const double> eta) {
                             const auto residual = frame.outcome[row] - Dual<1>::variable(eta[0], 0);
                             return row_likelihood<1>(-0.5 * residual * residual, {0});
                           }};
  LikelihoodFit fit = maximize(squares, sampling, parallel);
  const Residuals sums = residuals(frame, sampling, fit.coefficients);
  const double n = sums.rows, k = static_cast<double>(frame.names.size());
  if (sampling.kind == Sampling::Kind::Clustered)
    multiply(fit.covariance, (n - 1) / (n - k));
  if (sampling.kind == Sampling::Kind::Simple)
    multiply(fit.covariance, sums.squares / (n - k));
  Model model = likelihood_model("linear", frame, sampling, fit);
  model.log_likelihood.reset();
  const bool is_survey = sampling.kind == Sampling::Kind::Survey;
  if (!is_survey)
    model.df = n - k;
  if (sampling.kind == Sampling::Kind::Simple)
    model.errors = "classical";
  const auto df = is_survey ? term_df(model, sampling, frame.names.size() - 1) : model.df;
  add_terms(model, fit, df);
  model.scale = std::sqrt(is_survey ? sums.squares / sums.weight * n / (n - 1) : sums.squares / (n - k));
  return model;
}

} // namespace osteocalc::cohort
