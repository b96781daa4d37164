// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/view/sampling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace osteocalc::view {
namespace {

constexpr float outside_hu = -1024;

/// Trilinear; half a voxel of margin around the scan takes the border's value.
template <class T>
float value_at(const Volume<T>& volume, const Vec3& at) {
  const auto& size = volume.geometry().size;
  std::array<int, 3> low{}, high{};
  std::array<float, 3> part{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!(at[axis] >= -0.5 && at[axis] <= size[axis] - 0.5))
      return outside_hu;
    const double inside = std::clamp(at[axis], 0.0, static_cast<double>(size[axis] - 1));
    low[axis] = static_cast<int>(inside);
    high[axis] = std::min(low[axis] + 1, size[axis] - 1);
    part[axis] = static_cast<float>(inside - low[axis]);
  }
  const T* const voxels = volume.voxels().data();
  const auto row = [&](int y, int z) {
    const T* const line = voxels + volume.offset(0, y, z);
    return static_cast<float>(line[low[0]]) + part[0] * static_cast<float>(line[high[0]] - line[low[0]]);
  };
  const auto slice = [&](int z) {
    const float front = row(low[1], z);
    return front + part[1] * (row(high[1], z) - front);
  };
  const float below = slice(low[2]);
  return part[2] == 0 ? below : below + part[2] * (slice(high[2]) - below);
}

/// The axis of the scan that a flat surface lies across, if it lies across one exactly.
std::optional<std::size_t> axis_across(const IndexRow& top, const IndexRow& bottom, double reach_mm) {
  constexpr double same = 0.01; // of a voxel
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double off = std::abs(bottom.start[axis] - top.start[axis]) + 1000 * std::abs(top.step[axis]);
    for (const std::size_t other : {(axis + 1) % 3, (axis + 2) % 3})
      off = std::max(off, reach_mm * std::abs(top.across[other]));
    if (off < same)
      return axis;
  }
  return std::nullopt;
}

/// Voxels of one axis that lie in a slab, and how much of each.
struct Layers {
  int first = 0;
  std::vector<float> shares;
};

/// \param low, high the slab's faces, index
Layers layers_between(double low, double high, int size, Projection projection) {
  Layers layers;
  const auto share = [&](int i) { return std::min(high, i + 0.5) - std::max(low, i - 0.5); };
  const double least = projection == Projection::Mean ? 1e-6 : 0.5 - 1e-6; // a maximum is over voxels' centres
  const int begin = std::max(0, static_cast<int>(std::floor(low))),
            end = std::min(size - 1, static_cast<int>(std::ceil(high)));
  for (int i = begin; i <= end; ++i)
    if (share(i) > least) {
      layers.first = layers.shares.empty() ? i : layers.first;
      layers.shares.push_back(static_cast<float>(share(i)));
    }
  if (const int nearest = static_cast<int>(std::lround((low + high) / 2));
      layers.shares.empty() && nearest >= 0 && nearest < size)
    layers = {nearest, {1}};
  return layers;
}

/// The layers as one voxel: their mean or maximum. What lies beside `axis` keeps its size.
Volume<float> flattened(const Volume<std::int16_t>& hu, std::size_t axis, const Layers& layers, Projection projection,
                        Parallel parallel) {
  VolumeGeometry geometry = hu.geometry();
  geometry.size[axis] = 1;
  Volume<float> flat(geometry, projection == Projection::Mean ? 0.0F : outside_hu);
  float all = 0;
  for (const float share : layers.shares)
    all += share;
  const int width = geometry.size[0];
  const auto lines = static_cast<std::size_t>(geometry.size[1] * geometry.size[2]);
  parallel_for(lines, parallel, [&](std::size_t line) {
    const int y = static_cast<int>(line) % geometry.size[1], z = static_cast<int>(line) / geometry.size[1];
    float* const out = flat.voxels().data() + flat.offset(0, y, z);
    for (std::size_t layer = 0; layer < layers.shares.size(); ++layer) {
      std::array<int, 3> at{0, y, z};
      at[axis] = layers.first + static_cast<int>(layer);
      const std::int16_t* const in = hu.voxels().data() + hu.offset(at[0], at[1], at[2]);
      const float share = layers.shares[layer] / all;
      if (projection == Projection::Mean)
        for (int x = 0; x < width; ++x)
          out[x] += share * static_cast<float>(in[x]);
      else
        for (int x = 0; x < width; ++x)
          out[x] = std::max(out[x], static_cast<float>(in[x]));
    }
  });
  return flat;
}

