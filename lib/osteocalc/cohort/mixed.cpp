// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/mixed.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <numbers>

namespace osteocalc::cohort {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::vector<std::size_t> group_numbers(std::span<const double> groups, std::size_t& count) {
  std::map<double, std::size_t> numbers;
  std::vector<std::size_t> result;
  for (const double group : groups)
    result.push_back(numbers.try_emplace(group, numbers.size()).first->second);
  count = numbers.size();
  return result;
}

/// Sums of one group. With V = I + r 11', V^-1 = I - r / (1 + n r) 11': only these are needed for any ratio r.
struct Group {
  double n = 0;
  VectorXd x; ///< column sums of [X y]
};

struct Data {
  MatrixXd gram; ///< [X y]' [X y]
  std::vector<Group> groups;
  Index slopes = 0;
  double n = 0;
};

Data collect(const ModelFrame& frame, const std::vector<std::size_t>& group, std::size_t groups) {
  const auto n = static_cast<Index>(frame.rows.size());
  MatrixXd Z(n, static_cast<Index>(frame.columns.size()) + 1);
  for (std::size_t j = 0; j < frame.columns.size(); ++j)
    Z.col(static_cast<Index>(j)) = Eigen::Map<const VectorXd>(frame.columns[j].data(), n);
  Z.rightCols(1) = Eigen::Map<const VectorXd>(frame.outcome.data(), n);
  Data data{Z.transpose() * Z, std::vector<Group>(groups, {0, VectorXd::Zero(Z.cols())}), Z.cols() - 1,
            static_cast<double>(n)};
  for (Index i = 0; i < n; ++i) {
    Group& own = data.groups[group[static_cast<std::size_t>(i)]];
    ++own.n;
    own.x += Z.row(i).transpose();
  }
  return data;
}

/// The model at one ratio r of the variances between and within groups.
struct At {
  VectorXd beta;
  MatrixXd inverse; ///< (X' V^-1 X)^-1
  double variance = 0, deviance = 0;
};

At at_ratio(const Data& data, double ratio, MixedCriterion criterion) {
  MatrixXd A = data.gram;
  double log_det_V = 0;
  for (const Group& group : data.groups) {
    A -= ratio / (1 + group.n * ratio) * group.x * group.x.transpose();
    log_det_V += std::log1p(group.n * ratio);
  }
  const Index k = data.slopes;
  const Eigen::LDLT<MatrixXd> ldlt(A.topLeftCorner(k, k));
  At at;
  at.beta = ldlt.solve(A.topRightCorner(k, 1));
  at.inverse = ldlt.solve(MatrixXd::Identity(k, k));
  const double rss = A(k, k) - at.beta.dot(A.topRightCorner(k, 1).col(0));
  const bool reml = criterion == MixedCriterion::Reml;
  const double rows = data.n - (reml ? static_cast<double>(k) : 0);
  at.variance = rss / rows;
  at.deviance = rows * (std::log(2 * std::numbers::pi * at.variance) + 1) + log_det_V +
                (reml ? ldlt.vectorD().array().log().sum() : 0);
  return at;
}

/// Ratio of variances at the lowest deviance; the search runs over the share r / (1 + r) in [0, 1).
double best_ratio(const Data& data, MixedCriterion criterion) {
  const auto deviance = [&](double share) { return at_ratio(data, share / (1 - share), criterion).deviance; };
  constexpr int steps = 50; // the deviance can have two dips: look before narrowing
  int best = 0;
  for (int i = 1; i < steps; ++i)
    if (deviance(static_cast<double>(i) / steps) < deviance(static_cast<double>(best) / steps))
      best = i;
  const double low = std::max(0, best - 1) / static_cast<double>(steps), high = (best + 1 - 1e-9) / steps;
  const double share = boost::math::tools::brent_find_minima(deviance, low, high, 50).first;
  return deviance(0) <= deviance(share) ? 0 : share / (1 - share);
}

bool varies_within(const std::vector<double>& column, const std::vector<std::size_t>& group, std::size_t groups) {
  std::vector<double> first(groups, std::nan(""));
  for (std::size_t i = 0; i < column.size(); ++i) {
    double& seen = first[group[i]];
    if (!std::isnan(seen) && std::abs(seen - column[i]) > 1e-9 * (1 + std::abs(seen)))
      return true;
    seen = column[i];
  }
  return false;
}

void check_groups(const ModelFrame& frame, std::size_t groups) {
  if (groups < 2 || groups == frame.rows.size())
    throw TableError(
        fmt::format("{} rows in {} groups (a random intercept needs several groups with several rows); use "
                    "a linear model",
                    frame.rows.size(), groups));
}

/// The columns with their means taken out (but the constant), which leaves the slopes as they are and the sums of
/// products well conditioned.
ModelFrame centered(const ModelFrame& frame, std::vector<double>& means) {
  ModelFrame result = frame;
  for (std::size_t j = 0; j < frame.columns.size(); ++j) {
    double mean = 0;
    for (const double value : frame.columns[j])
      mean += value / static_cast<double>(frame.rows.size());
    means.push_back(j == 0 ? 0 : mean);
    for (double& value : result.columns[j])
      value -= means.back();
  }
  return result;
}

} // namespace

