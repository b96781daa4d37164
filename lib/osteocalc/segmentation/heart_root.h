// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/aorta.h"
#include "osteocalc/segmentation/thorax.h"

#include <optional>
#include <vector>

namespace osteocalc::segmentation {

/// A round cross-section; x, y index of the thorax grid.
struct Disc {
  double x = 0.0, y = 0.0, radius_mm = 0.0;
  double roundness = 0.0; ///< share of the circle with an edge, about 0..1
};

/// The aortic root and both limbs of the thoracic aorta, as discs per slice of the thorax grid. Below the root the
/// ascending discs mean nothing.
struct AorticRoot {
  std::vector<Disc> descending, ascending;
  Vec3 index{}; ///< root centre: where, coming down, the round outline of the ascending aorta dissolves
  double radius_mm = 0.0;
  double followed_mm = 0.0; ///< length over which the ascending aorta is round above the root
  bool trusted = false;     ///< round for long enough, and at a height the carina allows where that is in view
};

/// \param carina_mm LPS z where the trachea divides, if in view. The root lies about 50 mm below; found less than 32 mm
/// or more than 66 mm below, it is put there and not trusted.
/// \param aorta find_aorta's result, may be empty: a centre line elsewhere takes the trust away
/// followed_mm is 0 when no ascending aorta is in view.
[[nodiscard]] AorticRoot find_aortic_root(const Thorax& thorax, std::optional<double> carina_mm,
                                          const AortaResult& aorta, Parallel parallel);

} // namespace osteocalc::segmentation
