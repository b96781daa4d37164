// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/negative_binomial.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace osteocalc::cohort {

namespace {

void check_counts(const ModelFrame& frame) {
  for (std::size_t i = 0; i < frame.outcome.size(); ++i)
    if (frame.outcome[i] < 0 || frame.outcome[i] != std::floor(frame.outcome[i]))
      throw TableError(fmt::format("row {} has the outcome {} in {} (a count model needs 0, 1, 2 ...); use a linear or "
                                   "Tobit model",
                                   frame.rows[i] + 1, frame.outcome[i], frame.formula));
  check_outcome_varies(frame);
}

/// ln P(Y = y) with ln mu = `eta` and theta = e^`log_theta`.
template <int K>
Dual<K> log_probability(double y, const Dual<K>& eta, const Dual<K>& log_theta) {
  const Dual<K> theta = exp(log_theta);
  const Dual<K> log_total = log_add(log_theta, eta); // ln(theta + mu)
  Dual<K> result = theta * (log_theta - log_total) + y * (eta - log_total);
  if (y > 0)
    result = result + log_gamma(y + theta) - log_gamma(theta) - log_gamma(y + 1);
  return result;
}

/// The mean's logarithm and the moments' estimate of theta: where Newton starts.
std::vector<double> start_values(const ModelFrame& frame) {
  const auto n = static_cast<double>(frame.outcome.size());
  const double mean = std::accumulate(frame.outcome.begin(), frame.outcome.end(), 0.0) / n;
  double variance = 0;
  for (const double y : frame.outcome)
    variance += (y - mean) * (y - mean) / n;
  std::vector<double> start(frame.names.size() + 1, 0.0);
  start[0] = std::log(mean);
  start.back() = std::log(variance > mean ? mean * mean / (variance - mean) : 10);
  return start;
}

/// The coefficients with theta known: expected information sum w mu / (1 + mu / theta) x x'.
LikelihoodFit given_theta(const ModelFrame& frame, const LikelihoodFit& joint, const Sampling& sampling,
                          Parallel parallel) {
  const double log_theta = joint.coefficients.back();
  Likelihood expected{.rows = frame.rows.size(),
                      .predictors = {frame_predictor(frame)},
                      .row = [&, log_theta](std::size_t row, std::span<const double> eta) {
                        auto terms = row_likelihood<1>(
                            log_probability<1>(frame.outcome[row], Dual<1>::variable(eta[0], 0), Dual<1>(log_theta)),
                            {0});
                        const double mu = std::exp(eta[0]);
                        terms.hessian[0][0] = -mu / (1 + mu / std::exp(log_theta));
                        return terms;
                      }};
  expected.start.assign(joint.coefficients.begin(), joint.coefficients.end() - 1);
  return maximize(expected, sampling, parallel);
}

/// 1 / sqrt of the observed information of theta with the means known.
double theta_se(const ModelFrame& frame, const LikelihoodFit& joint, const Sampling& sampling) {
  double information = 0;
  const auto log_theta = Dual<1>::variable(joint.coefficients.back(), 0);
  for (std::size_t i = 0; i < frame.rows.size(); ++i) {
    double eta = 0;
    for (std::size_t j = 0; j < frame.columns.size(); ++j)
      eta += joint.coefficients[j] * frame.columns[j][i];
    information -= sampling.weight(i) * log_probability<1>(frame.outcome[i], Dual<1>(eta), log_theta).hessian[0][0];
  }
  return std::exp(log_theta.value) / std::sqrt(information); // the gradient is 0 here: se(theta) = theta se(ln theta)
}

} // namespace

