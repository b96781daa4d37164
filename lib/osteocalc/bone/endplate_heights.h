// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/vertebral_body.h"

#include <optional>

namespace osteocalc::bone {

/// Heights of a body between the outer faces of its endplates, read off the image: labels end at whole voxels, the
/// image does not. Along the body's axis, HU are averaged over the front, the middle and the back (5-25, 40-60, 75-95 %
/// of the depth, the middle 40 % of the width). Each endplate is the peak near the label's end; its middle lies between
/// the points where HU fall half-way to the core and to the disc, its face half its thickness farther out.
/// Nothing where an endplate does not stand out by 60 HU.
[[nodiscard]] std::optional<BodyHeights> endplate_heights(const Volume<std::int16_t>& hu, const VertebralBody& body);

} // namespace osteocalc::bone
