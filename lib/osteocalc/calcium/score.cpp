// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/score.h"

#include "osteocalc/calcium/rule_scorer.h"

#include <algorithm>
#include <map>

namespace osteocalc::calcium {
namespace {

constexpr double mm3_per_cm3 = 1000;

/// Runs at the lowest bound any rule asks for: what one pass over the pixels leaves.
RunStack candidates(const Volume<std::int16_t>& hu, int min_hu, Parallel parallel) {
  return parallel_map(static_cast<std::size_t>(hu.size(2)), parallel,
                      [&](std::size_t z) { return runs_at_least(hu.slice(static_cast<int>(z)), min_hu); });
}

/// Which regions a label belongs to. Labels may be in several regions (a heart in the chest).
using RegionsOfLabel = std::vector<std::vector<std::size_t>>;

RegionsOfLabel regions_of_label(const std::vector<Region>& regions) {
  RegionsOfLabel table(std::size_t{1} << 16U);
  for (std::size_t region = 0; region < regions.size(); ++region)
    for (const LabelId id : regions[region].labels)
      if (table[id].empty() || table[id].back() != region)
        table[id].push_back(region);
  return table;
}

/// Cuts the runs of one slice where the region changes: one run list a region.
std::vector<std::vector<PixelRun>> split_by_region(std::span<const PixelRun> runs, HuSlice slice,
                                                   SliceView<const LabelId> labels, const RegionsOfLabel& regions_of,
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

struct NamedRule {
  Variant variant;
  ScoringRule rule;
};

std::vector<NamedRule> rules_for(const Volume<std::int16_t>& hu, const ScoreOptions& options, Issues& issues) {
  const VolumeGeometry& geometry = hu.geometry();
  const SliceIncrement increment{geometry.spacing_mm[2]};
  const ScanGrid grid{pixel_area_mm2(geometry), increment,
                      options.nominal_thickness.value_or(SliceThickness{increment.value()}), options.kvp};
  const std::optional<WeightBounds> bounds = weight_bounds(options.kvp_policy, options.kvp, issues);
  std::vector<NamedRule> rules;
  for (const Variant variant : options.variants) {
    const bool needs_bounds =
        variant == Variant::Reference || variant == Variant::Reference4c || variant == Variant::Custom;
    if (variant == Variant::Custom && bounds)
      rules.push_back({variant, custom_rule(options.custom, grid, *bounds)});
    else if (bounds || !needs_bounds)
      rules.push_back({variant, rule_for(variant, grid, bounds.value_or(standard_bounds))});
  }
  return rules;
}

int lowest_bound(const std::vector<NamedRule>& rules) {
  int bound = 32768;
  for (const NamedRule& named : rules)
    bound = std::min(bound, named.rule.min_hu);
  return bound;
}

/// \param runs the region's pixels at the lowest bound of the rules
RegionScores score_region(std::string name, const Volume<std::int16_t>& hu, RunStack runs,
                          const std::vector<NamedRule>& rules, const ScoreOptions& options) {
  // Rules share their bounds more often than not: the runs of each pair of bounds are cut once.
  const std::pair widest{lowest_bound(rules), no_max_hu};
  std::map<std::pair<int, int>, Candidates> by_bounds;
  const Candidates& all = by_bounds.try_emplace(widest, std::move(runs), options.parallel).first->second;
  const auto candidates_of = [&](const ScoringRule& rule) -> Candidates& {
    const std::pair bounds{rule.min_hu, rule.max_hu};
    if (const auto found = by_bounds.find(bounds); found != by_bounds.end())
      return found->second;
    RunStack cut = parallel_map(all.runs().size(), options.parallel, [&](std::size_t z) {
      return runs_within(all.runs()[z], hu.slice(static_cast<int>(z)), rule.min_hu, rule.max_hu);
    });
    return by_bounds.try_emplace(bounds, std::move(cut), options.parallel).first->second;
  };
  RegionScores result{std::move(name), {}, {}};
  for (const NamedRule& named : rules) {
    const bool is_reference = named.variant == Variant::Reference;
    RuleScore scored =
        score_by_rule(hu, candidates_of(named.rule), named.rule, is_reference ? Lesions::Listed : Lesions::Counted);
    scored.score.variant = named.variant;
    if (options.density)
      scored.score.mass_mg = (options.density->slope_mg_cm3_per_hu * scored.score.hu_volume_hu_mm3 +
                              options.density->intercept_mg_cm3 * scored.score.volume_mm3) /
                             mm3_per_cm3;
    result.scores.push_back(scored.score);
    if (is_reference)
      result.lesions = std::move(scored.lesions);
  }
  return result;
}

bool has_runs(const RunStack& runs) {
  return std::ranges::any_of(runs, [](const std::vector<PixelRun>& slice) { return !slice.empty(); });
}

/// Asked only where a region has no candidate: whether it is there at all.
bool occurs(const Region& region, const Volume<LabelId>& labels) {
  return std::ranges::any_of(labels.voxels(), [&](LabelId id) { return std::ranges::count(region.labels, id) > 0; });
}

} // namespace

ScoreResult score(const Volume<std::int16_t>& hu, const ScoreOptions& options) {
  ScoreResult result;
  const std::vector<NamedRule> rules = rules_for(hu, options, result.issues);
  RunStack runs = candidates(hu, lowest_bound(rules), options.parallel);
  result.regions.push_back(score_region("whole", hu, std::move(runs), rules, options));
  return result;
}

ScoreResult score(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels, const std::vector<Region>& regions,
                  const ScoreOptions& options) {
  OSTEOCALC_EXPECT(same_grid(hu.geometry(), labels.geometry()));
  ScoreResult result;
  const std::vector<NamedRule> rules = rules_for(hu, options, result.issues);
  const RunStack runs = candidates(hu, lowest_bound(rules), options.parallel);
  const RegionsOfLabel regions_of = regions_of_label(regions);
  std::vector<RunStack> runs_of_region(regions.size(), RunStack(runs.size()));
  parallel_for(runs.size(), options.parallel, [&](std::size_t z) {
    const int slice = static_cast<int>(z);
    auto split = split_by_region(runs[z], hu.slice(slice), labels.slice(slice), regions_of, regions.size());
    for (std::size_t region = 0; region < regions.size(); ++region)
      runs_of_region[region][z] = std::move(split[region]);
  });
  for (std::size_t region = 0; region < regions.size(); ++region) {
    if (has_runs(runs_of_region[region]) || occurs(regions[region], labels)) {
      result.regions.push_back(
          score_region(regions[region].name, hu, std::move(runs_of_region[region]), rules, options));
    } else {
      result.regions.push_back({regions[region].name, {}, {}});
      result.issues.push_back(refused("CAL-EMPTY-REGION", regions[region].name,
                                      "no voxel of the label map belongs to this region (it was not scored, which is "
                                      "not a score of 0) check the label numbers"));
    }
  }
  return result;
}

} // namespace osteocalc::calcium
