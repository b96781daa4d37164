// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/score.h"

namespace osteocalc::calcium {

/// Runs of every slice, caudal first.
using RunStack = std::vector<std::vector<PixelRun>>;

enum class Lesions { Counted, Listed };

struct RuleScore {
  VariantScore score;
  std::vector<Lesion> lesions; ///< when Listed
};

/// One rule over the candidate runs of one region.
/// \pre runs hold exactly the region's pixels with HU >= rule.min_hu
[[nodiscard]] RuleScore score_by_rule(const Volume<std::int16_t>& hu, const RunStack& runs, const ScoringRule& rule,
                                      Lesions lesions, Parallel parallel);

} // namespace osteocalc::calcium