Model fit_negative_binomial(const ModelFrame& frame, const Sampling& sampling, Parallel parallel) {
  check_counts(frame);
  const Likelihood likelihood{.rows = frame.rows.size(),
                              .predictors = {frame_predictor(frame), {{"Log(theta)"}}},
                              .row =
                                  [&](std::size_t row, std::span<const double> eta) {
                                    return row_likelihood<2>(log_probability<2>(frame.outcome[row],
                                                                                Dual<2>::variable(eta[0], 0),
                                                                                Dual<2>::variable(eta[1], 1)),
                                                             {0, 1});
                                  },
                              .start = start_values(frame)};
  const LikelihoodFit joint = maximize(likelihood, sampling, parallel);
  const bool is_poisson = joint.coefficients.back() > 12;
  const LikelihoodFit fit = given_theta(frame, joint, sampling, parallel);
  Model model = likelihood_model("negative_binomial", frame, sampling, fit);
  model.converged = fit.converged && (joint.converged || is_poisson);
  if (model.log_likelihood)
    model.log_likelihood = joint.log_likelihood;
  const auto df = term_df(model, sampling, frame.names.size() - 1);
  add_terms(model, fit, df);
  Term theta{"theta", std::exp(joint.coefficients.back())};
  if (is_poisson)
    model.issues.push_back(warning("MODEL-POISSON", "theta",
                                   fmt::format("the counts of {} vary no more than Poisson's (theta has no finite "
                                               "estimate); the slopes are those of a Poisson model",
                                               frame.formula)));
  else
    theta.se = sampling.psu.empty() ? theta_se(frame, joint, sampling)
                                    : theta.estimate * std::sqrt(joint.covariance.back()); // between the PSUs
  model.terms.push_back(theta);
  return model;
}

Model fit_zero_inflated(const ModelFrame& frame, const ModelFrame& zeros, const Sampling& sampling, Parallel parallel) {
  OSTEOCALC_EXPECT(frame.rows == zeros.rows);
  check_counts(frame);
  if (std::none_of(frame.outcome.begin(), frame.outcome.end(), [](double y) { return y == 0; }))
    throw TableError(
        fmt::format("the outcome of {} is never 0 (there is no zero to inflate); use the negative binomial "
                    "model",
                    frame.formula));
  Predictor count = frame_predictor(frame), zero = frame_predictor(zeros);
  for (std::string& name : count.names)
    name = "count_" + name;
  for (std::string& name : zero.names)
    name = "zero_" + name;
  const auto row = [&](std::size_t i, std::span<const double> eta) {
    const double y = frame.outcome[i];
    const auto never = Dual<3>::variable(eta[1], 1);
    const Dual<3> counted =
        log_logistic(-never) + log_probability<3>(y, Dual<3>::variable(eta[0], 0), Dual<3>::variable(eta[2], 2));
    return row_likelihood<3>(y > 0 ? counted : log_add(log_logistic(never), counted), {0, 1, 2});
  };
  Likelihood likelihood{.rows = frame.rows.size(), .predictors = {count, zero, {{"Log(theta)"}}}, .row = row};
  // a start between the extremes: means of the plain negative binomial, one zero in four from those who cannot
  const Model plain = fit_negative_binomial(frame);
  for (std::size_t j = 0; j < frame.names.size(); ++j)
    likelihood.start.push_back(plain.terms[j].estimate);
  likelihood.start.resize(frame.names.size() + zeros.names.size() + 1, 0.0);
  likelihood.start[frame.names.size()] = -1;
  likelihood.start.back() = std::log(std::min(plain.terms.back().estimate, 20.0)) + 0.3;
  LikelihoodFit fit = maximize(likelihood, sampling, parallel);
  Model model = likelihood_model("zero_inflated", frame, sampling, fit);
  if (sampling.kind == Sampling::Kind::Simple && sampling.weights.empty() && model.converged) {
    const auto gradient = [&](const std::vector<double>& at) { return gradient_at(likelihood, at, {}, parallel); };
    use_difference_errors(fit, covariance_by_differences(gradient, fit.coefficients), model.issues);
  }
  const auto df = term_df(model, sampling, frame.names.size() + zeros.names.size() - 2);
  add_terms(model, fit, df);
  return model;
}

} // namespace osteocalc::cohort
