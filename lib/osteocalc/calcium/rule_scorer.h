// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/candidates.h"
#include "osteocalc/calcium/score.h"

namespace osteocalc::calcium {

enum class Lesions { Counted, Listed };

struct RuleScore {
  VariantScore score;
  std::vector<Lesion> lesions; ///< when Listed
};

/// One rule over the candidates of one region.
/// \pre candidates hold exactly the region's pixels with HU >= rule.min_hu
[[nodiscard]] RuleScore score_by_rule(const Volume<std::int16_t>& hu, Candidates& candidates, const ScoringRule& rule,
                                      Lesions lesions);

} // namespace osteocalc::calcium
