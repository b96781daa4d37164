// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/vertebra_body.h"

#include <cstdint>
#include <vector>

namespace osteocalc::segmentation {

/// Vertebrae in straightened coordinates. index: 0 = none, k + 1 = vertebra k of the chain.
struct StraightVertebrae {
  Volume<std::uint8_t> whole; ///< body and posterior elements, without ribs
  Volume<std::uint8_t> body;
  Volume<float> body_depth_mm; ///< distance to the nearest body surface, positive inside, at least -4
};

/// Fills the bodies and adds to each its arch and processes: bone behind the body, parted from the neighbours' by the
/// cheapest dark surface through the joints, and from the ribs by the slope at which they leave.
/// `lowest_step` names vertebra 0 (0 = S1, see level_naming.h): thoracic and lumbar processes reach differently far.
[[nodiscard]] StraightVertebrae fill_vertebrae(const Volume<float>& straight, const Volume<float>& smooth,
                                               const SpineFrame& frame, const BodyShapes& shapes, int lowest_step,
                                               const TissueValues& tissue, Parallel parallel);

} // namespace osteocalc::segmentation
