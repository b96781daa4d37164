// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/volume.h"

#include <cstdint>

namespace osteocalc {

/// Distance in mm from each voxel of a mask (non-zero) to the nearest voxel centre outside it; 0 outside. Exact
/// Euclidean, spacing respected; the world beyond the grid counts as outside. \cite felzenszwalb2012
[[nodiscard]] Volume<float> distance_inside(const Volume<std::uint8_t>& mask);

} // namespace osteocalc
