// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/dual.h"
#include "osteocalc/cohort/model.h"
#include "osteocalc/cohort/sampling.h"
#include "osteocalc/core/parallel.h"

#include <array>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace osteocalc::cohort {

/// A sum of coefficient times column; without columns a single constant (a cut point, a log scale).
struct Predictor {
  std::vector<std::string> names; ///< one a column, or the constant's
  std::vector<std::span<const double>> columns{};
};

/// What one row adds to the log-likelihood, with derivatives in the predictors it depends on (at most three).
struct RowLikelihood {
  double value = 0;
  int count = 0; ///< how many of the entries below are used
  std::array<std::size_t, 3> predictor{};
  std::array<double, 3> gradient{};
  std::array<std::array<double, 3>, 3> hessian{};
};

/// The i-th variable of `value` is the i-th of `predictors`.
template <int K>
RowLikelihood row_likelihood(const Dual<K>& value, const std::array<std::size_t, K>& predictors) {
  RowLikelihood result{.value = value.value, .count = K};
  for (std::size_t i = 0; i < K; ++i) {
    result.predictor[i] = predictors[i];
    result.gradient[i] = value.gradient[i];
    for (std::size_t j = 0; j < K; ++j)
      result.hessian[i][j] = value.hessian[i][j];
  }
  return result;
}

/// A model whose rows depend on the coefficients through linear predictors only.
struct Likelihood {
  std::size_t rows = 0;
  std::vector<Predictor> predictors;
  std::function<RowLikelihood(std::size_t row, std::span<const double> predictors)> row;
  std::vector<double> start{}; ///< coefficients, predictor by predictor; empty = 0
};

struct LikelihoodFit {
  std::vector<std::string> names;   ///< predictor by predictor
  std::vector<double> coefficients; ///< one a name
  std::vector<double> covariance;   ///< row by row: inverse information, or the sandwich between PSUs
  double log_likelihood = 0;        ///< weighted when rows are
  double df = 0;                    ///< of the PSUs; 0 when rows are independent
  bool converged = false;
  std::string runaway{}; ///< when a coefficient has no finite maximum: its name
};

/// Maximum (pseudo-)likelihood by Newton's method with exact derivatives. Rows are summed in blocks of fixed order:
/// any number of threads gives the same bytes. With PSUs the covariance is linearised: A^-1 G A^-1.
/// \throw TableError naming a column that is a combination of those before it \cite Binder1983
[[nodiscard]] LikelihoodFit maximize(const Likelihood& likelihood, const Sampling& sampling, Parallel parallel);

/// The gradient of the log-likelihood at any coefficients.
[[nodiscard]] std::vector<double> gradient_at(const Likelihood& likelihood, const std::vector<double>& coefficients,
                                              const Sampling& sampling, Parallel parallel);

/// The inverse of minus the Hessian from central differences of a gradient, each coordinate stepped by 0.001: what R's
/// optim gives, so what polr and zeroinfl report as errors.
[[nodiscard]] std::vector<double>
covariance_by_differences(const std::function<std::vector<double>(const std::vector<double>&)>& gradient,
                          std::vector<double> at);

/// Takes R's errors where they are within 1 % of the exact ones, and keeps the exact ones, with issue
/// MODEL-EXACT-ERRORS, where steps of 0.001 are too coarse for the scale of a column.
void use_difference_errors(LikelihoodFit& fit, const std::vector<double>& differences, Issues& issues);

/// The columns of the frame as a predictor; the frame must outlive it.
[[nodiscard]] Predictor frame_predictor(const ModelFrame& frame);

/// A model around a fit: n, design, errors, convergence; its terms are left to the family.
[[nodiscard]] Model likelihood_model(const std::string& family, const ModelFrame& frame, const Sampling& sampling,
                                     const LikelihoodFit& fit);

/// Degrees of freedom of the terms: of the design less `slopes` under a survey, else none (normal).
/// Empty also when the design leaves none; the model then gets an issue.
[[nodiscard]] std::optional<double> term_df(Model& model, const Sampling& sampling, std::size_t slopes);

/// Appends one Wald term a coefficient; without intervals for coefficients that have no finite maximum.
void add_terms(Model& model, const LikelihoodFit& fit, std::optional<double> df);

/// The covariance of J b for the coefficients b of a fit; J row by row.
[[nodiscard]] std::vector<double> transform_covariance(const std::vector<double>& covariance,
                                                       const std::vector<double>& jacobian, std::size_t rows);

} // namespace osteocalc::cohort
