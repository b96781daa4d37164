// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/ordinal.h"

#include "osteocalc/cohort/logistic.h"
#include "osteocalc/core/error.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

namespace osteocalc::cohort {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::vector<double> categories(const ModelFrame& frame) {
  const std::set<double> found(frame.outcome.begin(), frame.outcome.end());
  if (found.size() < 3)
    throw TableError(fmt::format("{} has {} categories (proportional odds needs at least 3); use a logistic model",
                                 frame.formula, found.size()));
  return {found.begin(), found.end()};
}

/// 0, 1, 2 ... for the categories in order.
std::vector<std::size_t> category_numbers(const ModelFrame& frame, const std::vector<double>& levels) {
  std::vector<std::size_t> numbers;
  for (const double y : frame.outcome)
    numbers.push_back(static_cast<std::size_t>(std::lower_bound(levels.begin(), levels.end(), y) - levels.begin()));
  return numbers;
}

/// ln (F(b) - F(a)) = ln F(b) + ln F(-a) + ln (1 - e^(a-b)), which keeps its digits in both tails.
Dual<3> log_between(const Dual<3>& a, const Dual<3>& b) {
  return log_logistic(b) + log_logistic(-a) + log(1 - exp(a - b));
}

/// Variables: the predictor, the cut above, the cut below.
RowLikelihood category_likelihood(std::size_t category, std::size_t cuts, std::span<const double> eta) {
  const auto x = Dual<3>::variable(eta[0], 0);
  if (category == 0)
    return row_likelihood<3>(log_logistic(Dual<3>::variable(eta[1], 1) - x), {0, 1, 1});
  const auto below = Dual<3>::variable(eta[category], 2) - x;
  if (category == cuts)
    return row_likelihood<3>(log_logistic(-below), {0, category, category});
  return row_likelihood<3>(log_between(below, Dual<3>::variable(eta[category + 1], 1) - x),
                           {0, category + 1, category});
}

/// The slopes only: the cut points take the intercept's place.
ModelFrame without_intercept(const ModelFrame& frame) {
  ModelFrame slopes = frame;
  remove_column(slopes, "(Intercept)");
  return slopes;
}

/// Cut points of the empirical distribution: the answer when nothing explains the outcome.
std::vector<double> start_values(std::size_t slopes, const std::vector<std::size_t>& category, std::size_t cuts) {
  std::vector<double> start(slopes, 0.0);
  for (std::size_t k = 0; k < cuts; ++k) {
    const auto below = std::count_if(category.begin(), category.end(), [&](std::size_t c) { return c <= k; });
    const double share = static_cast<double>(below) / static_cast<double>(category.size());
    start.push_back(std::log(share / (1 - share)));
  }
  return start;
}

/// MASS::polr's coordinates: the first cut and the logarithms of the gaps to the next.
std::vector<double> to_gaps(std::vector<double> coefficients, std::size_t slopes) {
  for (std::size_t k = coefficients.size() - 1; k > slopes; --k)
    coefficients[k] = std::log(coefficients[k] - coefficients[k - 1]);
  return coefficients;
}

std::vector<double> from_gaps(std::vector<double> gaps, std::size_t slopes) {
  for (std::size_t k = slopes + 1; k < gaps.size(); ++k)
    gaps[k] = gaps[k - 1] + std::exp(gaps[k]);
  return gaps;
}

/// d coefficients / d gaps: a cut moves with the first cut and with every gap below it.
std::vector<double> gap_jacobian(const std::vector<double>& gaps, std::size_t slopes) {
  const std::size_t size = gaps.size();
  std::vector<double> jacobian(size * size, 0.0);
  for (std::size_t i = 0; i < size; ++i) {
    if (i < slopes)
      jacobian[i * size + i] = 1;
    for (std::size_t j = slopes; i >= slopes && j <= i; ++j)
      jacobian[i * size + j] = j == slopes ? 1 : std::exp(gaps[j]);
  }
  return jacobian;
}

std::vector<double> polr_covariance(const Likelihood& likelihood, const LikelihoodFit& fit, std::size_t slopes,
                                    Parallel parallel) {
  const std::vector<double> at = to_gaps(fit.coefficients, slopes);
  const auto gradient = [&](const std::vector<double>& gaps) {
    const std::vector<double> jacobian = gap_jacobian(gaps, slopes);
    const std::vector<double> plain = gradient_at(likelihood, from_gaps(gaps, slopes), {}, parallel);
    std::vector<double> result(gaps.size(), 0.0);
    for (std::size_t i = 0; i < gaps.size(); ++i)
      for (std::size_t j = 0; j < gaps.size(); ++j)
        result[j] += plain[i] * jacobian[i * gaps.size() + j];
    return result;
  };
  return transform_covariance(covariance_by_differences(gradient, at), gap_jacobian(at, slopes), at.size());
}

ModelTest wald(const std::string& name, const VectorXd& contrast, const MatrixXd& variance) {
  ModelTest test{name, contrast.dot(variance.ldlt().solve(contrast)), static_cast<double>(contrast.size())};
  test.p = chi_squared_p(std::max(0.0, test.statistic), test.df);
  return test;
}

/// The logistic models of P(Y > cut), one a cut.
struct Splits {
  MatrixXd X;                   ///< with intercept
  std::vector<VectorXd> slopes; ///< of each split
  std::vector<VectorXd> fitted; ///< P(Y > cut) of each row
  bool finite = true;
};

Splits fit_splits(const ModelFrame& frame, const std::vector<double>& levels) {
  Splits splits;
  splits.X.resize(static_cast<Index>(frame.rows.size()), static_cast<Index>(frame.columns.size()));
  for (std::size_t j = 0; j < frame.columns.size(); ++j)
    splits.X.col(static_cast<Index>(j)) = Eigen::Map<const VectorXd>(frame.columns[j].data(), splits.X.rows());
  ModelFrame split = frame;
  for (std::size_t k = 0; k + 1 < levels.size(); ++k) {
    for (std::size_t i = 0; i < frame.outcome.size(); ++i)
      split.outcome[i] = frame.outcome[i] > levels[k];
    const Model model = fit_logistic(split);
    splits.finite = splits.finite && model.converged;
    VectorXd slopes(splits.X.cols() - 1);
    for (Index j = 0; j < slopes.size(); ++j)
      slopes(j) = model.terms[static_cast<std::size_t>(j) + 1].estimate;
    splits.slopes.push_back(slopes);
    const std::vector<double> fitted = fitted_probabilities(split, model);
    splits.fitted.emplace_back(Eigen::Map<const VectorXd>(fitted.data(), splits.X.rows()));
  }
  return splits;
}

MatrixXd weighted_gram(const MatrixXd& X, const VectorXd& w) {
  return X.transpose() * w.asDiagonal() * X;
}

/// Covariance of the slopes of two splits, a <= b: the indicators of Y > a and Y > b have covariance p_b (1 - p_a).
MatrixXd slope_covariance(const Splits& s, std::size_t a, std::size_t b) {
  const auto information = [&](std::size_t k) {
    return weighted_gram(s.X, s.fitted[k].cwiseProduct(VectorXd::Ones(s.X.rows()) - s.fitted[k]));
  };
  const MatrixXd between = weighted_gram(s.X, s.fitted[b].cwiseProduct(VectorXd::Ones(s.X.rows()) - s.fitted[a]));
  const MatrixXd full =
      information(a).ldlt().solve(between) * information(b).ldlt().solve(MatrixXd::Identity(s.X.cols(), s.X.cols()));
  return full.bottomRightCorner(s.X.cols() - 1, s.X.cols() - 1);
}

} // namespace

