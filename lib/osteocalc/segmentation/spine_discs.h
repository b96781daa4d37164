// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/spine_frame.h"

#include <vector>

namespace osteocalc::segmentation {

/// How much each millimetre of the curve looks like the middle of a disc (about 1 where it does): the dark gap between
/// two endplates, the gap in the cortical ring, and the foramen between two pedicles. Each is measured against its own
/// local rhythm, so that thin bone and bridged discs are judged by what is left of it.
[[nodiscard]] Line disc_evidence(const Volume<float>& straight, const SpineFrame& frame, const TissueValues& tissue,
                                 Parallel parallel);

/// The chain of discs (s in mm, ascending) with most evidence whose spacing changes gently from level to level.
/// Below `sacrum_end` (s in mm, 0 = not in view) no disc is expected.
[[nodiscard]] Line disc_chain(const Line& evidence, const Line& depth_mm, double sacrum_end);

} // namespace osteocalc::segmentation
