// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace osteocalc::cohort {

/// A variable cut into groups of equal (weighted) size.
struct QuantileGroups {
  std::vector<double> cuts;       ///< group g holds cut[g-1] < x <= cut[g]
  std::vector<std::size_t> group; ///< one a value, 0 = lowest
  std::vector<double> medians;    ///< one a group, weighted when the values are
  std::vector<double> score;      ///< the median of each value's group: the column of a trend test
};

/// The smallest value below or at which a share `probability` of the weight lies.
/// \pre equal lengths, not empty, no weight < 0
[[nodiscard]] double weighted_quantile(std::span<const double> values, std::span<const double> weights,
                                       double probability);

/// Quartiles by default. Without weights the cuts lie between order statistics (R's type 7), with weights at values.
/// \throw TableError when ties leave a group empty
[[nodiscard]] QuantileGroups quantile_groups(std::span<const double> values, std::span<const double> weights = {},
                                             std::size_t groups = 4);

} // namespace osteocalc::cohort
