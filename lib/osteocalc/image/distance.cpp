// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/distance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace osteocalc {
namespace {

constexpr float far_away = 1e12F;

/// Lower envelope of parabolas along one line: squared distances in, squared distances out.
class LineTransform {
 public:
  explicit LineTransform(std::size_t length) : values_(length), vertex_(length), border_(length + 1) {}

  void run(float* data, std::ptrdiff_t stride, int count, double spacing_mm) {
    const double unit = spacing_mm * spacing_mm;
    for (int i = 0; i < count; ++i)
      values_[static_cast<std::size_t>(i)] = data[i * stride];
    const auto value = [&](int i) { return values_[static_cast<std::size_t>(i)]; };
    std::size_t last = 0;
    vertex_[0] = 0;
    border_[0] = -std::numeric_limits<double>::infinity();
    border_[1] = std::numeric_limits<double>::infinity();
    for (int q = 1; q < count; ++q) {
      const auto crossing = [&](int p) {
        return ((value(q) - value(p)) / unit + q * double(q) - p * double(p)) / (2.0 * (q - p));
      };
      double at = crossing(vertex_[last]);
      while (at <= border_[last])
        at = crossing(vertex_[--last]);
      vertex_[++last] = q;
      border_[last] = at;
      border_[last + 1] = std::numeric_limits<double>::infinity();
    }
    std::size_t k = 0;
    for (int q = 0; q < count; ++q) {
      while (border_[k + 1] < q)
        ++k;
      const double steps = q - vertex_[k];
      data[q * stride] = static_cast<float>(steps * steps * unit + value(vertex_[k]));
    }
  }

 private:
  std::vector<double> values_;
  std::vector<int> vertex_;
  std::vector<double> border_;
};

/// First and last index of the mask along each axis; first behind last for an empty one.
struct Extent {
  std::array<int, 3> low{}, high{-1, -1, -1};
};

Extent extent_of(const Volume<std::uint8_t>& mask) {
  Extent extent{mask.geometry().size, {-1, -1, -1}};
  for (int z = 0; z < mask.size(2); ++z)
    for (int y = 0; y < mask.size(1); ++y) {
      const std::uint8_t* const begin = mask.slice(z).row(y);
      const std::uint8_t* const end = begin + mask.size(0);
      const auto* const first = std::find_if(begin, end, [](std::uint8_t voxel) { return voxel != 0; });
      if (first == end)
        continue;
      const std::uint8_t* last = end - 1;
      while (*last == 0)
        --last;
      const std::array<int, 3> from{static_cast<int>(first - begin), y, z}, to{static_cast<int>(last - begin), y, z};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        extent.low[axis] = std::min(extent.low[axis], from[axis]);
        extent.high[axis] = std::max(extent.high[axis], to[axis]);
      }
    }
  return extent;
}

} // namespace

Volume<float> distance_inside(const Volume<std::uint8_t>& mask) {
  Volume<float> distance(mask.geometry(), 0.0F);
  const Extent extent = extent_of(mask);
  if (extent.high[0] < 0)
    return distance;
  // One layer of outside around what is marked is all that the distances depend on.
  VolumeGeometry padded = mask.geometry();
  for (std::size_t axis = 0; axis < 3; ++axis)
    padded.size[axis] = extent.high[axis] - extent.low[axis] + 3;
  Volume<float> squared(padded, 0.0F);
  const int nx = padded.size[0], ny = padded.size[1], nz = padded.size[2]; // clang 14 captures no binding
  const auto for_each_inside = [&](const auto& use) {
    for (int z = 1; z < nz - 1; ++z)
      for (int y = 1; y < ny - 1; ++y)
        for (int x = 1; x < nx - 1; ++x)
          use(squared(x, y, z), extent.low[0] + x - 1, extent.low[1] + y - 1, extent.low[2] + z - 1);
  };
  for_each_inside([&](float& value, int x, int y, int z) { value = mask(x, y, z) != 0 ? far_away : 0.0F; });
  LineTransform line(static_cast<std::size_t>(std::max({nx, ny, nz})));
  float* data = squared.voxels().data();
  const std::ptrdiff_t row = nx, plane = row * ny;
  for (int z = 1; z < nz - 1; ++z)
    for (int y = 1; y < ny - 1; ++y)
      line.run(data + z * plane + y * row, 1, nx, padded.spacing_mm[0]);
  for (int z = 1; z < nz - 1; ++z)
    for (int x = 1; x < nx - 1; ++x)
      line.run(data + z * plane + x, row, ny, padded.spacing_mm[1]);
  for (int y = 1; y < ny - 1; ++y)
    for (int x = 1; x < nx - 1; ++x)
      line.run(data + y * row + x, plane, nz, padded.spacing_mm[2]);
  for_each_inside([&](float value, int x, int y, int z) { distance(x, y, z) = std::sqrt(value); });
  return distance;
}

} // namespace osteocalc
