// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/core/issue.h"
#include "osteocalc/dxa/decomposition.h"
#include "osteocalc/dxa/disc_gaps.h"
#include "osteocalc/dxa/region.h"

namespace osteocalc::dxa {

/// L1 to L4 on an image of the spine from the front, as far as they lie in it whole.
struct SpineRegions {
  std::vector<Region> regions;
  SpineOutline outline;
  std::vector<DiscGap> gaps;
  Vertebra above_first_gap = Vertebra::T12;
  double level_confidence = 0; ///< 0..1
  Issues issues;
};

/// Outline and gaps, and the levels' names from the lowest rib (T12), the iliac crests (L4-L5) and where a scan of L1
/// to L4 is usually begun.
[[nodiscard]] SpineRegions find_spine_regions(const BoneImage& image);

} // namespace osteocalc::dxa
