// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/volume.h"
#include "osteocalc/view/surface.h"

#include <cstdint>
#include <vector>

namespace osteocalc::view {

enum class Projection { Mean, Maximum };
struct Slab {
  double thickness_mm = 0; ///< 0: the surface itself
  Projection projection = Projection::Mean;
};

/// HU on a surface, by row; -1024 outside the scan. Trilinear between voxels. A slab that lies along the scan's own
/// slices, rows or columns is made of whole voxels, each by its share of it.
[[nodiscard]] std::vector<float> sample(const Volume<std::int16_t>& hu, const Surface& surface, const Slab& slab,
                                        Parallel parallel);

/// A row of a surface in a scan's indices: fast to walk.
struct IndexRow {
  Vec3 start, step, across;

  [[nodiscard]] Vec3 at(double x) const noexcept { // spelt out: this is called for every pixel
    return {start[0] + x * step[0], start[1] + x * step[1], start[2] + x * step[2]};
  }
};
[[nodiscard]] IndexRow in_indices(const VolumeGeometry& geometry, const SurfaceRow& row) noexcept;

} // namespace osteocalc::view
