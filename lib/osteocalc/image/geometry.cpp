// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/geometry.h"

#include <cmath>

namespace osteocalc {

Vec3 operator+(const Vec3& a, const Vec3& b) noexcept {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
Vec3 operator-(const Vec3& a, const Vec3& b) noexcept {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
Vec3 operator*(double factor, const Vec3& a) noexcept {
  return {factor * a[0], factor * a[1], factor * a[2]};
}
double dot(const Vec3& a, const Vec3& b) noexcept {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
Vec3 cross(const Vec3& a, const Vec3& b) noexcept {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
double norm(const Vec3& a) noexcept {
  return std::sqrt(dot(a, a));
}
Vec3 normalized(const Vec3& a) noexcept {
  return (1.0 / norm(a)) * a;
}

std::size_t voxel_count(const VolumeGeometry& geometry) noexcept {
  return static_cast<std::size_t>(geometry.size[0]) * static_cast<std::size_t>(geometry.size[1]) *
         static_cast<std::size_t>(geometry.size[2]);
}

double voxel_volume_mm3(const VolumeGeometry& geometry) noexcept {
  return geometry.spacing_mm[0] * geometry.spacing_mm[1] * geometry.spacing_mm[2];
}

Vec3 index_to_point(const VolumeGeometry& geometry, const Vec3& index) noexcept {
  Vec3 point = geometry.origin_mm;
  for (std::size_t axis = 0; axis < 3; ++axis)
    point = point + (index[axis] * geometry.spacing_mm[axis]) * geometry.axes[axis];
  return point;
}

Vec3 point_to_index(const VolumeGeometry& geometry, const Vec3& point_mm) noexcept {
  // The axes may be oblique to each other (gantry tilt), so solve by Cramer's rule rather than by projection.
  const Vec3 offset = point_mm - geometry.origin_mm;
  const auto& [a, b, c] = geometry.axes;
  const double determinant = dot(a, cross(b, c));
  return {dot(offset, cross(b, c)) / (determinant * geometry.spacing_mm[0]),
          dot(a, cross(offset, c)) / (determinant * geometry.spacing_mm[1]),
          dot(a, cross(b, offset)) / (determinant * geometry.spacing_mm[2])};
}

namespace {

/// Index of a point at the fractions (0..1) of the way through the grid, from first to last voxel centre.
Vec3 index_at(const VolumeGeometry& geometry, const Vec3& fraction) {
  return {fraction[0] * (geometry.size[0] - 1), fraction[1] * (geometry.size[1] - 1),
          fraction[2] * (geometry.size[2] - 1)};
}

constexpr std::array<Vec3, 9> corners_and_center{
    {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {1, 1, 0}, {0, 0, 1}, {1, 0, 1}, {0, 1, 1}, {1, 1, 1}, {0.5, 0.5, 0.5}}};

} // namespace

Vec3 center_mm(const VolumeGeometry& geometry) noexcept {
  return index_to_point(geometry, index_at(geometry, {0.5, 0.5, 0.5}));
}

bool same_grid(const VolumeGeometry& a, const VolumeGeometry& b, double tolerance_mm) noexcept {
  if (a.size != b.size)
    return false;
  for (const Vec3& corner : corners_and_center)
    if (norm(index_to_point(a, index_at(a, corner)) - index_to_point(b, index_at(b, corner))) > tolerance_mm)
      return false;
  return true;
}

double covered_fraction(const VolumeGeometry& a, const VolumeGeometry& b) noexcept {
  int inside = 0;
  for (const Vec3& corner : corners_and_center) {
    const Vec3 index = point_to_index(b, index_to_point(a, index_at(a, corner)));
    bool all = true;
    for (std::size_t axis = 0; axis < 3; ++axis)
      all = all && index[axis] >= -0.5 && index[axis] <= b.size[axis] - 0.5;
    inside += all ? 1 : 0;
  }
  return inside / static_cast<double>(corners_and_center.size());
}

} // namespace osteocalc
