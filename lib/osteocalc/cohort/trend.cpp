// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/trend.h"

#include "osteocalc/cohort/spline.h"
#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace osteocalc::cohort {

namespace {

double cut_point(std::span<const double> values, std::span<const double> weights, double probability) {
  return weights.empty() ? quantile({values.begin(), values.end()}, probability)
                         : weighted_quantile(values, weights, probability);
}

} // namespace

double weighted_quantile(std::span<const double> values, std::span<const double> weights, double probability) {
  OSTEOCALC_EXPECT(!values.empty() && values.size() == weights.size());
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  const double wanted = probability * std::accumulate(weights.begin(), weights.end(), 0.0);
  double below = 0;
  for (const std::size_t i : order) {
    below += weights[i];
    if (below >= wanted * (1 - 1e-12)) // the sum of the weights carries rounding
      return values[i];
  }
  return values[order.back()];
}

QuantileGroups quantile_groups(std::span<const double> values, std::span<const double> weights, std::size_t groups) {
  QuantileGroups result;
  for (std::size_t g = 1; g < groups; ++g)
    result.cuts.push_back(cut_point(values, weights, static_cast<double>(g) / static_cast<double>(groups)));
  std::vector<std::vector<double>> members(groups), member_weights(groups);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto g = static_cast<std::size_t>(std::lower_bound(result.cuts.begin(), result.cuts.end(), values[i]) -
                                            result.cuts.begin());
    result.group.push_back(g);
    members[g].push_back(values[i]);
    if (!weights.empty())
      member_weights[g].push_back(weights[i]);
  }
  for (std::size_t g = 0; g < groups; ++g) {
    if (members[g].empty())
      throw TableError(fmt::format("group {} of {} is empty (too many values are tied at {}); use fewer groups", g + 1,
                                   groups, result.cuts[std::min(g, groups - 2)]));
    result.medians.push_back(cut_point(members[g], member_weights[g], 0.5));
  }
  for (const std::size_t g : result.group)
    result.score.push_back(result.medians[g]);
  return result;
}

} // namespace osteocalc::cohort
