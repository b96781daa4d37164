// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/linear.h"

#include "osteocalc/cohort/distributions.h"
#include "osteocalc/core/error.h"

#include <Eigen/Dense>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

namespace osteocalc::cohort {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Qr = Eigen::HouseholderQR<MatrixXd>;

VectorXd to_eigen(const std::vector<double>& values) {
  return Eigen::Map<const VectorXd>(values.data(), static_cast<Index>(values.size()));
}

MatrixXd design_matrix(const ModelFrame& frame) {
  MatrixXd X(static_cast<Index>(frame.rows.size()), static_cast<Index>(frame.columns.size()));
  for (std::size_t i = 0; i < frame.columns.size(); ++i)
    X.col(static_cast<Index>(i)) = to_eigen(frame.columns[i]);
  return X;
}

/// Inverse of the triangle of X = QR. Without pivoting, |R_jj| is what is left of column j once the columns before it
/// are taken out, so a column that adds nothing is found by name.
MatrixXd inverse_triangle(const Qr& qr, const MatrixXd& X, const std::vector<std::string>& names) {
  constexpr double nothing_left = 1e-7; // of the column's length; R's lm draws the same line
  const MatrixXd R = qr.matrixQR().topRows(X.cols()).triangularView<Eigen::Upper>();
  for (Index j = 0; j < X.cols(); ++j)
    if (std::abs(R(j, j)) <= nothing_left * X.col(j).norm())
      throw TableError(
          fmt::format("'{}' is a combination of the terms before it (their slopes cannot be told apart); leave one "
                      "of them out",
                      names[static_cast<std::size_t>(j)]));
  return R.triangularView<Eigen::Upper>().solve(MatrixXd::Identity(X.cols(), X.cols()));
}

/// The column in which this row is farthest from the others, in standard deviations.
const std::string& most_unusual_column(const MatrixXd& X, Index row, const std::vector<std::string>& names) {
  const Eigen::ArrayXXd centered = X.rowwise() - X.colwise().mean();
  const Eigen::ArrayXd spread = centered.square().colwise().sum().sqrt().transpose() + 1e-300; // the intercept has none
  Index column = 0;
  (centered.row(row).transpose().abs() / spread).maxCoeff(&column);
  return names[static_cast<std::size_t>(column)];
}

/// R^-1 (Q' diag(e^2 / (1 - h)^2) Q) R^-T, which is (X'X)^-1 X' diag(..) X (X'X)^-1 without forming X'X.
MatrixXd hc3_covariance(const MatrixXd& X, const MatrixXd& inverse_R, const VectorXd& residual,
                        const ModelFrame& frame) {
  const MatrixXd Q = X * inverse_R;
  const VectorXd leverage = Q.rowwise().squaredNorm();
  Index extreme = 0;
  if (leverage.maxCoeff(&extreme) > 1 - 1e-9)
    throw TableError(
        fmt::format("row {} of the table alone fixes the slope of '{}' (its leverage is 1, so HC3 errors are "
                    "undefined); merge rare levels or leave the term out",
                    frame.rows[static_cast<std::size_t>(extreme)] + 1, most_unusual_column(X, extreme, frame.names)));
  const VectorXd weight = (residual.array() / (1 - leverage.array())).square();
  return inverse_R * (Q.transpose() * weight.asDiagonal() * Q) * inverse_R.transpose();
}

} // namespace

Model fit_linear(const ModelFrame& frame, Errors errors) {
  check_outcome_varies(frame);
  const MatrixXd X = design_matrix(frame);
  const VectorXd y = to_eigen(frame.outcome);
  const Qr qr(X);
  const MatrixXd inverse_R = inverse_triangle(qr, X, frame.names);
  const VectorXd beta = qr.solve(y);
  const VectorXd residual = y - X * beta;
  const auto n = static_cast<double>(X.rows());

  Model model;
  model.family = "linear";
  model.formula = frame.formula;
  model.errors = errors == Errors::Hc3 ? "hc3" : "classical";
  model.n = frame.rows.size();
  model.df = static_cast<double>(X.rows() - X.cols());
  const double rss = residual.squaredNorm();
  model.scale = std::sqrt(rss / model.df);
  if (rss > 0)
    model.log_likelihood = -0.5 * n * (std::log(2 * std::numbers::pi * rss / n) + 1);
  const MatrixXd covariance = errors == Errors::Hc3 ? hc3_covariance(X, inverse_R, residual, frame)
                                                    : MatrixXd(rss / model.df * inverse_R * inverse_R.transpose());
  model.covariance.assign(covariance.reshaped<Eigen::RowMajor>().begin(), covariance.reshaped<Eigen::RowMajor>().end());
  for (std::size_t i = 0; i < frame.names.size(); ++i) {
    const auto j = static_cast<Index>(i);
    model.terms.push_back(wald_term(frame.names[i], beta(j), std::sqrt(covariance(j, j)), model.df));
  }
  return model;
}

} // namespace osteocalc::cohort
