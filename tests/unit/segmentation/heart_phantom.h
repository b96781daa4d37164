// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/volume.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace osteocalc::test {

/// A chest of ellipses on a 2 x 2 x 3 mm grid: trunk, lungs, column, both limbs of the aorta in fat, a heart below the
/// aortic root. Frame coordinates (left, front, up of the root) in mm place the lesions.
struct HeartPhantom {
  Volume<std::int16_t> hu;
  static constexpr double root_x = -10, root_y = -35, root_z = 135, aorta_radius = 16;

  explicit HeartPhantom(int blood_hu = 40) : hu(VolumeGeometry{{150, 115, 66}, {2, 2, 3}, {-149, -114, 0}}) {
    std::mt19937 random(7);
    const auto noise = [&] { // the sum of bytes: nearly normal, SD 10
      int sum = 0;
      for (int k = 0; k < 4; ++k)
        sum += static_cast<int>(random() % 18);
      return sum - 34;
    };
    for (int z = 0; z < hu.size(2); ++z)
      for (int y = 0; y < hu.size(1); ++y)
        for (int x = 0; x < hu.size(0); ++x)
          hu(x, y, z) = static_cast<std::int16_t>(tissue(-149 + 2.0 * x, -114 + 2.0 * y, 3.0 * z, blood_hu) + noise());
  }

  [[nodiscard]] Vec3 index(const Vec3& frame) const {
    return point_to_index(hu.geometry(), {root_x + frame[0], root_y - frame[1], root_z + frame[2]});
  }
  /// A ball within a ball of fat (radius 0 = none). Returns the number of voxels of the inner one.
  int add_lesion(const Vec3& frame, double radius_mm, int peak_hu, double fat_radius_mm) {
    const Vec3 c = index(frame);
    int count = 0;
    for (int z = 0; z < hu.size(2); ++z)
      for (int y = 0; y < hu.size(1); ++y)
        for (int x = 0; x < hu.size(0); ++x) {
          const double d = std::hypot(2 * (x - c[0]), 2 * (y - c[1]), 3 * (z - c[2]));
          if (d <= radius_mm) {
            hu(x, y, z) = static_cast<std::int16_t>(peak_hu);
            ++count;
          } else if (d <= fat_radius_mm && hu(x, y, z) < 130) {
            hu(x, y, z) = -100;
          }
        }
    return count;
  }

 private:
  static bool in_circle(double x, double y, double cx, double cy, double r) { return std::hypot(x - cx, y - cy) < r; }
  static int tissue(double x, double y, double z, int blood_hu) {
    const double trunk = std::hypot(x / 145, y / 105), chest = std::hypot(x / 122, y / 85);
    if (trunk > 1)
      return -1000;
    if (chest > 1)
      return trunk > 0.93 ? -100 : 50;
    if (in_circle(x, y, 0, 62, 22))
      return 280;
    if (in_circle(x, y, 25, 28, 12))
      return blood_hu;
    const bool above = z > root_z;
    if (above && in_circle(x, y, root_x, root_y, aorta_radius))
      return blood_hu;
    const double heart = std::hypot((x - root_x - 30) / 72, (y - root_y - 2) / 55, (z - root_z + 42) / 50);
    if (heart < 1 && !above)
      return blood_hu;
    if (heart < 1.1 && !above)
      return -100;
    return std::abs(x) < 45 ? -100 : -850;
  }
};

} // namespace osteocalc::test
