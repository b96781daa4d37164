// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/region_scorer.h"

#include "osteocalc/calcium/rule_set.h"

#include <algorithm>

namespace osteocalc::calcium {
namespace {

/// Which regions a label belongs to. Labels may be in several regions (a heart in the chest).
std::vector<std::vector<std::size_t>> regions_of_label(const std::vector<Region>& regions) {
  std::vector<std::vector<std::size_t>> table(std::size_t{1} << 16U);
  for (std::size_t region = 0; region < regions.size(); ++region)
    for (const LabelId id : regions[region].labels)
      if (table[id].empty() || table[id].back() != region)
        table[id].push_back(region);
  return table;
}

/// Cuts the runs of one slice where the region changes: one run list a region.
std::vector<std::vector<PixelRun>> split_by_region(std::span<const PixelRun> runs, HuSlice slice,
                                                   SliceView<const LabelId> labels,
                                                   const std::vector<std::vector<std::size_t>>& regions_of,
                                                   std::size_t region_count) {
  std::vector<std::vector<PixelRun>> split(region_count);
  for (const PixelRun& run : runs) {
    const LabelId* row = labels.row(run.y);
    for (std::int32_t x = run.x_begin; x < run.x_end;) {
      std::int32_t end = x + 1;
      while (end < run.x_end && row[end] == row[x])
        ++end;
      for (const std::size_t region : regions_of[row[x]]) {
        std::vector<PixelRun>& target = split[region];
        if (!target.empty() && target.back().y == run.y && target.back().x_end == x)
          target.back() = measured_run(slice, run.y, target.back().x_begin, end);
        else
          target.push_back(measured_run(slice, run.y, x, end));
      }
      x = end;
    }
  }
  return split;
}

} // namespace

struct RegionScorer::Rules {
  std::vector<NamedRule> list;
};

RegionScorer::RegionScorer(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels, std::vector<Region> regions,
                           const ScoreOptions& options)
    : hu_(hu), regions_(std::move(regions)), options_(options),
      rules_(std::make_shared<Rules>(Rules{rules_for(hu, options, issues_)})),
      runs_(candidate_runs(hu, rules_->list, options.parallel)), regions_of_(regions_of_label(regions_)),
      runs_of_region_(regions_.size(), RunStack(runs_.size())), scores_(regions_.size()) {
  OSTEOCALC_EXPECT(same_grid(hu.geometry(), labels.geometry()));
  rescore(labels, 0, hu.size(2) - 1);
  for (std::size_t region = 0; region < regions_.size(); ++region) // those without a pixel too
    if (scores_[region].region.empty())
      scores_[region] = score_region(regions_[region].name, hu_, runs_of_region_[region], rules_->list, options_);
}

std::vector<std::size_t> RegionScorer::rescore(const Volume<LabelId>& labels, int low, int high) {
  const auto slices = static_cast<std::size_t>(high - low + 1);
  auto split = parallel_map(slices, options_.parallel, [&](std::size_t i) {
    const int z = low + static_cast<int>(i);
    return split_by_region(runs_[static_cast<std::size_t>(z)], hu_.slice(z), labels.slice(z), regions_of_,
                           regions_.size());
  });
  std::vector<std::size_t> changed;
  for (std::size_t region = 0; region < regions_.size(); ++region) {
    bool differs = false;
    for (std::size_t i = 0; i < slices; ++i) {
      std::vector<PixelRun>& runs = runs_of_region_[region][static_cast<std::size_t>(low) + i];
      if (runs != split[i][region]) {
        runs = std::move(split[i][region]);
        differs = true;
      }
    }
    if (differs) {
      changed.push_back(region);
      scores_[region] = score_region(regions_[region].name, hu_, runs_of_region_[region], rules_->list, options_);
    }
  }
  return changed;
}

bool RegionScorer::has_candidates(std::size_t region) const {
  return std::ranges::any_of(runs_of_region_[region], [](const auto& slice) { return !slice.empty(); });
}

} // namespace osteocalc::calcium
