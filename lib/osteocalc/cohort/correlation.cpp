// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/correlation.h"

#include "osteocalc/cohort/distributions.h"
#include "osteocalc/cohort/spearman.h"
#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace osteocalc::cohort {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// t and interval of a correlation with `controlled` variables taken out; `spread` is the variance on Fisher's scale
/// times n - 3 - controlled.
Term correlation_term(const std::string& name, double r, std::size_t rows, std::size_t controlled, double spread) {
  Term term{name, r};
  const double df = static_cast<double>(rows) - 2 - static_cast<double>(controlled);
  if (1 - r * r < 1e-12) {
    term.p = 0.0;
    return term;
  }
  term.df = df;
  term.statistic = r * std::sqrt(df / (1 - r * r));
  term.p = student_t_two_sided_p(*term.statistic, df);
  const double half_width = normal_975() * std::sqrt(spread / (df - 1));
  term.ci_low = std::tanh(std::atanh(r) - half_width);
  term.ci_high = std::tanh(std::atanh(r) + half_width);
  return term;
}

void check_pairs(std::size_t pairs, std::size_t controlled) {
  if (pairs < 4 + controlled)
    throw TableError(
        fmt::format("{} complete pairs (the interval needs at least {}); add rows", pairs, 4 + controlled));
}

/// Sums over groups of t tied values: of pairs, and of what Kendall's variance needs.
struct Ties {
  double pairs = 0, variance = 0, triples = 0;
};

template <class Same>
Ties ties(std::size_t count, const Same& same_as_previous) {
  Ties sums;
  for (std::size_t first = 0; first < count;) {
    std::size_t end = first + 1;
    while (end < count && same_as_previous(end))
      ++end;
    const auto t = static_cast<double>(end - first);
    sums.pairs += t * (t - 1) / 2;
    sums.variance += t * (t - 1) * (2 * t + 5);
    sums.triples += t * (t - 1) * (t - 2);
    first = end;
  }
  return sums;
}

/// Sorts and counts how many pairs were out of order: merge sort, as Knight counts discordant pairs.
double count_swaps(std::vector<double>& values, std::vector<double>& buffer, std::size_t first, std::size_t end) {
  if (end - first < 2)
    return 0;
  const std::size_t middle = first + (end - first) / 2;
  double swaps = count_swaps(values, buffer, first, middle) + count_swaps(values, buffer, middle, end);
  std::size_t i = first, j = middle;
  for (std::size_t k = first; k < end; ++k) {
    const bool take_right = i == middle || (j < end && values[j] < values[i]);
    if (take_right)
      swaps += static_cast<double>(middle - i);
    buffer[k] = take_right ? values[j++] : values[i++];
  }
  std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(first), buffer.begin() + static_cast<std::ptrdiff_t>(end),
            values.begin() + static_cast<std::ptrdiff_t>(first));
  return swaps;
}

/// What a least-squares line on the covariates and a constant leaves of `values`.
std::vector<double> residuals(std::span<const double> values, const std::vector<std::vector<double>>& covariates) {
  const auto n = static_cast<Index>(values.size());
  MatrixXd C = MatrixXd::Ones(n, static_cast<Index>(covariates.size()) + 1);
  for (std::size_t j = 0; j < covariates.size(); ++j)
    C.col(static_cast<Index>(j) + 1) = Eigen::Map<const VectorXd>(covariates[j].data(), n);
  const Eigen::Map<const VectorXd> v(values.data(), n);
  const VectorXd left = v - C * C.colPivHouseholderQr().solve(v);
  const double total = (v.array() - v.mean()).matrix().squaredNorm();
  if (left.squaredNorm() <= 1e-14 * total)
    throw TableError("the covariates explain one of the two variables entirely (nothing is left to correlate); leave "
                     "out the covariate that repeats it");
  return {left.begin(), left.end()};
}

} // namespace

Term pearson(std::span<const double> x, std::span<const double> y) {
  check_pairs(x.size(), 0);
  return correlation_term("r", pearson_correlation(x, y), x.size(), 0, 1);
}

Term kendall(std::span<const double> x, std::span<const double> y) {
  OSTEOCALC_EXPECT(x.size() == y.size());
  check_pairs(x.size(), 0);
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return x[a] != x[b] ? x[a] < x[b] : y[a] < y[b]; });
  const auto same_x = [&](std::size_t i) { return x[order[i]] == x[order[i - 1]]; };
  const Ties in_x = ties(x.size(), same_x);
  const Ties in_both = ties(x.size(), [&](std::size_t i) { return same_x(i) && y[order[i]] == y[order[i - 1]]; });
  std::vector<double> sorted, buffer(x.size());
  for (const std::size_t i : order)
    sorted.push_back(y[i]);
  const double discordant = count_swaps(sorted, buffer, 0, sorted.size());
  const Ties in_y = ties(sorted.size(), [&](std::size_t i) { return sorted[i] == sorted[i - 1]; });
  const auto n = static_cast<double>(x.size());
  const double pairs = n * (n - 1) / 2;
  if (in_x.pairs == pairs || in_y.pairs == pairs)
    throw TableError("one of the two variables is the same in every row (a correlation needs both to vary); check the "
                     "columns and the rows left");
  const double score = pairs - in_x.pairs - in_y.pairs + in_both.pairs - 2 * discordant; // concordant - discordant
  const double tau = score / std::sqrt((pairs - in_x.pairs) * (pairs - in_y.pairs));
  const double variance = (n * (n - 1) * (2 * n + 5) - in_x.variance - in_y.variance) / 18 +
                          in_x.triples * in_y.triples / (9 * n * (n - 1) * (n - 2)) +
                          2 * in_x.pairs * in_y.pairs / (n * (n - 1));
  Term term{"tau_b", tau};
  term.statistic = score / std::sqrt(variance);
  term.p = normal_two_sided_p(*term.statistic);
  if (1 - tau * tau < 1e-12)
    return term;
  const double half_width = normal_975() * std::sqrt(0.437 / (n - 4));
  term.ci_low = std::tanh(std::atanh(tau) - half_width);
  term.ci_high = std::tanh(std::atanh(tau) + half_width);
  return term;
}

Term partial_correlation(std::span<const double> x, std::span<const double> y,
                         const std::vector<std::vector<double>>& covariates) {
  check_pairs(x.size(), covariates.size());
  const double r = pearson_correlation(residuals(x, covariates), residuals(y, covariates));
  return correlation_term("partial_r", r, x.size(), covariates.size(), 1);
}

Term partial_rank_correlation(std::span<const double> x, std::span<const double> y,
                              const std::vector<std::vector<double>>& covariates) {
  check_pairs(x.size(), covariates.size());
  std::vector<std::vector<double>> ranks;
  for (const auto& covariate : covariates)
    ranks.push_back(midranks(covariate));
  const double rho = pearson_correlation(residuals(midranks(x), ranks), residuals(midranks(y), ranks));
  return correlation_term("partial_rho", rho, x.size(), covariates.size(), 1 + rho * rho / 2);
}

} // namespace osteocalc::cohort
