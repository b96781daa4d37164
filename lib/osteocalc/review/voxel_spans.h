// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/score.h"
#include "osteocalc/review/edit.h"

#include <vector>

namespace osteocalc::review {

/// Voxels x_begin <= x < x_end of row y in slice z.
struct VoxelSpan {
  int z = 0, y = 0, x_begin = 0, x_end = 0;
  friend bool operator==(const VoxelSpan&, const VoxelSpan&) = default;
};

/// Spans and the label they had: what undo needs.
struct LabelledSpan {
  VoxelSpan span;
  LabelId label = 0;
};

[[nodiscard]] std::vector<VoxelSpan> spans_of(const calcium::Lesion& lesion);
[[nodiscard]] bool holds(const calcium::Lesion& lesion, const Voxel& voxel);

/// Where a stroke paints, each voxel once.
[[nodiscard]] std::vector<VoxelSpan> spans_of(const Stroke& stroke, const VolumeGeometry& geometry);

/// What hangs together with the seed through faces, edges and corners at min_hu and above, without bone.
/// \throw Error when the seed is dimmer or bone, or when what hangs together reaches farther than 25 mm from it: then
/// it is no plaque but bone, contrast or metal
[[nodiscard]] std::vector<VoxelSpan> grown_from(const Voxel& seed, const Volume<std::int16_t>& hu,
                                                const Volume<LabelId>& labels, int min_hu);

/// The brightest voxel of the same slice within a radius: a click next to a lesion means the lesion.
[[nodiscard]] Voxel brightest_near(const Voxel& voxel, const Volume<std::int16_t>& hu, double radius_mm);

/// Gives the spans a label and returns what they had.
std::vector<LabelledSpan> relabel(Volume<LabelId>& labels, const std::vector<VoxelSpan>& spans, LabelId to);
void restore(Volume<LabelId>& labels, const std::vector<LabelledSpan>& before);

} // namespace osteocalc::review
