// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"
#include "osteocalc/image/volume.h"

#include <cstdint>

namespace osteocalc {

/// Trilinear value at an index position; positions outside take the value of the nearest voxel.
[[nodiscard]] double interpolate(const Volume<std::int16_t>& volume, const Vec3& index);

/// The label of the voxel whose centre is nearest; 0 outside the grid.
[[nodiscard]] LabelId nearest_label(const Volume<LabelId>& labels, const Vec3& index) noexcept;

/// Labels carried to another grid by nearest neighbour; voxels outside the source become 0.
[[nodiscard]] Volume<LabelId> resample_labels(const Volume<LabelId>& labels, const VolumeGeometry& target,
                                              Parallel parallel);

/// The same voxels with axes permuted and flipped so that x runs nearest to the patient's left, y to the back and z to
/// the head. Nothing is interpolated; an image that already runs so is returned unchanged.
[[nodiscard]] Volume<std::int16_t> to_lps_order(Volume<std::int16_t> volume);
[[nodiscard]] Volume<LabelId> to_lps_order(Volume<LabelId> volume);

} // namespace osteocalc
