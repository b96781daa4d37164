// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/resample.h"

#include <cmath>

namespace osteocalc {
namespace {

/// For each target axis: which source axis it comes from and whether it runs the other way.
struct AxisOrder {
  std::array<std::size_t, 3> source{0, 1, 2};
  std::array<bool, 3> flipped{false, false, false};
  [[nodiscard]] bool identity() const {
    return source == std::array<std::size_t, 3>{0, 1, 2} && flipped == std::array<bool, 3>{false, false, false};
  }
};

AxisOrder lps_order(const VolumeGeometry& geometry) {
  // Of the six permutations the one with the largest sum of |cosines|: unlike a greedy choice it stays a permutation
  // for oblique scans.
  static constexpr std::array<std::array<std::size_t, 3>, 6> permutations{
      {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};
  AxisOrder best;
  double best_sum = -1;
  for (const auto& permutation : permutations) {
    double sum = 0;
    for (std::size_t axis = 0; axis < 3; ++axis)
      sum += std::abs(geometry.axes[permutation[axis]][axis]);
    if (sum > best_sum + 1e-9) {
      best_sum = sum;
      best.source = permutation;
    }
  }
  for (std::size_t axis = 0; axis < 3; ++axis)
    best.flipped[axis] = geometry.axes[best.source[axis]][axis] < 0;
  return best;
}

template <class T>
Volume<T> reordered(Volume<T> volume) {
  const VolumeGeometry& from = volume.geometry();
  const AxisOrder order = lps_order(from);
  if (order.identity())
    return volume;
  VolumeGeometry to;
  Vec3 first_index{0, 0, 0};
  std::array<std::ptrdiff_t, 3> stride{};
  const std::array<std::ptrdiff_t, 3> source_stride{1, from.size[0],
                                                    static_cast<std::ptrdiff_t>(from.size[0]) * from.size[1]};
  std::ptrdiff_t start = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t source = order.source[axis];
    const bool flipped = order.flipped[axis];
    to.size[axis] = from.size[source];
    to.spacing_mm[axis] = from.spacing_mm[source];
    to.axes[axis] = (flipped ? -1.0 : 1.0) * from.axes[source];
    first_index[source] = flipped ? from.size[source] - 1 : 0;
    stride[axis] = flipped ? -source_stride[source] : source_stride[source];
    start += flipped ? (from.size[source] - 1) * source_stride[source] : 0;
  }
  to.origin_mm = index_to_point(from, first_index);
  Volume<T> result(to);
  const T* source = volume.voxels().data() + start;
  for (int z = 0; z < to.size[2]; ++z)
    for (int y = 0; y < to.size[1]; ++y) {
      T* row = result.slice(z).row(y);
      for (int x = 0; x < to.size[0]; ++x)
        row[x] = source[x * stride[0] + y * stride[1] + z * stride[2]];
    }
  return result;
}

} // namespace

double interpolate(const Volume<std::int16_t>& volume, const Vec3& index) {
  std::array<int, 3> low{}, high{};
  Vec3 fraction{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double clamped = std::clamp(index[axis], 0.0, static_cast<double>(volume.size(axis) - 1));
    low[axis] = static_cast<int>(clamped);
    high[axis] = std::min(low[axis] + 1, volume.size(axis) - 1);
    fraction[axis] = clamped - low[axis];
  }
  const auto along_x = [&](int y, int z) {
    return (1 - fraction[0]) * volume(low[0], y, z) + fraction[0] * volume(high[0], y, z);
  };
  const auto along_y = [&](int z) {
    return (1 - fraction[1]) * along_x(low[1], z) + fraction[1] * along_x(high[1], z);
  };
  return (1 - fraction[2]) * along_y(low[2]) + fraction[2] * along_y(high[2]);
}

LabelId nearest_label(const Volume<LabelId>& labels, const Vec3& index) noexcept {
  const int x = static_cast<int>(std::lround(index[0]));
  const int y = static_cast<int>(std::lround(index[1]));
  const int z = static_cast<int>(std::lround(index[2]));
  return labels.contains(x, y, z) ? labels.voxels()[labels.offset(x, y, z)] : LabelId{0};
}

Volume<LabelId> resample_labels(const Volume<LabelId>& labels, const VolumeGeometry& target, Parallel parallel) {
  Volume<LabelId> result(target);
  parallel_for(static_cast<std::size_t>(target.size[2]), parallel, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    const auto index_of = [&](int x, int y) {
      return point_to_index(labels.geometry(), index_to_point(target, {double(x), double(y), double(z)}));
    };
    const Vec3 step = index_of(1, 0) - index_of(0, 0);
    for (int y = 0; y < target.size[1]; ++y) {
      const Vec3 start = index_of(0, y);
      LabelId* row = result.slice(z).row(y);
      for (int x = 0; x < target.size[0]; ++x)
        row[x] = nearest_label(labels, start + double(x) * step);
    }
  });
  return result;
}

Volume<std::int16_t> to_lps_order(Volume<std::int16_t> volume) {
  return reordered(std::move(volume));
}

Volume<LabelId> to_lps_order(Volume<LabelId> volume) {
  return reordered(std::move(volume));
}

} // namespace osteocalc
