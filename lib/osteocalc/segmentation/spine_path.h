// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/body.h"
#include "osteocalc/segmentation/line_filter.h"

#include <optional>

namespace osteocalc::segmentation {

/// The spinal canal: one position a slice of the working grid, in index units. y may lie behind the image, where the
/// canal is outside the field of view and only the bodies in front of it were followed.
struct CanalPath {
  Line x, y;
  Line evidence;            ///< how much the slice looks like a spine, about 0..1.3
  int first = 0, last = -1; ///< slices between which the spine is followed, both included
  double bone_hu = 0.0;     ///< the bone threshold that showed it
};

/// Follows canal and bodies through the slices; absent when no 24 mm of spine are in view.
[[nodiscard]] std::optional<CanalPath> find_canal(const Body& body, Parallel parallel);

} // namespace osteocalc::segmentation
