// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/volume.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace osteocalc::segmentation {

/// Which voxels touch: across faces or also across edges and corners, in 3-D or within each slice alone.
enum class Connectivity { Faces, Corners, SliceFaces, SliceCorners };

/// One connected piece: its size, its box in index space (both ends included) and its centre (index space).
struct Component {
  std::size_t voxels = 0;
  std::array<int, 3> low{}, high{};
  Vec3 centre{};
};

/// Pieces of a mask. ids: 0 = background, k = pieces[k - 1]; numbered by their first voxel in memory order.
struct Components {
  Volume<std::int32_t> ids;
  std::vector<Component> pieces;
};

/// Connected pieces of the voxels that are not 0, by union-find over runs of voxels along x.
[[nodiscard]] Components connected_components(const Volume<std::uint8_t>& mask, Connectivity connectivity,
                                              Parallel parallel);

/// The id of the piece with most voxels (the first of equals), 0 when there is none.
[[nodiscard]] std::int32_t largest_component(const Components& components) noexcept;

} // namespace osteocalc::segmentation
