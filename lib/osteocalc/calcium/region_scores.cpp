// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/region_scores.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace osteocalc::calcium {
namespace {

/// Which labels belong to the region, by id.
std::vector<char> membership(const Region& region) {
  std::vector<char> member(std::size_t{1} << 16U, 0);
  for (const LabelId id : region.labels)
    member[id] = 1;
  return member;
}

/// Sum over slices of what `of_slice` gives, added in slice order.
template <class OfSlice>
double sum_over_slices(const LabelBox& box, Parallel parallel, const OfSlice& of_slice) {
  if (box.empty())
    return 0;
  const std::vector<double> sums =
      parallel_map(static_cast<std::size_t>(box.high[2] - box.low[2] + 1), parallel,
                   [&](std::size_t z) { return of_slice(box.low[2] + static_cast<int>(z)); });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

double normal_distribution(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

} // namespace

double isotropic_volume_mm3(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels, const Region& region,
                            const LabelBox& box, int min_hu, Parallel parallel) {
  const VolumeGeometry& geometry = hu.geometry();
  const std::vector<char> member = membership(region);
  const int layers = std::max(1, static_cast<int>(std::lround(geometry.spacing_mm[2] / geometry.spacing_mm[0])));
  const double layers_counted = sum_over_slices(box, parallel, [&](int z) {
    const HuSlice here = hu.slice(z), below = hu.slice(std::max(0, z - 1)),
                  above = hu.slice(std::min(hu.size(2) - 1, z + 1));
    std::int64_t count = 0;
    for (int y = box.low[1]; y <= box.high[1]; ++y)
      for (int x = box.low[0]; x <= box.high[0]; ++x) {
        if (std::max({here(x, y), below(x, y), above(x, y)}) < min_hu || !member[labels(x, y, z)])
          continue;
        for (int layer = 0; layer < layers; ++layer) {
          const double offset = (layer + 0.5) / layers - 0.5; // in slices, from this slice's centre
          const double neighbour = offset < 0 ? below(x, y) : above(x, y);
          count += std::lerp(double(here(x, y)), neighbour, std::abs(offset)) >= min_hu ? 1 : 0;
        }
      }
    return static_cast<double>(count);
  });
  return layers_counted * voxel_volume_mm3(geometry) / layers;
}

double spatially_weighted_score(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels, const Region& region,
                                const LabelBox& box, const CalciumNoise& noise, Parallel parallel) {
  OSTEOCALC_EXPECT(noise.sd_hu > 0);
  const std::vector<char> member = membership(region);
  return sum_over_slices(box, parallel, [&](int z) {
    const HuSlice slice = hu.slice(z);
    const auto weight = [&](int x, int y) {
      return normal_distribution(
          (slice(std::clamp(x, 0, slice.width - 1), std::clamp(y, 0, slice.height - 1)) - noise.mean_hu) / noise.sd_hu);
    };
    double sum = 0;
    for (int y = box.low[1]; y <= box.high[1]; ++y)
      for (int x = box.low[0]; x <= box.high[0]; ++x)
        if (member[labels(x, y, z)])
          sum += (weight(x, y) + weight(x - 1, y) + weight(x + 1, y) + weight(x, y - 1) + weight(x, y + 1)) / 5;
    return sum;
  });
}

} // namespace osteocalc::calcium
