// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/distance.h"

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

} // namespace

Volume<float> distance_inside(const Volume<std::uint8_t>& mask) {
  // One layer of outside around the grid makes the border count as outside.
  VolumeGeometry padded = mask.geometry();
  for (std::size_t axis = 0; axis < 3; ++axis)
    padded.size[axis] += 2;
  Volume<float> squared(padded, 0.0F);
  const auto [nx, ny, nz] = mask.geometry().size;
  for (int z = 0; z < nz; ++z)
    for (int y = 0; y < ny; ++y)
      for (int x = 0; x < nx; ++x)
        squared(x + 1, y + 1, z + 1) = mask(x, y, z) != 0 ? far_away : 0.0F;
  LineTransform line(static_cast<std::size_t>(std::max({nx, ny, nz}) + 2));
  float* data = squared.voxels().data();
  const std::ptrdiff_t row = nx + 2, plane = row * (ny + 2);
  for (int z = 0; z < nz + 2; ++z)
    for (int y = 0; y < ny + 2; ++y)
      line.run(data + z * plane + y * row, 1, nx + 2, padded.spacing_mm[0]);
  for (int z = 0; z < nz + 2; ++z)
    for (int x = 0; x < nx + 2; ++x)
      line.run(data + z * plane + x, row, ny + 2, padded.spacing_mm[1]);
  for (int y = 0; y < ny + 2; ++y)
    for (int x = 0; x < nx + 2; ++x)
      line.run(data + y * row + x, plane, nz + 2, padded.spacing_mm[2]);
  Volume<float> distance(mask.geometry());
  for (int z = 0; z < nz; ++z)
    for (int y = 0; y < ny; ++y)
      for (int x = 0; x < nx; ++x)
        distance(x, y, z) = std::sqrt(squared(x + 1, y + 1, z + 1));
  return distance;
}

} // namespace osteocalc
