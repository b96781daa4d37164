// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/dxa/spine_outline.h"

namespace osteocalc::dxa {

/// The middle of a gap between two bodies, from edge to edge of the outline.
struct DiscGap {
  Vec2 left{}, right{};
  double half_height_mm = 0;
  double depth = 0; ///< how much less mineral there is than in the bodies beside it, 0..1

  [[nodiscard]] double y_mm() const { return 0.5 * (left[1] + right[1]); }
};

/// All gaps of the column from above to below, a vertebra between each two. They are found together, as the chain of
/// places with least mineral between which the vertebrae's height grows slowly downwards: a disc that the tilt of its
/// endplates closes is found by the others. The midline is left out: spinous processes lie there.
[[nodiscard]] std::vector<DiscGap> find_disc_gaps(const Volume<float>& bone_g_cm2, const SpineOutline& outline);

} // namespace osteocalc::dxa
