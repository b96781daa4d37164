// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/rods.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::calibration {
namespace {

constexpr double fewest_voxels_a_slice = 8, least_visible = 0.75;
constexpr int padding_hu = -1024;

/// A rod's inside on one slice; `squares` about its own mean.
struct SliceHu {
  double mean = 0, squares = 0, count = 0, wanted = 0;
};

/// Where the rod's axis crosses a slice (image index); nothing beyond the rod's ends.
std::optional<Vec3> crossing(const VolumeGeometry& g, const Rod& rod, int z) {
  const Vec3 plane = index_to_point(g, {0, 0, double(z)}), normal = cross(g.axes[0], g.axes[1]);
  const double t = dot(plane - rod.point_mm, normal) / dot(rod.direction, normal);
  if (g.size[2] > 1 && (t < rod.from_mm - 1e-6 || t > rod.to_mm + 1e-6))
    return std::nullopt;
  return point_to_index(g, rod.point_mm + t * rod.direction);
}

SliceHu slice_hu(const Volume<std::int16_t>& hu, const Vec3& center, int z, double radius_mm) {
  const VolumeGeometry& g = hu.geometry();
  const int reach = static_cast<int>(std::ceil(radius_mm / g.spacing_mm[0]));
  const int cx = static_cast<int>(std::lround(center[0])), cy = static_cast<int>(std::lround(center[1]));
  SliceHu slice;
  std::vector<double> values;
  for (int y = cy - reach; y <= cy + reach; ++y)
    for (int x = cx - reach; x <= cx + reach; ++x) {
      if (std::hypot((x - center[0]) * g.spacing_mm[0], (y - center[1]) * g.spacing_mm[1]) > radius_mm)
        continue;
      ++slice.wanted;
      if (hu.contains(x, y, z) && hu(x, y, z) > padding_hu)
        values.push_back(hu(x, y, z));
    }
  slice.count = static_cast<double>(values.size());
  for (const double value : values)
    slice.mean += value / slice.count;
  for (const double value : values)
    slice.squares += (value - slice.mean) * (value - slice.mean);
  return slice;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The rod's ends, and slices with something else in it.
void drop_odd_slices(std::vector<SliceHu>& slices) {
  std::vector<double> means, spreads;
  for (const SliceHu& slice : slices)
    means.push_back(slice.mean);
  const double usual = median(means);
  for (const double mean : means)
    spreads.push_back(std::abs(mean - usual));
  const double limit_hu = std::max(3.0, 4 * 1.4826 * median(spreads));
  std::erase_if(slices, [&](const SliceHu& slice) { return std::abs(slice.mean - usual) > limit_hu; });
}

} // namespace

std::optional<RodHu> measure_rod(const Volume<std::int16_t>& hu, const Rod& rod, const RodOptions& options) {
  std::vector<SliceHu> slices;
  double wanted = 0, seen = 0;
  for (int z = 0; z < hu.size(2); ++z) {
    const std::optional<Vec3> center = crossing(hu.geometry(), rod, z);
    if (!center)
      continue;
    const SliceHu slice = slice_hu(hu, *center, z, options.inner_fraction * rod.radius_mm);
    wanted += slice.wanted;
    seen += slice.count;
    if (slice.count >= fewest_voxels_a_slice)
      slices.push_back(slice);
  }
  if (slices.empty() || seen < least_visible * wanted)
    return std::nullopt;
  drop_odd_slices(slices);
  RodHu result;
  double squares = 0, between = 0;
  const auto count = static_cast<double>(slices.size());
  for (const SliceHu& slice : slices) {
    result.mean_hu += slice.mean / count;
    squares += slice.squares;
    result.n += static_cast<std::int64_t>(slice.count);
  }
  for (const SliceHu& slice : slices)
    between += std::pow(slice.mean - result.mean_hu, 2);
  result.sd_hu = std::sqrt(squares / static_cast<double>(result.n));
  result.se_hu = slices.size() >= 3 ? std::sqrt(between / (count - 1) / count)
                                    : result.sd_hu / std::sqrt(static_cast<double>(result.n));
  return result;
}

} // namespace osteocalc::calibration
