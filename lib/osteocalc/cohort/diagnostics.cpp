// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/diagnostics.h"

#include "osteocalc/cohort/distributions.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace osteocalc::cohort {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd design(const ModelFrame& frame) {
  MatrixXd X(static_cast<Index>(frame.rows.size()), static_cast<Index>(frame.columns.size()));
  for (std::size_t j = 0; j < frame.columns.size(); ++j)
    X.col(static_cast<Index>(j)) = Eigen::Map<const VectorXd>(frame.columns[j].data(), X.rows());
  return X;
}

VectorXd outcome(const ModelFrame& frame) {
  return Eigen::Map<const VectorXd>(frame.outcome.data(), static_cast<Index>(frame.outcome.size()));
}

VectorXd residuals(const MatrixXd& X, const VectorXd& y) {
  return y - X * X.householderQr().solve(y);
}

MatrixXd without(const MatrixXd& X, Index column) {
  MatrixXd rest(X.rows(), X.cols() - 1);
  rest << X.leftCols(column), X.rightCols(X.cols() - column - 1);
  return rest;
}

double spread(const VectorXd& values) {
  return (values.array() - values.mean()).matrix().squaredNorm();
}

} // namespace

std::vector<Measure> variance_inflation(const ModelFrame& frame) {
  const MatrixXd X = design(frame);
  std::vector<Measure> inflation;
  for (Index j = 1; j < X.cols(); ++j)
    inflation.push_back({"vif " + frame.names[static_cast<std::size_t>(j)],
                         spread(X.col(j)) / residuals(without(X, j), X.col(j)).squaredNorm()});
  return inflation;
}

Influence influence(const ModelFrame& frame, const std::string& column) {
  const MatrixXd X = design(frame);
  const auto j = static_cast<Index>(column_index(frame, column));
  const VectorXd e = residuals(X, outcome(frame));
  const MatrixXd inverse = (X.transpose() * X).ldlt().solve(MatrixXd::Identity(X.cols(), X.cols()));
  const double slope = inverse.row(j).dot(X.transpose() * outcome(frame));
  const double variance = e.squaredNorm() / static_cast<double>(X.rows() - X.cols());
  Influence result;
  result.slope_low = result.slope_high = slope;
  for (Index i = 0; i < X.rows(); ++i) {
    const VectorXd direction = inverse * X.row(i).transpose();
    const double h = X.row(i).dot(direction);
    const double change = -direction(j) * e(i) / (1 - h); // slope without the row, less the slope with it
    result.leverage.push_back(h);
    result.cook.push_back(e(i) * e(i) * h / ((1 - h) * (1 - h) * variance * static_cast<double>(X.cols())));
    result.dfbeta.push_back(change);
    result.slope_low = std::min(result.slope_low, slope + change);
    result.slope_high = std::max(result.slope_high, slope + change);
  }
  return result;
}

std::vector<std::optional<double>> slopes_without(const ModelFrame& frame, const std::string& column,
                                                  std::span<const std::size_t> group_of_row, std::size_t groups) {
  const MatrixXd X = design(frame);
  const VectorXd y = outcome(frame);
  const auto j = static_cast<Index>(column_index(frame, column));
  std::vector<std::vector<Index>> rows_of(groups);
  for (Index i = 0; i < X.rows(); ++i)
    rows_of[group_of_row[static_cast<std::size_t>(i)]].push_back(i);
  const MatrixXd A = X.transpose() * X;
  const VectorXd c = X.transpose() * y, scale = A.diagonal().cwiseSqrt().cwiseInverse();
  std::vector<std::optional<double>> slopes;
  for (const std::vector<Index>& rows : rows_of) {
    MatrixXd rest = A;
    VectorXd right = c;
    for (const Index i : rows) {
      rest -= X.row(i).transpose() * X.row(i);
      right -= X.row(i).transpose() * y(i);
    }
    const Eigen::LDLT<MatrixXd> solver(scale.asDiagonal() * rest * scale.asDiagonal());
    const bool told_apart = solver.vectorD().minCoeff() > 1e-10;
    slopes.push_back(told_apart ? std::optional((scale.asDiagonal() * solver.solve(scale.asDiagonal() * right))(j))
                                : std::nullopt);
  }
  return slopes;
}

ModelTest breusch_pagan(const ModelFrame& frame) {
  const MatrixXd X = design(frame);
  const VectorXd squares = residuals(X, outcome(frame)).array().square();
  const double explained = 1 - residuals(X, squares).squaredNorm() / spread(squares);
  ModelTest test{"breusch-pagan", static_cast<double>(X.rows()) * explained, static_cast<double>(X.cols() - 1)};
  test.p = chi_squared_p(test.statistic, test.df);
  return test;
}

double residual_sd(const ModelFrame& frame, const std::string& column) {
  const MatrixXd X = design(frame);
  const auto j = static_cast<Index>(column_index(frame, column));
  return std::sqrt(residuals(without(X, j), X.col(j)).squaredNorm() / static_cast<double>(X.rows() - 1));
}

} // namespace osteocalc::cohort
