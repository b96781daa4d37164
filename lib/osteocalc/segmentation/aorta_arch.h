// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/aorta_circles.h"
#include "osteocalc/segmentation/aorta_image.h"

#include <optional>
#include <vector>

namespace osteocalc::segmentation {

/// A circle in the working grid's index space; the radius in mm.
struct TubePoint {
  Vec3 at{};
  double radius_mm = 0.0;
  double score = 0.0;
};

/// The arch: a round tube over the top that joins an ascending to a descending circle of the same slice.
struct Arch {
  std::vector<TubePoint> course; ///< from the ascending to the descending aorta, both ends included
  CircleHit ascending;           ///< the ascending circle in its picture
  double merit = 0.0;            ///< arches seen score 1.1 and more; accept from `least_arch_merit`
};

inline constexpr double least_arch_merit = 0.95;

/// Circle scores of the front mediastinum, where the ascending aorta runs.
[[nodiscard]] CircleScores ascending_scores(const SpinePictures& spine, double soft_hu, int k0, int k1,
                                            Parallel parallel);

/// A place where a tube comes down in front of the descending aorta, best first; at most `most`.
struct Candidate {
  CircleHit circle;
  double score = 0.0; ///< mean over the 24 mm below, less a price for unusual places
};
[[nodiscard]] std::vector<Candidate> ascending_candidates(const CircleScores& scores, int k, double least_radius_mm,
                                                          double most_radius_mm, std::size_t most);

/// Searches the arch above the descending aorta: for several levels below its top and the best candidates there,
/// half-planes turn about the line between the two circles, and the roundest course through them counts.
/// \pre `descending` is ordered by k, `top` is the index of its last sure hit
[[nodiscard]] std::optional<Arch> find_arch(const Volume<float>& vessels, const SpinePictures& spine,
                                            const CircleScores& front, const std::vector<CircleHit>& descending,
                                            std::size_t top, double soft_hu, Parallel parallel);

} // namespace osteocalc::segmentation
