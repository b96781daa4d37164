// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/label_alignment.h"

#include "osteocalc/core/error.h"
#include "osteocalc/image/resample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace osteocalc {
namespace {

constexpr std::array<std::array<const char*, 2>, 3> end_names{{{"right", "left"}, {"front", "back"}, {"feet", "head"}}};

/// Where a grid's corners lie, in voxels of another: the lowest and highest along each axis, borders of voxels.
std::array<Vec3, 2> extent_in(const VolumeGeometry& grid, const VolumeGeometry& other) {
  Vec3 low{}, high{};
  for (int corner = 0; corner < 8; ++corner) {
    Vec3 index{};
    for (std::size_t axis = 0; axis < 3; ++axis)
      index[axis] = ((corner >> axis) & 1) != 0 ? grid.size[axis] - 0.5 : -0.5;
    const Vec3 at = point_to_index(other, index_to_point(grid, index));
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = corner == 0 ? at[axis] : std::min(low[axis], at[axis]);
      high[axis] = corner == 0 ? at[axis] : std::max(high[axis], at[axis]);
    }
  }
  return {low, high};
}

} // namespace

void note_coverage(const VolumeGeometry& labels, const VolumeGeometry& image, Issues& issues) {
  const auto [low, high] = extent_in(labels, image);
  std::string missing;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::array<double, 2> missing_mm{(low[axis] + 0.5) * image.spacing_mm[axis],
                                           (image.size[axis] - 0.5 - high[axis]) * image.spacing_mm[axis]};
    const double rounding_mm = std::max(image.spacing_mm[axis], labels.spacing_mm[axis]); // of the other program's grid
    for (std::size_t end = 0; end < 2; ++end)
      if (missing_mm[end] > rounding_mm)
        missing += (missing.empty() ? "" : ", ") + std::to_string(std::lround(missing_mm[end])) + " mm at the " +
                   end_names[axis][end];
  }
  if (!missing.empty())
    issues.push_back(warning("LABEL-COVERAGE", "labels",
                             "the labels do not cover the whole scan: missing " + missing +
                                 " (structures there are not measured) segment the whole scan"));
}

LabelMap aligned_labels(LabelMap labels, const VolumeGeometry& image, Parallel parallel, Issues& issues) {
  if (std::ranges::none_of(labels.voxels.voxels(), [](LabelId id) { return id != 0; }))
    throw Refusal(refused("LABEL-EMPTY", "labels", "the label map holds no label (nothing can be measured with it)"));
  if (same_grid(labels.voxels.geometry(), image)) {
    labels.voxels.set_geometry(image); // a file rounds: without this, results would depend on who wrote the labels
    return labels;
  }
  const VolumeGeometry labels_grid = labels.voxels.geometry();
  LabelMap aligned{resample_labels(labels.voxels, image, parallel), std::move(labels.names)};
  if (std::ranges::none_of(aligned.voxels.voxels(), [](LabelId id) { return id != 0; }))
    throw Refusal(refused("LABEL-APART", "labels",
                          "none of the label map's structures lies within the image (it may belong to another scan, or "
                          "its orientation is swapped) check its header"));
  issues.push_back(info("LABEL-RESAMPLED", "labels", "the label map has another grid; the nearest label was taken"));
  note_coverage(labels_grid, image, issues);
  return aligned;
}

void draw_over(LabelMap& wholes, const LabelMap& parts) {
  OSTEOCALC_EXPECT(same_grid(wholes.voxels.geometry(), parts.voxels.geometry()));
  std::ranges::transform(wholes.voxels.voxels(), parts.voxels.voxels(), wholes.voxels.voxels().begin(),
                         [](LabelId whole, LabelId part) { return part != 0 ? part : whole; });
  wholes.names.insert(parts.names.begin(), parts.names.end());
}

} // namespace osteocalc
