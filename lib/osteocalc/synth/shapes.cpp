// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/shapes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace osteocalc::synth {
namespace {

/// Catmull-Rom interpolation between b (t = 0) and c (t = 1); a and d are their neighbours.
double catmull_rom(double a, double b, double c, double d, double t) {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

Box around(const Vec3& center, const Vec3& half) {
  return {center - half, center + half};
}

} // namespace

Frame frame_along(const Vec3& center_mm, const Vec3& up) {
  Frame frame;
  frame.center_mm = center_mm;
  frame.up = normalized(up);
  frame.back = normalized(cross(frame.up, {1, 0, 0}));
  frame.left = cross(frame.back, frame.up);
  return frame;
}

double volume_mm3(const Ellipsoid& e) {
  return 4.0 / 3.0 * std::numbers::pi * e.semi_mm[0] * e.semi_mm[1] * e.semi_mm[2];
}

Tube smooth_tube(const std::vector<TubeNode>& nodes, double step_mm) {
  Tube tube;
  const std::size_t last = nodes.size() - 1;
  for (std::size_t i = 0; i < last; ++i) {
    const TubeNode& a = nodes[i == 0 ? 0 : i - 1];
    const TubeNode& b = nodes[i];
    const TubeNode& c = nodes[i + 1];
    const TubeNode& d = nodes[std::min(i + 2, last)];
    const int pieces = std::max(1, static_cast<int>(std::lround(norm(c.center_mm - b.center_mm) / step_mm)));
    for (int k = 0; k < pieces; ++k) {
      const double t = static_cast<double>(k) / pieces;
      TubeNode node;
      for (std::size_t axis = 0; axis < 3; ++axis)
        node.center_mm[axis] =
            catmull_rom(a.center_mm[axis], b.center_mm[axis], c.center_mm[axis], d.center_mm[axis], t);
      node.radius_mm = std::lerp(b.radius_mm, c.radius_mm, t);
      tube.nodes.push_back(node);
    }
  }
  tube.nodes.push_back(nodes.back());
  return tube;
}

Box bounds(const Ellipsoid& e) {
  Vec3 half{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    half[axis] = std::hypot(e.semi_mm[0] * e.frame.left[axis], e.semi_mm[1] * e.frame.back[axis],
                            e.semi_mm[2] * e.frame.up[axis]);
  return around(e.frame.center_mm, half);
}

Box bounds(const TubeNode& a, const TubeNode& b, double height_ratio) {
  const double radius = std::max(a.radius_mm, b.radius_mm);
  const Vec3 margin{radius, radius, radius * height_ratio};
  Box box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.low[axis] = std::min(a.center_mm[axis], b.center_mm[axis]) - margin[axis];
    box.high[axis] = std::max(a.center_mm[axis], b.center_mm[axis]) + margin[axis];
  }
  return box;
}

Box bounds(const Block& b) {
  const double half_height = 0.5 * std::max({b.anterior_mm, b.middle_mm, b.posterior_mm});
  Vec3 half{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    half[axis] = b.half_width_mm * std::abs(b.frame.left[axis]) + b.half_depth_mm * std::abs(b.frame.back[axis]) +
                 half_height * std::abs(b.frame.up[axis]);
  return around(b.frame.center_mm, half);
}

} // namespace osteocalc::synth
