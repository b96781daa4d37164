// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/upright.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace osteocalc {
namespace {

constexpr std::int16_t outside_hu = -1024;

/// The normal of the slices, on the side to which z runs.
Vec3 normal_of(const VolumeGeometry& geometry) {
  const Vec3 normal = normalized(cross(geometry.axes[0], geometry.axes[1]));
  return dot(normal, geometry.axes[2]) < 0 ? -1.0 * normal : normal;
}

/// How many pixels a slice lies farther along x and y than the one before it.
std::array<double, 2> shift_per_slice(const VolumeGeometry& geometry) {
  std::array<double, 2> shift{};
  for (std::size_t axis = 0; axis < 2; ++axis)
    shift[axis] = geometry.spacing_mm[2] * dot(geometry.axes[2], geometry.axes[axis]) / geometry.spacing_mm[axis];
  return shift;
}

double bilinear(SliceView<const std::int16_t> slice, double x, double y) {
  const int left = static_cast<int>(std::floor(x)), top = static_cast<int>(std::floor(y));
  const auto at = [&](int column, int row) {
    const bool inside = column >= 0 && column < slice.width && row >= 0 && row < slice.height;
    return static_cast<double>(inside ? slice(column, row) : outside_hu);
  };
  const double right_share = x - left, lower_share = y - top;
  const double upper = at(left, top) * (1 - right_share) + at(left + 1, top) * right_share;
  const double lower = at(left, top + 1) * (1 - right_share) + at(left + 1, top + 1) * right_share;
  return upper * (1 - lower_share) + lower * lower_share;
}

} // namespace

bool is_sheared(const VolumeGeometry& geometry) noexcept {
  constexpr double largest_mm = 0.5; // drift over the whole stack that no organ's shape shows
  const std::array<double, 2> shift = shift_per_slice(geometry);
  return std::max(std::abs(shift[0]) * geometry.spacing_mm[0], std::abs(shift[1]) * geometry.spacing_mm[1]) *
             geometry.size[2] >
         largest_mm;
}

Volume<std::int16_t> upright(const Volume<std::int16_t>& hu, Parallel parallel) {
  const VolumeGeometry& from = hu.geometry();
  const std::array<double, 2> shift = shift_per_slice(from);
  VolumeGeometry to = from;
  to.axes[2] = normal_of(from);
  std::array<double, 2> first{}; // the new grid's first pixel in the first slice's pixels
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const double drift = shift[axis] * (from.size[2] - 1);
    first[axis] = std::floor(std::min(0.0, drift));
    to.size[axis] += static_cast<int>(std::ceil(std::abs(drift)));
    to.origin_mm = to.origin_mm + first[axis] * from.spacing_mm[axis] * from.axes[axis];
  }
  Volume<std::int16_t> result(to);
  parallel_for(static_cast<std::size_t>(to.size[2]), parallel, [&](std::size_t z) {
    const SliceView<const std::int16_t> slice = hu.slice(static_cast<int>(z));
    const SliceView<std::int16_t> target = result.slice(static_cast<int>(z));
    for (int y = 0; y < target.height; ++y)
      for (int x = 0; x < target.width; ++x)
        target(x, y) =
            static_cast<std::int16_t>(std::floor(bilinear(slice, x + first[0] - shift[0] * static_cast<double>(z),
                                                          y + first[1] - shift[1] * static_cast<double>(z)) +
                                                 1e-6));
  });
  return result;
}

} // namespace osteocalc