Model fit_random_intercept(const ModelFrame& frame, std::span<const double> groups, MixedCriterion criterion) {
  OSTEOCALC_EXPECT(groups.size() == frame.rows.size() && frame.names.front() == "(Intercept)");
  std::size_t count = 0;
  const std::vector<std::size_t> group = group_numbers(groups, count);
  check_groups(frame, count);
  std::vector<double> means;
  const Data data = collect(centered(frame, means), group, count);
  const double ratio = best_ratio(data, criterion);
  const At at = at_ratio(data, ratio, criterion);
  MatrixXd T = MatrixXd::Identity(data.slopes, data.slopes); // the intercept at the columns' zero
  for (Index j = 1; j < data.slopes; ++j)
    T(0, j) = -means[static_cast<std::size_t>(j)];
  const MatrixXd covariance = at.variance * T * at.inverse * T.transpose();
  const VectorXd beta = T * at.beta;

  std::vector<bool> inner;
  for (const auto& column : frame.columns)
    inner.push_back(varies_within(column, group, count));
  const auto within = static_cast<double>(std::count(inner.begin() + 1, inner.end(), true));
  const auto between = static_cast<double>(frame.columns.size()) - 1 - within;
  const double inner_df = data.n - static_cast<double>(count) - within;
  const double outer_df = static_cast<double>(count) - 1 - between;

  Model model;
  model.family = "mixed";
  model.formula = frame.formula + " + (1 | group)";
  model.errors = criterion == MixedCriterion::Reml ? "reml" : "ml";
  model.n = frame.rows.size();
  model.df = inner_df;
  model.scale = std::sqrt(at.variance);
  model.log_likelihood = -0.5 * at.deviance;
  model.covariance.assign(covariance.data(), covariance.data() + covariance.size()); // symmetric
  for (std::size_t j = 0; j < frame.names.size(); ++j) {
    const auto i = static_cast<Index>(j);
    model.terms.push_back(
        wald_term(frame.names[j], beta(i), std::sqrt(covariance(i, i)), j == 0 || inner[j] ? inner_df : outer_df));
  }
  model.diagnostics = {{"sd_group", std::sqrt(at.variance * ratio)},
                       {"sd_residual", *model.scale},
                       {"icc", ratio / (1 + ratio)},
                       {"groups", static_cast<double>(count)}};
  if (ratio == 0)
    model.issues.push_back(info("MODEL-NO-GROUPING", "sd_group",
                                fmt::format("the groups of {} differ no more than their rows do (the variance between "
                                            "them is 0); the slopes are those of least squares",
                                            frame.formula)));
  return model;
}

ModelFrame split_within_between(const ModelFrame& frame, const std::string& column, std::span<const double> groups) {
  const std::vector<double>& x = frame.columns[column_index(frame, column)];
  std::map<double, std::pair<double, double>> sums; // of values, and how many
  for (std::size_t i = 0; i < x.size(); ++i) {
    sums[groups[i]].first += x[i];
    ++sums[groups[i]].second;
  }
  std::vector<double> within, between;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto& [sum, count] = sums[groups[i]];
    between.push_back(sum / count);
    within.push_back(x[i] - between.back());
  }
  ModelFrame result = frame;
  remove_column(result, column);
  add_column(result, column + " (within)", std::move(within));
  add_column(result, column + " (between)", std::move(between));
  return result;
}

} // namespace osteocalc::cohort