/// Calls use(value, row) for each row of pixels; value(x) is the pixel's.
template <class Value>
std::vector<float> by_rows(const VolumeGeometry& geometry, const Surface& surface, Parallel parallel,
                           const Value& value) {
  const auto width = static_cast<std::size_t>(surface.width);
  std::vector<float> result(width * surface.rows.size(), outside_hu);
  parallel_for(surface.rows.size(), parallel, [&](std::size_t y) {
    if (norm(surface.rows[y].step_mm) == 0)
      return;
    const IndexRow row = in_indices(geometry, surface.rows[y]);
    for (std::size_t x = 0; x < width; ++x)
      result[y * width + x] = value(row.at(static_cast<double>(x)), row.across);
  });
  return result;
}

std::vector<float> sample_slab(const Volume<std::int16_t>& hu, const Surface& surface, const Slab& slab,
                               Parallel parallel) {
  const double finest_mm = std::ranges::min(hu.geometry().spacing_mm);
  const int layers = std::max(1, static_cast<int>(std::ceil(slab.thickness_mm / finest_mm)));
  return by_rows(hu.geometry(), surface, parallel, [&](const Vec3& at, const Vec3& across) {
    float sum = 0, largest = outside_hu;
    for (int layer = 0; layer < layers; ++layer) {
      const double off_mm = slab.thickness_mm * ((layer + 0.5) / layers - 0.5);
      const float value =
          value_at(hu, {at[0] + off_mm * across[0], at[1] + off_mm * across[1], at[2] + off_mm * across[2]});
      sum += value;
      largest = std::max(largest, value);
    }
    return slab.projection == Projection::Mean ? sum / static_cast<float>(layers) : largest;
  });
}

} // namespace

IndexRow in_indices(const VolumeGeometry& geometry, const SurfaceRow& row) noexcept {
  const Vec3 start = point_to_index(geometry, row.left_mm);
  return {start, point_to_index(geometry, row.left_mm + row.step_mm) - start,
          point_to_index(geometry, row.left_mm + row.normal) - start};
}

std::vector<float> sample(const Volume<std::int16_t>& hu, const Surface& surface, const Slab& slab, Parallel parallel) {
  if (slab.thickness_mm <= 0)
    return by_rows(hu.geometry(), surface, parallel, [&](const Vec3& at, const Vec3&) { return value_at(hu, at); });
  if (!surface.flat || surface.rows.empty())
    return sample_slab(hu, surface, slab, parallel);
  const IndexRow top = in_indices(hu.geometry(), surface.rows.front()),
                 bottom = in_indices(hu.geometry(), surface.rows.back());
  const std::optional<std::size_t> axis = axis_across(top, bottom, slab.thickness_mm);
  if (!axis)
    return sample_slab(hu, surface, slab, parallel);
  const double middle = top.start[*axis], half = 0.5 * slab.thickness_mm / hu.geometry().spacing_mm[*axis];
  const Layers layers = layers_between(middle - half, middle + half, hu.size(*axis), slab.projection);
  if (layers.shares.empty())
    return std::vector<float>(static_cast<std::size_t>(surface.width) * surface.rows.size(), outside_hu);
  const Volume<float> flat = flattened(hu, *axis, layers, slab.projection, parallel);
  return by_rows(hu.geometry(), surface, parallel, [&](Vec3 at, const Vec3&) {
    at[*axis] = 0;
    return value_at(flat, at);
  });
}

} // namespace osteocalc::view
