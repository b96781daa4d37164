// SPDX-License-Identifier: Apache-2.0
#pragma once

// For .cpp files of this module only: the steps score() and RegionScorer share.
#include "osteocalc/calcium/rule_scorer.h"

namespace osteocalc::calcium {

struct NamedRule {
  Variant variant;
  ScoringRule rule;
};

/// What the asked variants mean on this image; those whose bounds are refused are left out.
[[nodiscard]] std::vector<NamedRule> rules_for(const Volume<std::int16_t>& hu, const ScoreOptions& options,
                                               Issues& issues);

/// Runs at the lowest bound any rule asks for: what one pass over the pixels leaves.
[[nodiscard]] RunStack candidate_runs(const Volume<std::int16_t>& hu, const std::vector<NamedRule>& rules,
                                      Parallel parallel);

/// \param runs the region's pixels at the lowest bound of the rules
[[nodiscard]] RegionScores score_region(std::string name, const Volume<std::int16_t>& hu, RunStack runs,
                                        const std::vector<NamedRule>& rules, const ScoreOptions& options);

} // namespace osteocalc::calcium
