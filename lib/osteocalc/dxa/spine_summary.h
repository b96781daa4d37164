// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/dxa/region.h"

#include <functional>

namespace osteocalc::dxa {

/// A level that must not count, with the reason.
struct ExcludedLevel {
  std::string level, reason;
};

/// The spine's density over the levels that can be used.
struct SpineSummary {
  std::optional<SiteDensity> site; ///< named by its levels: "L1-L4", "L2-L4", "L1,L3"; absent: fewer than two are left
  std::vector<std::string> levels;
  std::vector<ExcludedLevel> excluded;
};

/// ISCD's rule: a level whose T-score is more than 1.0 above or below both (or the only) levels beside it is left out;
/// at least two must remain. `t_score` gives the T of one level's density on the L1-L4 scale; without one nothing is
/// compared. \cite iscd2019
[[nodiscard]] SpineSummary summarise_spine(const std::vector<SiteDensity>& levels,
                                           const std::function<std::optional<double>(const SiteDensity&)>& t_score,
                                           const std::vector<ExcludedLevel>& excluded = {});

} // namespace osteocalc::dxa
