// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/aorta.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace osteocalc::testing {

/// A trunk of fat and muscle with a straight column, into which vessels are stamped as chains of balls; x = 0 is the
/// mid-line, the column's front wall lies at y = 44 mm, z = 0 is the first slice.
struct AortaPhantom {
  Volume<std::int16_t> hu;
  Volume<LabelId> truth; ///< 52 where the aorta was stamped, 65 or 66 for the branches
  segmentation::SpineResult spine;

  explicit AortaPhantom(double height_mm, double slice_mm = 3.0) {
    VolumeGeometry g;
    g.size = {160, 130, static_cast<int>(std::lround(height_mm / slice_mm))};
    g.spacing_mm = {1.8, 1.8, slice_mm};
    g.origin_mm = {-143.1, -116.1, 0.0};
    hu = Volume<std::int16_t>(g);
    truth = Volume<LabelId>(g, 0);
    for (int z = 0; z < g.size[2]; ++z)
      for (int y = 0; y < g.size[1]; ++y)
        for (int x = 0; x < g.size[0]; ++x) {
          const Vec3 p = index_to_point(g, {double(x), double(y), double(z)});
          const double rim = std::hypot(p[0] / 138.0, p[1] / 108.0), bone = std::hypot(p[0], p[1] - 60.0);
          hu(x, y, z) = rim > 1.0 ? -1000 : bone < 16.0 ? 250 : rim > 0.85 || p[1] > 62.0 ? 50 : -100;
        }
    for (double z = 0.0; z < height_mm; z += 1.0) {
      spine.curve.center_mm.push_back({0.0, 60.0, z});
      spine.curve.up.push_back({0, 0, 1});
      spine.curve.left.push_back({1, 0, 0});
      spine.curve.back.push_back({0, 1, 0});
      spine.curve.depth_mm.push_back(32.0);
      spine.curve.width_mm.push_back(32.0);
    }
  }

  /// A level every 30 mm upwards from `lowest` at `z_mm`, all certain.
  void name_levels(Vertebra lowest, double z_mm) {
    for (int level = static_cast<int>(lowest); level >= 0 && z_mm < hu.size(2) * hu.geometry().spacing_mm[2]; --level) {
      segmentation::VertebraFinding v;
      v.level = static_cast<Vertebra>(level);
      v.confidence = 1.0;
      v.center_mm = {0.0, 60.0, z_mm};
      spine.vertebrae.push_back(v);
      z_mm += 30.0;
    }
  }

  /// Blood where the ball covers a voxel's centre.
  void stamp(const Vec3& center, double radius_mm, std::int16_t value, LabelId label) {
    const VolumeGeometry& g = hu.geometry();
    const Vec3 c = point_to_index(g, center);
    const auto reach = [&](std::size_t a) { return static_cast<int>(radius_mm / g.spacing_mm[a]) + 1; };
    for (int z = int(c[2]) - reach(2); z <= int(c[2]) + reach(2) + 1; ++z)
      for (int y = int(c[1]) - reach(1); y <= int(c[1]) + reach(1) + 1; ++y)
        for (int x = int(c[0]) - reach(0); x <= int(c[0]) + reach(0) + 1; ++x)
          if (hu.contains(x, y, z) &&
              norm(index_to_point(g, {double(x), double(y), double(z)}) - center) <= radius_mm) {
            hu(x, y, z) = value;
            truth(x, y, z) = label;
          }
  }

  void stamp_tube(const Vec3& from, const Vec3& to, double radius_mm, LabelId label = label::aorta) {
    const double length = norm(to - from);
    for (double t = 0.0; t <= length; t += 0.5)
      stamp(from + (t / length) * (to - from), radius_mm, 40, label);
  }

  /// Descending aorta from z0 to z1, left of the column's front.
  void stamp_descending(double z0, double z1, double radius_mm) {
    stamp_tube({14.0, 34.0, z0}, {14.0, 34.0, z1}, radius_mm);
  }

  /// Half a ring from the descending aorta at z over to an ascending aorta that ends at `root_z`.
  void stamp_arch(double z, double root_z, double radius_mm) {
    const Vec3 a{14.0, 34.0, z}, b{-12.0, -36.0, z}, middle = 0.5 * (a + b);
    const double half = 0.5 * norm(b - a);
    for (double angle = 0.0; angle <= std::numbers::pi; angle += 0.01)
      stamp(middle + std::cos(angle) * (a - middle) + (half * std::sin(angle)) * Vec3{0, 0, 1}, radius_mm, 40,
            label::aorta);
    stamp_tube(b, {b[0], b[1], root_z}, radius_mm);
  }

  [[nodiscard]] segmentation::AortaResult find(int threads = 2) const {
    const segmentation::Body body = segmentation::find_body(hu, {threads});
    return segmentation::find_aorta(hu, body, spine, {threads});
  }
};

/// Of all parts of the aorta against the stamped truth.
inline double aorta_dice(const AortaPhantom& phantom, const segmentation::AortaResult& found) {
  const auto labels = segmentation::paint_aorta(found, phantom.hu.geometry(), {2});
  double both = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < labels.voxels().size(); ++i) {
    const bool ours = labels.voxels()[i] >= label::aorta_ascending, theirs = phantom.truth.voxels()[i] == label::aorta;
    both += ours && theirs ? 1.0 : 0.0;
    sum += (ours ? 1.0 : 0.0) + (theirs ? 1.0 : 0.0);
  }
  return 2.0 * both / sum;
}

} // namespace osteocalc::testing
