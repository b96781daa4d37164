// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/label_map.h"

#include <cstdint>

namespace osteocalc::test {

/// A trunk of boxes, 4 mm voxels, 200 x 160 x 360 mm: six vertebrae T12 to L5 of 40 mm with 10 mm discs, the aorta in
/// front of their left half, the iliac arteries below it. HU: 250 in bone, 40 around, -1000 outside.
struct LabelTorso {
  static constexpr int first_slice = 20, vertebra_slices = 10, disc_slices = 2;
  VolumeGeometry grid{{50, 40, 90}, {4, 4, 4}, {-100, -80, 0}};
  Volume<std::int16_t> image{grid, 40};
  LabelSet labels{{Volume<LabelId>(grid, 0), {}}, {Volume<LabelId>(grid, 0), {}}};

  LabelTorso() {
    fill({0, 0, 0}, {49, 1, 89}, -1000, 0);
    int z = first_slice;
    for (LabelId id = 27; id <= 32; ++id, z += vertebra_slices + disc_slices) // L5 to T12
      fill({20, 24, z}, {29, 33, z + vertebra_slices - 1}, 250, id);
    fill({26, 16, first_slice}, {30, 20, 89}, 40, label::aorta);
    fill({28, 16, first_slice - 8}, {30, 18, first_slice - 1}, 40, label::iliac_artery_left);
    fill({19, 16, first_slice - 8}, {21, 18, first_slice - 1}, 40, label::iliac_artery_right);
  }
  void fill(std::array<int, 3> low, std::array<int, 3> high, std::int16_t hu, LabelId id) {
    for (int z = low[2]; z <= high[2]; ++z)
      for (int y = low[1]; y <= high[1]; ++y)
        for (int x = low[0]; x <= high[0]; ++x) {
          image(x, y, z) = hu;
          labels.wholes.voxels(x, y, z) = id;
        }
  }
  /// The labels mirrored within their grid, the image as it is.
  void mirror_labels(std::size_t axis) {
    const Volume<LabelId> before = labels.wholes.voxels.clone();
    for (int z = 0; z < grid.size[2]; ++z)
      for (int y = 0; y < grid.size[1]; ++y)
        for (int x = 0; x < grid.size[0]; ++x) {
          std::array<int, 3> from{x, y, z};
          from[axis] = grid.size[axis] - 1 - from[axis];
          labels.wholes.voxels(x, y, z) = before(from[0], from[1], from[2]);
        }
  }
  template <class Change>
  void renumber(const Change& change) {
    for (LabelId& id : labels.wholes.voxels.voxels())
      id = id == 0 ? id : static_cast<LabelId>(change(id));
  }
};

} // namespace osteocalc::test
