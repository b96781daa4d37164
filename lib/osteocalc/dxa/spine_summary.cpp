// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/spine_summary.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::dxa {
namespace {

constexpr double most_t_apart = 1.0;

/// "L1-L4" for a row without a gap, else "L1,L3".
std::string name_of(const std::vector<std::string>& levels) {
  const bool row = levels.back()[1] - levels.front()[1] + 1 == static_cast<int>(levels.size());
  if (row && levels.size() > 1)
    return levels.front() + "-" + levels.back();
  std::string name;
  for (const std::string& level : levels)
    name += (name.empty() ? "" : ",") + level;
  return name;
}

} // namespace

SpineSummary summarise_spine(const std::vector<SiteDensity>& levels,
                             const std::function<std::optional<double>(const SiteDensity&)>& t_score,
                             const std::vector<ExcludedLevel>& excluded) {
  SpineSummary summary;
  summary.excluded = excluded;
  std::vector<SiteDensity> left;
  for (const SiteDensity& site : levels)
    if (std::ranges::find(excluded, site.site, &ExcludedLevel::level) == excluded.end())
      left.push_back(site);
  // The level farthest from its neighbours goes first: what it spoils must not take the neighbours with it.
  while (left.size() > 2) {
    std::size_t worst = left.size();
    double farthest = most_t_apart;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const auto here = t_score(left[i]);
      double least = 1e9;
      for (const std::size_t k : {i - 1, i + 1})
        if (k < left.size())
          if (const auto other = t_score(left[k]); here && other)
            least = std::min(least, std::abs(*here - *other));
      if (least < 1e9 && least > farthest) {
        farthest = least;
        worst = i;
      }
    }
    if (worst == left.size())
      break;
    summary.excluded.push_back({left[worst].site, "its T-score is more than 1.0 from those beside it"});
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(worst));
  }
  for (const SiteDensity& site : left)
    summary.levels.push_back(site.site);
  if (left.size() >= 2)
    summary.site = combined(name_of(summary.levels), left);
  return summary;
}

} // namespace osteocalc::dxa
