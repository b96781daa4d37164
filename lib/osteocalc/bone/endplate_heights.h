// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/vertebral_body.h"

#include <optional>

namespace osteocalc::bone {

/// Heights of a body between the outer faces of its endplates, read off the image: labels end at whole voxels, the
/// image does not. In the front, the middle and the back (5-25, 40-60, 75-95 % of the depth, the middle 40 % of the
/// width), the scan's own voxels are taken by their distance from the body's end, and core, endplate and disc, as
/// slices of the scan's thickness blur them, are held against them at every place within 3 mm and half a slice. A
/// height is the mean over the probable places, its standard error their spread: in slices thicker than the endplate
/// many places explain the scan alike. Nothing where endplates do not stand out.
[[nodiscard]] std::optional<BodyHeights> endplate_heights(const Volume<std::int16_t>& hu, const VertebralBody& body);

/// Whether the scan goes on beyond both endplates of a body so high, far enough to show where they end: otherwise
/// neither the image nor a label says how high it is.
[[nodiscard]] bool discs_in_view(const VolumeGeometry& image, const VertebralBody& body, const BodyHeights& heights);

} // namespace osteocalc::bone
