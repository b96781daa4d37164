// SPDX-License-Identifier: Apache-2.0
// Vertebrae as formulas: every height, axis and HU is known, and nothing of the code under test made them.
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/image/volume.h"
#include "unit/image/oblique.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace osteocalc::test {

/// One vertebra: an elliptic cylinder with a cortex, two pedicles, an arch around an elliptic canal, a spinous process.
/// Lengths in mm in its own axes (left, back, up) about the middle of the body.
struct AnalyticVertebra {
  Vertebra level = Vertebra::L1;
  Vec3 center_mm{0, 0, 0};
  std::array<Vec3, 3> axes{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  double core_hu = 120;
  double anterior_mm = 28, posterior_mm = 28; ///< heights at the very front and back

  static constexpr double half_width_mm = 22, half_depth_mm = 16, cortex_mm = 1.5;
  static constexpr double canal_back_mm = 25, canal_half_width_mm = 11, canal_half_depth_mm = 9, arch_mm = 5;

  [[nodiscard]] Vec3 local(const Vec3& point_mm) const {
    const Vec3 d = point_mm - center_mm;
    return {dot(d, axes[0]), dot(d, axes[1]), dot(d, axes[2])};
  }
  /// Endplate-to-endplate height at a share of the depth (0 = front, 1 = back).
  [[nodiscard]] double height_mm(double share) const { return anterior_mm + share * (posterior_mm - anterior_mm); }
  /// Inside the body by at least `margin_mm` on every side.
  [[nodiscard]] bool in_body(const Vec3& p, double margin_mm = 0) const {
    const double u = p[0] / (half_width_mm - margin_mm), v = p[1] / (half_depth_mm - margin_mm);
    const double height = height_mm((p[1] + half_depth_mm) / (2 * half_depth_mm));
    return u * u + v * v <= 1 && std::abs(p[2]) <= height / 2 - margin_mm;
  }
  [[nodiscard]] bool in_arch(const Vec3& p) const {
    const auto in_ellipse = [&](double grow_mm) {
      const double u = p[0] / (canal_half_width_mm + grow_mm);
      const double v = (p[1] - canal_back_mm) / (canal_half_depth_mm + grow_mm);
      return u * u + v * v <= 1;
    };
    if (in_ellipse(0))
      return false;
    const bool ring = in_ellipse(arch_mm) && p[1] > half_depth_mm && std::abs(p[2]) <= 9;
    const bool pedicle =
        std::abs(p[0]) >= 9 && std::abs(p[0]) <= 16 && p[1] >= 6 && p[1] <= 25 && p[2] >= -1 && p[2] <= 9;
    const bool process = std::abs(p[0]) <= 3 && p[1] >= 36 && p[1] <= 52 && p[2] >= -9 && p[2] <= 3;
    return ring || pedicle || process;
  }
  [[nodiscard]] double hu(const Vec3& p) const {
    constexpr double bone_hu = 400, soft_hu = 40;
    return in_body(p, cortex_mm) ? core_hu : in_body(p) || in_arch(p) ? bone_hu : soft_hu;
  }
};

/// `count` vertebrae from `first` downwards, 36 mm apart along their common axis, turned about the LPS x (sagittal
/// tilt) and y axes (coronal tilt). The middle one lies at the LPS origin.
inline std::vector<AnalyticVertebra> analytic_spine(Vertebra first, int count, double sagittal_deg = 0,
                                                    double coronal_deg = 0) {
  std::vector<AnalyticVertebra> spine;
  for (int i = 0; i < count; ++i) {
    AnalyticVertebra vertebra;
    vertebra.level = static_cast<Vertebra>(static_cast<int>(first) + i);
    for (Vec3& axis : vertebra.axes)
      axis = turned(axis, sagittal_deg, coronal_deg);
    vertebra.center_mm = (36.0 * (0.5 * (count - 1) - i)) * vertebra.axes[2];
    spine.push_back(vertebra);
  }
  return spine;
}

struct AnalyticScan {
  Volume<std::int16_t> hu;
  Volume<LabelId> labels; ///< whole vertebrae
};

/// A grid of the given spacing that holds the spine with a margin.
inline VolumeGeometry grid_around(const std::vector<AnalyticVertebra>& spine, const Vec3& spacing_mm) {
  Vec3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
  for (const AnalyticVertebra& vertebra : spine)
    for (const Vec3& corner : {Vec3{-24, -18, -20}, Vec3{24, -18, -20}, Vec3{-24, 55, -20}, Vec3{24, 55, -20},
                               Vec3{-24, -18, 20}, Vec3{24, -18, 20}, Vec3{-24, 55, 20}, Vec3{24, 55, 20}}) {
      const Vec3 at = vertebra.center_mm + corner[0] * vertebra.axes[0] + corner[1] * vertebra.axes[1] +
                      corner[2] * vertebra.axes[2];
      for (std::size_t axis = 0; axis < 3; ++axis) {
        low[axis] = std::min(low[axis], at[axis]);
        high[axis] = std::max(high[axis], at[axis]);
      }
    }
  VolumeGeometry grid;
  grid.spacing_mm = spacing_mm;
  grid.origin_mm = low;
  for (std::size_t axis = 0; axis < 3; ++axis)
    grid.size[axis] = static_cast<int>(std::ceil((high[axis] - low[axis]) / spacing_mm[axis])) + 1;
  return grid;
}

/// A scan without noise: HU are means over the voxel (2 x 2 points in each half millimetre of the slice), labels those
/// of its centre.
inline AnalyticScan scan_of(const std::vector<AnalyticVertebra>& spine, const VolumeGeometry& grid) {
  AnalyticScan scan{Volume<std::int16_t>(grid, 40), Volume<LabelId>(grid, 0)};
  const int layers = std::max(2, static_cast<int>(std::ceil(2 * grid.spacing_mm[2])));
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        for (const AnalyticVertebra& vertebra : spine) {
          const Vec3 center = vertebra.local(index_to_point(grid, {double(x), double(y), double(z)}));
          if (std::abs(center[0]) > 26 || center[1] < -20 || center[1] > 56 || std::abs(center[2]) > 18)
            continue;
          double sum = 0;
          for (int layer = 0; layer < layers; ++layer)
            for (int corner = 0; corner < 4; ++corner)
              sum += vertebra.hu(vertebra.local(
                  index_to_point(grid, {x - 0.25 + 0.5 * (corner & 1), y - 0.25 + 0.5 * ((corner >> 1) & 1),
                                        z - 0.5 + (layer + 0.5) / layers})));
          scan.hu(x, y, z) = static_cast<std::int16_t>(std::lround(sum / (4 * layers)));
          if (vertebra.in_body(center) || vertebra.in_arch(center))
            scan.labels(x, y, z) = whole_vertebra_label(vertebra.level);
        }
  return scan;
}

/// The scan's labels with bodies of their own, and nothing else.
inline Volume<LabelId> body_labels(const AnalyticScan& scan, const std::vector<AnalyticVertebra>& spine) {
  const VolumeGeometry& grid = scan.labels.geometry();
  Volume<LabelId> labels(grid, 0);
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        for (const AnalyticVertebra& vertebra : spine)
          if (vertebra.in_body(vertebra.local(index_to_point(grid, {double(x), double(y), double(z)}))))
            labels(x, y, z) = vertebral_body_label(vertebra.level);
  return labels;
}

} // namespace osteocalc::test
