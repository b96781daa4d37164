// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/score.h"

#include "osteocalc/calcium/region_scorer.h"
#include "osteocalc/calcium/rule_set.h"

#include <algorithm>

namespace osteocalc::calcium {
namespace {

/// Asked only where a region has no candidate: whether it is there at all.
bool occurs(const Region& region, const Volume<LabelId>& labels) {
  return std::ranges::any_of(labels.voxels(), [&](LabelId id) { return std::ranges::count(region.labels, id) > 0; });
}

} // namespace

ScoreResult score(const Volume<std::int16_t>& hu, const ScoreOptions& options) {
  ScoreResult result;
  const std::vector<NamedRule> rules = rules_for(hu, options, result.issues);
  result.regions.push_back(score_region("whole", hu, candidate_runs(hu, rules, options.parallel), rules, options));
  return result;
}

ScoreResult score(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels, const std::vector<Region>& regions,
                  const ScoreOptions& options) {
  RegionScorer scorer(hu, labels, regions, options);
  ScoreResult result{{}, scorer.issues()};
  std::vector<bool> has_candidates;
  for (std::size_t region = 0; region < regions.size(); ++region)
    has_candidates.push_back(scorer.has_candidates(region));
  result.regions = std::move(scorer).take_scores();
  for (std::size_t region = 0; region < regions.size(); ++region)
    if (!has_candidates[region] && !occurs(regions[region], labels)) {
      result.regions[region] = {regions[region].name, {}, {}};
      result.issues.push_back(refused("CAL-EMPTY-REGION", regions[region].name,
                                      "no voxel of the label map belongs to this region (it was not scored, which is "
                                      "not a score of 0) check the label numbers"));
    }
  return result;
}

} // namespace osteocalc::calcium
