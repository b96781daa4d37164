// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/logistic.h"

#include "osteocalc/cohort/distributions.h"
#include "osteocalc/core/error.h"

#include <Eigen/Dense>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>

namespace osteocalc::cohort {

namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// l*(b) = l(b) + ln det I(b) / 2 and what Newton's steps on it need.
struct Penalized {
  double value = 0;
  VectorXd score;       ///< X' (y - p + h (1/2 - p))
  MatrixXd information; ///< X' diag(p (1 - p)) X
};

Penalized penalized(const MatrixXd& X, const ArrayXd& y, const VectorXd& b) {
  const ArrayXd eta = (X * b).array();
  const ArrayXd p = 1 / (1 + (-eta).exp()), w = p * (1 - p);
  Penalized at;
  at.information = X.transpose() * w.matrix().asDiagonal() * X;
  const Eigen::LLT<MatrixXd> llt(at.information);
  const MatrixXd half = llt.matrixL().solve(X.transpose() * w.sqrt().matrix().asDiagonal());
  const ArrayXd h = half.colwise().squaredNorm().transpose().array();
  // ln p and ln(1 - p) from eta, which keep their digits where p is near 0 or 1
  const ArrayXd log_sum = eta.max(0) + (-eta.abs()).exp().log1p();
  at.value = (y * eta - log_sum).sum() + llt.matrixLLT().diagonal().array().log().sum();
  at.score = X.transpose() * (y - p + h * (0.5 - p)).matrix();
  return at;
}

struct Peak {
  VectorXd b;
  Penalized at;
  bool converged = false;
};

/// Climbs from `b`; `fixed` keeps its value when it is a column.
Peak climb(const MatrixXd& X, const ArrayXd& y, VectorXd b, Index fixed) {
  Peak peak{b, penalized(X, y, b)};
  for (int iteration = 0; iteration < 500; ++iteration) {
    MatrixXd information = peak.at.information;
    VectorXd score = peak.at.score;
    if (fixed >= 0) {
      information.row(fixed).setZero();
      information.col(fixed).setZero();
      information(fixed, fixed) = 1;
      score(fixed) = 0;
    }
    VectorXd step = information.ldlt().solve(score);
    if (score.dot(step) < 1e-20) {
      peak.converged = true;
      return peak;
    }
    int halvings = 0;
    Penalized next = penalized(X, y, peak.b + step);
    for (; !(next.value >= peak.at.value - 1e-12 * (1 + std::abs(peak.at.value))) && halvings < 40; ++halvings) {
      step *= 0.5;
      next = penalized(X, y, peak.b + step);
    }
    peak.b += step;
    peak.at = std::move(next);
  }
  return peak;
}

/// Where the profile of column j has fallen by half the 95 % point of chi-square, left (-1) or right (+1) of the peak.
std::optional<double> profile_limit(const MatrixXd& X, const ArrayXd& y, const Peak& peak, Index j, double se,
                                    int side) {
  const double target = peak.at.value - 0.5 * chi_squared_quantile(0.95, 1);
  const auto excess = [&](double offset) {
    VectorXd b = peak.b;
    b(j) += side * offset;
    return climb(X, y, b, j).at.value - target;
  };
  double inside = 0, outside = 1.5 * se;
  while (excess(outside) > 0) {
    inside = outside;
    outside *= 1.6;
    if (outside > 1e6 * se) // the profile is flat: there is no limit on this side
      return std::nullopt;
  }
  std::uintmax_t steps = 100;
  const auto [low, high] =
      boost::math::tools::toms748_solve(excess, inside, outside, boost::math::tools::eps_tolerance<double>(36), steps);
  return peak.b(j) + side * 0.5 * (low + high);
}

Term profile_term(const std::string& name, const MatrixXd& X, const ArrayXd& y, const Peak& peak, Index j, double se) {
  Term term{name, peak.b(j), se};
  VectorXd null = peak.b;
  null(j) = 0;
  term.statistic = 2 * (peak.at.value - climb(X, y, null, j).at.value); // chi-square with one degree of freedom
  term.p = chi_squared_p(std::max(0.0, *term.statistic), 1);
  term.ci_low = profile_limit(X, y, peak, j, se, -1);
  term.ci_high = profile_limit(X, y, peak, j, se, 1);
  return term;
}

} // namespace

Model fit_firth(const ModelFrame& frame) {
  check_binary(frame);
  MatrixXd X(static_cast<Index>(frame.rows.size()), static_cast<Index>(frame.columns.size()));
  for (std::size_t j = 0; j < frame.columns.size(); ++j)
    X.col(static_cast<Index>(j)) = Eigen::Map<const VectorXd>(frame.columns[j].data(), X.rows());
  const ArrayXd y = Eigen::Map<const ArrayXd>(frame.outcome.data(), X.rows());
  const Peak peak = climb(X, y, VectorXd::Zero(X.cols()), -1);
  Model model;
  model.family = "firth";
  model.formula = frame.formula;
  model.errors = "profile";
  model.n = frame.rows.size();
  model.df = static_cast<double>(X.rows() - X.cols());
  model.log_likelihood = peak.at.value;
  model.converged = peak.converged;
  const MatrixXd covariance = peak.at.information.ldlt().solve(MatrixXd::Identity(X.cols(), X.cols()));
  model.covariance.assign(covariance.data(), covariance.data() + covariance.size()); // symmetric
  for (Index j = 0; j < X.cols(); ++j)
    model.terms.push_back(
        profile_term(frame.names[static_cast<std::size_t>(j)], X, y, peak, j, std::sqrt(covariance(j, j))));
  if (!model.converged)
    model.issues.push_back(warning("MODEL-NOT-CONVERGED", "firth",
                                   fmt::format("the penalised maximum of {} was not reached (its numbers are "
                                               "provisional); rescale wide columns",
                                               frame.formula)));
  return model;
}

} // namespace osteocalc::cohort