Model fit_ordinal(const ModelFrame& frame, const Sampling& sampling, Parallel parallel) {
  const std::vector<double> levels = categories(frame);
  const std::vector<std::size_t> category = category_numbers(frame, levels);
  const std::size_t cuts = levels.size() - 1;
  const ModelFrame slopes = without_intercept(frame);
  Likelihood likelihood{.rows = frame.rows.size(),
                        .predictors = {frame_predictor(slopes)},
                        .row = [&](std::size_t row, std::span<const double> eta) {
                          return category_likelihood(category[row], cuts, eta);
                        }};
  for (std::size_t k = 0; k < cuts; ++k)
    likelihood.predictors.push_back({{fmt::format("{}|{}", levels[k], levels[k + 1])}});
  likelihood.start = start_values(slopes.names.size(), category, cuts);
  LikelihoodFit fit = maximize(likelihood, sampling, parallel);
  Model model = likelihood_model("ordinal", frame, sampling, fit);
  const bool is_plain = sampling.kind == Sampling::Kind::Simple && sampling.weights.empty();
  if (is_plain && model.converged)
    use_difference_errors(fit, polr_covariance(likelihood, fit, slopes.names.size(), parallel), model.issues);
  const auto df = term_df(model, sampling, slopes.names.size());
  add_terms(model, fit, df);
  if (is_plain)
    model.tests = brant_tests(frame);
  if (!model.tests.empty() && model.tests.front().p < 0.05)
    model.issues.push_back(warning(
        "MODEL-NOT-PROPORTIONAL", "brant",
        fmt::format("the slopes of {} differ between the cuts (Brant p {:.3g}: one odds ratio does not describe "
                    "them); give the logistic model of each cut too",
                    frame.formula, model.tests.front().p)));
  return model;
}

std::vector<ModelTest> brant_tests(const ModelFrame& frame) {
  const std::vector<double> levels = categories(frame);
  const Splits splits = fit_splits(frame, levels);
  if (!splits.finite)
    return {};
  const auto cuts = static_cast<Index>(levels.size() - 1);
  const Index p = splits.X.cols() - 1;
  VectorXd slopes(cuts * p);
  MatrixXd V(cuts * p, cuts * p);
  for (Index a = 0; a < cuts; ++a) {
    slopes.segment(a * p, p) = splits.slopes[static_cast<std::size_t>(a)];
    for (Index b = a; b < cuts; ++b) {
      V.block(a * p, b * p, p, p) = slope_covariance(splits, static_cast<std::size_t>(a), static_cast<std::size_t>(b));
      V.block(b * p, a * p, p, p) = V.block(a * p, b * p, p, p).transpose().eval();
    }
  }
  const auto test = [&](const std::string& name, Index first, Index count) { // slopes first ... first + count - 1
    MatrixXd D = MatrixXd::Zero((cuts - 1) * count, cuts * p);
    for (Index k = 1; k < cuts; ++k)
      for (Index j = 0; j < count; ++j) {
        D((k - 1) * count + j, first + j) = 1;
        D((k - 1) * count + j, k * p + first + j) = -1;
      }
    return wald(name, D * slopes, D * V * D.transpose());
  };
  std::vector<ModelTest> tests{test("brant", 0, p)};
  for (Index j = 0; j < p; ++j)
    tests.push_back(test("brant " + frame.names[static_cast<std::size_t>(j) + 1], j, 1));
  return tests;
}

} // namespace osteocalc::cohort
