// SPDX-License-Identifier: Apache-2.0
#include "agreement.h"

#include "osteocalc/image/distance.h"

#include <algorithm>
#include <array>

namespace osteocalc::benchmark {
namespace {

using Mask = Volume<std::uint8_t>;

struct Masked {
  Mask mask;
  std::size_t count = 0;
  Vec3 center_mm{};
};

struct Box {
  std::array<int, 3> low{1 << 30, 1 << 30, 1 << 30}, high{-1, -1, -1};
};

void extend(Box& box, const Volume<LabelId>& labels, const Member& member) {
  std::array<int, 3> at{};
  for (at[2] = 0; at[2] < labels.size(2); ++at[2])
    for (at[1] = 0; at[1] < labels.size(1); ++at[1])
      for (at[0] = 0; at[0] < labels.size(0); ++at[0])
        if (const LabelId id = labels(at[0], at[1], at[2]); id != 0 && member(id))
          for (std::size_t axis = 0; axis < 3; ++axis) {
            box.low[axis] = std::min(box.low[axis], at[axis]);
            box.high[axis] = std::max(box.high[axis], at[axis]);
          }
}

Masked cut(const Volume<LabelId>& labels, const Member& member, const Box& box) {
  VolumeGeometry geometry = labels.geometry();
  Vec3 first{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    first[axis] = box.low[axis];
    geometry.size[axis] = box.high[axis] - box.low[axis] + 1;
  }
  geometry.origin_mm = index_to_point(labels.geometry(), first);
  Masked result{Mask(geometry, 0), 0, {}};
  Vec3 sum{};
  for (int z = 0; z < geometry.size[2]; ++z)
    for (int y = 0; y < geometry.size[1]; ++y)
      for (int x = 0; x < geometry.size[0]; ++x)
        if (const LabelId id = labels(x + box.low[0], y + box.low[1], z + box.low[2]); id != 0 && member(id)) {
          result.mask(x, y, z) = 1;
          ++result.count;
          sum = sum + Vec3{double(x), double(y), double(z)};
        }
  if (result.count > 0)
    result.center_mm = index_to_point(geometry, (1.0 / static_cast<double>(result.count)) * sum);
  return result;
}

/// Distance to a surface from either side: inside voxels have distance_inside, outside ones that of the complement.
double mean_distance_to(const Mask& from, const Mask& to) {
  Mask complement(to.geometry());
  std::ranges::transform(to.voxels(), complement.voxels().begin(),
                         [](std::uint8_t v) { return static_cast<std::uint8_t>(v == 0 ? 1 : 0); });
  const Volume<float> inside = distance_inside(to), outside = distance_inside(complement);
  const Volume<float> depth = distance_inside(from);
  const double step = *std::ranges::min_element(from.geometry().spacing_mm);
  const double widest = *std::ranges::max_element(from.geometry().spacing_mm);
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < from.voxels().size(); ++i)
    if (from.voxels()[i] != 0 && depth.voxels()[i] <= widest) {
      // A surface voxel of both masks is one voxel deep in `to`: that is distance 0.
      sum += to.voxels()[i] != 0 ? std::max(0.0, inside.voxels()[i] - step) : outside.voxels()[i];
      ++count;
    }
  return sum / static_cast<double>(count);
}

} // namespace

std::optional<Agreement> agreement(const Volume<LabelId>& found, const Member& in_found, const Volume<LabelId>& truth,
                                   const Member& in_truth) {
  Box box;
  extend(box, truth, in_truth);
  if (box.high[0] < 0)
    return std::nullopt;
  extend(box, found, in_found);
  const Masked a = cut(found, in_found, box), b = cut(truth, in_truth, box);
  std::size_t both = 0;
  for (std::size_t i = 0; i < a.mask.voxels().size(); ++i)
    both += a.mask.voxels()[i] != 0 && b.mask.voxels()[i] != 0 ? 1 : 0;
  Agreement result;
  result.dice = 2.0 * static_cast<double>(both) / static_cast<double>(a.count + b.count);
  if (a.count > 0) {
    result.surface_mm = 0.5 * (mean_distance_to(a.mask, b.mask) + mean_distance_to(b.mask, a.mask));
    result.center_error_mm = norm(a.center_mm - b.center_mm);
  }
  return result;
}

} // namespace osteocalc::benchmark
