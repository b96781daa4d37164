// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/geometry.h"

#include <cmath>
#include <numbers>

namespace osteocalc::test {

/// `point` turned about the LPS x axis, then about the y axis.
inline Vec3 turned(const Vec3& point, double about_x_deg, double about_y_deg) {
  const double a = about_x_deg * std::numbers::pi / 180, b = about_y_deg * std::numbers::pi / 180;
  const Vec3 p{point[0], std::cos(a) * point[1] - std::sin(a) * point[2],
               std::sin(a) * point[1] + std::cos(a) * point[2]};
  return {std::cos(b) * p[0] + std::sin(b) * p[2], p[1], -std::sin(b) * p[0] + std::cos(b) * p[2]};
}

/// The grid turned about the LPS origin.
inline VolumeGeometry turned(VolumeGeometry geometry, double about_x_deg, double about_y_deg) {
  geometry.origin_mm = turned(geometry.origin_mm, about_x_deg, about_y_deg);
  for (Vec3& axis : geometry.axes)
    axis = turned(axis, about_x_deg, about_y_deg);
  return geometry;
}

} // namespace osteocalc::test
