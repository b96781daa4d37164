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

bool differs_from_neighbours(const std::vector<double>& t, std::size_t i) {
  const bool above = i == 0 || std::abs(t[i] - t[i - 1]) > most_t_apart;
  const bool below = i + 1 == t.size() || std::abs(t[i] - t[i + 1]) > most_t_apart;
  return above && below;
}

/// Distance from the median of the others.
double off_the_rest(const std::vector<double>& t, std::size_t i) {
  std::vector<double> others;
  for (std::size_t k = 0; k < t.size(); ++k)
    if (k != i)
      others.push_back(t[k]);
  std::ranges::sort(others);
  const std::size_t n = others.size();
  return std::abs(t[i] - 0.5 * (others[(n - 1) / 2] + others[n / 2]));
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
  // Of the levels that differ from all beside them, the one farthest from the rest goes first: what it spoils must not
  // take its neighbours with it.
  while (left.size() > 2) {
    std::vector<double> t;
    for (const SiteDensity& site : left)
      if (const auto value = t_score(site))
        t.push_back(*value);
    if (t.size() != left.size())
      break;
    std::size_t worst = t.size();
    for (std::size_t i = 0; i < t.size(); ++i)
      if (differs_from_neighbours(t, i) && (worst == t.size() || off_the_rest(t, i) > off_the_rest(t, worst)))
        worst = i;
    if (worst == t.size())
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
