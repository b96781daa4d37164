// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/rule_set.h"

#include <algorithm>
#include <map>

namespace osteocalc::calcium {
namespace {

constexpr double mm3_per_cm3 = 1000;

int lowest_bound(const std::vector<NamedRule>& rules) {
  int bound = 32768;
  for (const NamedRule& named : rules)
    bound = std::min(bound, named.rule.min_hu);
  return bound;
}

} // namespace

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

RunStack candidate_runs(const Volume<std::int16_t>& hu, const std::vector<NamedRule>& rules, Parallel parallel) {
  const int min_hu = lowest_bound(rules);
  return parallel_map(static_cast<std::size_t>(hu.size(2)), parallel,
                      [&](std::size_t z) { return runs_at_least(hu.slice(static_cast<int>(z)), min_hu); });
}

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

} // namespace osteocalc::calcium
