// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/vertebral_body.h"

namespace osteocalc::bone {

/// The body moved and stretched along its own axes until its faces lie on the bone's edges in the image. Labels end at
/// whole voxels and differ from reader to reader; a volume of interest measured off the bone itself does not follow
/// them. Each of the six faces is one mean profile of HU along its axis (the middle of the face, every column from its
/// own end, so that hollow endplates stay hollow), and goes to the first clear fall of HU outwards. No face moves
/// farther than one and a half voxels; one without a clear edge moves with the opposite one, and a body that the scan
/// cuts stays as it is.
[[nodiscard]] VertebralBody settled(const VertebralBody& body, const Volume<std::int16_t>& hu);

} // namespace osteocalc::bone
