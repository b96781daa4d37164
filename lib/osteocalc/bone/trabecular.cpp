// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/trabecular.h"

#include "osteocalc/image/distance.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::bone {
namespace {

struct Range {
  int low = 1 << 30, high = -1;
  void add(int value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  [[nodiscard]] double width() const { return high - low + 1.0; }
};

/// Where the volume of interest lies on the body's own grid: 1 inside.
Volume<std::uint8_t> voi_mask(const VertebralBody& body, const VoiOptions& options) {
  const VolumeGeometry& grid = body.mask.geometry();
  const double step_mm = grid.spacing_mm[0];
  Volume<std::uint8_t> core(grid, 0);
  const Volume<float> depth_mm = distance_inside(body.mask);
  Range across, depth;
  const double half_slab = options.slab_mm / 2 / step_mm;
  // A voxel centre lies half a voxel farther in than the surface between it and the outside.
  const double erosion_mm = options.erosion_mm + 0.5 * step_mm;
  for (int z = 0; z < grid.size[2]; ++z) {
    if (std::abs(z - body.mid_height_index) > half_slab)
      continue;
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        if (depth_mm(x, y, z) >= erosion_mm) {
          core(x, y, z) = 1;
          across.add(x);
          depth.add(y);
        }
  }
  const double limit_y = depth.low - 0.5 + options.anterior_fraction * depth.width();
  const double center_x = 0.5 * (across.low + across.high);
  const double center_y = depth.low - 0.5 + 0.5 * options.anterior_fraction * depth.width();
  const double half_x = 0.5 * options.width_fraction * across.width();
  const double half_y = 0.5 * options.depth_fraction * depth.width();
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x) {
        const double u = (x - center_x) / half_x, v = (y - center_y) / half_y;
        if (core(x, y, z) != 0 && (y > limit_y || u * u + v * v > 1))
          core(x, y, z) = 0;
      }
  return core;
}

} // namespace

VolumeOfInterest trabecular_voi(const VertebralBody& body, const VolumeGeometry& image, const VoiOptions& options) {
  const Volume<std::uint8_t> core = voi_mask(body, options);
  const VolumeGeometry& grid = core.geometry();
  std::array<Range, 3> box;
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        if (core(x, y, z) != 0) {
          const Vec3 index = point_to_index(image, index_to_point(grid, {double(x), double(y), double(z)}));
          for (std::size_t axis = 0; axis < 3; ++axis) {
            // A voxel of the scan may lie up to half a grid step beyond the outermost grid point.
            const double reach = 0.5 * grid.spacing_mm[0] / image.spacing_mm[axis];
            box[axis].add(static_cast<int>(std::floor(index[axis] - reach)));
            box[axis].add(static_cast<int>(std::ceil(index[axis] + reach)));
          }
        }
  // HU are taken from the scan's own voxels: interpolation would smooth the noise that the SD reports.
  VolumeOfInterest voi;
  for (int z = std::max(0, box[2].low); z <= std::min(image.size[2] - 1, box[2].high); ++z)
    for (int y = std::max(0, box[1].low); y <= std::min(image.size[1] - 1, box[1].high); ++y)
      for (int x = std::max(0, box[0].low); x <= std::min(image.size[0] - 1, box[0].high); ++x) {
        const Vec3 at = point_to_index(grid, index_to_point(image, {double(x), double(y), double(z)}));
        const int gx = static_cast<int>(std::lround(at[0]));
        const int gy = static_cast<int>(std::lround(at[1]));
        const int gz = static_cast<int>(std::lround(at[2]));
        if (core.contains(gx, gy, gz) && core(gx, gy, gz) != 0)
          voi.voxels.push_back({x, y, z});
      }
  return voi;
}

double remove_islands(VolumeOfInterest& voi, const Volume<std::int16_t>& hu, double island_sd) {
  if (voi.voxels.empty() || island_sd <= 0)
    return 0;
  const auto hu_at = [&](const std::array<int, 3>& v) { return hu(v[0], v[1], v[2]); };
  std::vector<double> values;
  for (const auto& voxel : voi.voxels)
    values.push_back(hu_at(voxel));
  const auto median_of = [](std::vector<double>& list) {
    const auto middle = list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2);
    std::nth_element(list.begin(), middle, list.end());
    return *middle;
  };
  const double median = median_of(values);
  for (double& value : values)
    value = std::abs(value - median);
  const double limit_hu = median + island_sd * 1.4826 * median_of(values);
  const std::size_t removed = std::erase_if(voi.voxels, [&](const auto& voxel) { return hu_at(voxel) > limit_hu; });
  return static_cast<double>(removed) / static_cast<double>(values.size());
}

std::optional<HuStatistics> hu_statistics(const Volume<std::int16_t>& hu, const VolumeOfInterest& voi) {
  if (voi.voxels.size() < 2)
    return std::nullopt;
  const auto n = static_cast<double>(voi.voxels.size());
  std::int64_t sum = 0;
  for (const auto& [x, y, z] : voi.voxels)
    sum += hu(x, y, z);
  const double mean = static_cast<double>(sum) / n;
  double squares = 0;
  for (const auto& [x, y, z] : voi.voxels)
    squares += (hu(x, y, z) - mean) * (hu(x, y, z) - mean);
  return HuStatistics{mean, std::sqrt(squares / (n - 1)), static_cast<std::int64_t>(voi.voxels.size())};
}

} // namespace osteocalc::bone
