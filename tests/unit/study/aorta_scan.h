// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/vertebral_body.h"
#include "osteocalc/image/ct_image.h"
#include "osteocalc/image/label_map.h"

#include <cmath>
#include <cstdint>
#include <vector>

namespace osteocalc::test {

/// A straight aorta (radius 10 mm about the z axis, z from -138 to -12 mm) in soft tissue: 2 mm pixels, 3 mm slices
/// from -150 to 0 mm.
struct AortaScan {
  CtImage image;
  LabelMap labels;

  explicit AortaScan(std::int16_t blood_hu) {
    const VolumeGeometry grid{{40, 40, 51}, {2, 2, 3}, {-40, -40, -150}};
    image.hu = Volume<std::int16_t>(grid, 30);
    image.acquisition.kvp_kv = 120;
    image.acquisition.nominal_thickness_mm = 3;
    labels.voxels = Volume<LabelId>(grid, 0);
    for_each_voxel([&](int x, int y, int z, const Vec3& at) {
      if (std::hypot(at[0], at[1]) <= 10 && at[2] >= -138 && at[2] <= -12) {
        labels.voxels(x, y, z) = label::aorta;
        image.hu(x, y, z) = blood_hu;
      }
    });
  }

  /// A cube of calcium of side `side_mm` about a point.
  void plaque(const Vec3& center_mm, double side_mm, std::int16_t hu) {
    for_each_voxel([&](int x, int y, int z, const Vec3& at) {
      const Vec3 d = at - center_mm;
      if (std::abs(d[0]) <= side_mm / 2 && std::abs(d[1]) <= side_mm / 2 && std::abs(d[2]) <= side_mm / 2)
        image.hu(x, y, z) = hu;
    });
  }

  template <class Do>
  void for_each_voxel(const Do& act) const {
    const VolumeGeometry& grid = image.hu.geometry();
    for (int z = 0; z < grid.size[2]; ++z)
      for (int y = 0; y < grid.size[1]; ++y)
        for (int x = 0; x < grid.size[0]; ++x)
          act(x, y, z, index_to_point(grid, {double(x), double(y), double(z)}));
  }
};

/// Bodies of these levels 30 mm apart from z = -30 mm downwards, 40 mm behind the aorta, along the z axis.
inline std::vector<bone::BodyFinding> stations(const std::vector<Vertebra>& levels) {
  std::vector<bone::BodyFinding> bodies;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    bone::VertebralBody body;
    body.level = levels[i];
    body.center_mm = {0, 40, -30.0 - 30.0 * static_cast<double>(i)};
    body.heights = {25, 25, 25};
    bodies.push_back({levels[i], std::move(body), {}});
  }
  return bodies;
}

} // namespace osteocalc::test
