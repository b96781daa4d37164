// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/image/geometry.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace osteocalc::io {

/// Where a slice says it is.
struct SlicePosition {
  Vec3 position_mm{};       ///< centre of its first pixel, LPS
  std::string instance_uid; ///< decides which of two slices at one place is kept
};

/// Slices on a regular grid along z.
struct SliceStack {
  std::vector<std::size_t> order; ///< indices into the input, in grid order, without duplicates
  std::vector<int> grid_z;        ///< the grid slice of each of `order`; a number that is left out is a missing slice
  int grid_slices = 0;
  Vec3 step_mm{};          ///< from one grid slice to the next; not along the normal when the gantry is tilted
  double increment_mm = 0; ///< the part of the step along the normal; 0 for a single slice
  Issues issues;           ///< IO-DUPLICATE, IO-GAP, IO-UNEVEN, IO-TILT
};

/// Orders slices by their position along `normal`, ascending, and finds the grid they lie on. The median distance says
/// how many increments each distance is, hence which slices are missing; the increment is the mean over all of these,
/// so that rounded positions do not add up to an error over the scan.
/// \pre slices is not empty, normal has length 1
/// \throw GeometryError when more slices would be missing than are there
[[nodiscard]] SliceStack stack_slices(std::span<const SlicePosition> slices, const Vec3& normal);

} // namespace osteocalc::io
