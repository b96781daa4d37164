// SPDX-License-Identifier: Apache-2.0
// Rods as formulas: their places, directions and HU are known, and nothing of the code under test made them.
#pragma once

#include "osteocalc/image/volume.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace osteocalc::test {

/// A row of rods in a slab of 30 mm under a body of 40 HU.
struct RodScan {
  std::vector<double> hu; ///< of the rods, along the row
  double radius_mm = 9, pitch_mm = 36;
  Vec3 middle_mm{0, 60, 0}; ///< of the row
  double turn_deg = 0;      ///< of the row within the slice
  double tilt_deg = 0;      ///< of the rods against z, within the row's plane
  double slab_hu = 20, noise_hu = 0;
  VolumeGeometry grid{{220, 160, 12}, {1.2, 1.2, 3}, {-131.4, -80, -16.5}};

  [[nodiscard]] Vec3 along() const {
    const double a = turn_deg * std::acos(-1.0) / 180;
    return {std::cos(a), std::sin(a), 0};
  }
  [[nodiscard]] Vec3 direction() const {
    const double t = tilt_deg * std::acos(-1.0) / 180;
    return std::sin(t) * along() + Vec3{0, 0, std::cos(t)};
  }
  [[nodiscard]] Vec3 center_mm(std::size_t i) const {
    return middle_mm + (pitch_mm * (static_cast<double>(i) - 0.5 * static_cast<double>(hu.size() - 1))) * along();
  }
  /// Distance from a rod's axis.
  [[nodiscard]] double off_axis_mm(std::size_t i, const Vec3& p) const {
    const Vec3 d = p - center_mm(i), up = direction();
    return norm(d - dot(d, up) * up);
  }
  /// Means over 3 x 3 points a voxel, plus white noise.
  [[nodiscard]] Volume<std::int16_t> scan() const {
    Volume<std::int16_t> image(grid);
    std::mt19937 random(11);
    const Vec3 row = along(), up = direction(), across{-row[1], row[0], 0};
    std::vector<Vec3> centers;
    for (std::size_t i = 0; i < hu.size(); ++i)
      centers.push_back(center_mm(i));
    const auto value = [&](const Vec3& p) {
      const Vec3 d = p - middle_mm;
      if (std::abs(dot(d, across)) <= 15 && std::abs(dot(d, row)) <= 130) {
        for (std::size_t i = 0; i < hu.size(); ++i) {
          const Vec3 r = p - centers[i];
          const double t = dot(r, up);
          if (dot(r, r) - t * t <= radius_mm * radius_mm)
            return hu[i];
        }
        return slab_hu;
      }
      const double u = p[0] / 110, v = (p[1] + 30) / 45;
      return u * u + v * v <= 1 ? 40.0 : -1000.0;
    };
    for (int z = 0; z < grid.size[2]; ++z)
      for (int y = 0; y < grid.size[1]; ++y)
        for (int x = 0; x < grid.size[0]; ++x) {
          const Vec3 p = index_to_point(grid, {double(x), double(y), double(z)});
          const double third = grid.spacing_mm[0] / 3;
          double sum = 0;
          for (int k = 0; k < 9; ++k)
            sum += value({p[0] + (k % 3 - 1) * third, p[1] + (k / 3 - 1) * third, p[2]}) / 9;
          double noise = -6; // the sum of twelve uniform numbers: nearly normal, SD 1
          for (int k = 0; noise_hu > 0 && k < 12; ++k)
            noise += static_cast<double>(random()) / 4294967296.0;
          image(x, y, z) = static_cast<std::int16_t>(std::lround(sum + (noise_hu > 0 ? noise_hu * noise : 0)));
        }
    return image;
  }
};

} // namespace osteocalc::test
