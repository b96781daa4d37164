// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/spearman.h"

#include "osteocalc/cohort/distributions.h"
#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace osteocalc::cohort {

namespace {

std::vector<double> centered(std::span<const double> values) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  std::vector<double> result(values.begin(), values.end());
  for (double& value : result)
    value -= mean;
  return result;
}

double inner(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

bool varies(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [&](double value) { return value != values.front(); });
}

} // namespace

std::vector<double> midranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]])
      ++end;
    const double mean_rank = 0.5 * static_cast<double>(first + 1 + end); // of the ranks first + 1 ... end
    for (; first < end; ++first)
      ranks[order[first]] = mean_rank;
  }
  return ranks;
}

double pearson_correlation(std::span<const double> x, std::span<const double> y) {
  OSTEOCALC_EXPECT(x.size() == y.size() && x.size() >= 2);
  if (!varies(x) || !varies(y))
    throw TableError("one of the two variables is the same in every row (a correlation needs both to vary); check the "
                     "columns and the rows left");
  const std::vector<double> dx = centered(x), dy = centered(y);
  return std::clamp(inner(dx, dy) / std::sqrt(inner(dx, dx) * inner(dy, dy)), -1.0, 1.0);
}

Term spearman(std::span<const double> x, std::span<const double> y) {
  OSTEOCALC_EXPECT(x.size() == y.size());
  if (x.size() < 4)
    throw TableError(fmt::format("{} complete pairs (the interval needs at least 4); add rows", x.size()));
  const double rho = pearson_correlation(midranks(x), midranks(y));
  const auto n = static_cast<double>(x.size());
  Term result{"rho", rho};
  const double unexplained = 1 - rho * rho;
  if (unexplained < 1e-12) {
    result.p = 0.0;
    return result;
  }
  result.statistic = rho * std::sqrt((n - 2) / unexplained);
  result.p = student_t_two_sided_p(*result.statistic, n - 2);
  const double half_width = normal_975() * std::sqrt((1 + rho * rho / 2) / (n - 3));
  result.ci_low = std::tanh(std::atanh(rho) - half_width);
  result.ci_high = std::tanh(std::atanh(rho) + half_width);
  return result;
}

} // namespace osteocalc::cohort
