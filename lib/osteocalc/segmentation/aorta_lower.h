// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/aorta_circles.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace osteocalc::segmentation {

/// Where the aorta divides: the last hit of the aorta and the two common iliac arteries, from the top down.
struct Bifurcation {
  std::vector<CircleHit> aorta;       ///< the hits above it, down to where the branches part, in order of k
  std::vector<CircleHit> left, right; ///< from where they part downwards
  double score = 0.0;                 ///< mean circle score of the two branches over their first 24 mm
};

/// Looks for the height where one circle gives way to two side by side: the best sum of the single circle's evidence
/// over 24 mm above and the pair's over 24 mm below. Only hits up to index `end` (exclusive) are tried.
/// \pre `hits` is ordered by k without gaps; `scores` are circle scores around them
[[nodiscard]] std::optional<Bifurcation>
find_bifurcation(const CircleScores& scores, const std::vector<CircleHit>& hits, std::size_t end, Parallel parallel);

} // namespace osteocalc::segmentation
