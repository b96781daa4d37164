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

/// The eroded body, or of the slab at mid-height its part, on the body's own grid: 1 inside.
struct Core {
  Volume<std::uint8_t> mask;
  Range across, depth;
};

Core eroded(const VertebralBody& body, const Volume<float>& depth_mm, const VoiOptions& options) {
  const VolumeGeometry& grid = depth_mm.geometry();
  const double step_mm = grid.spacing_mm[0];
  Core core{Volume<std::uint8_t>(grid, 0), {}, {}};
  const bool slab = options.definition == VoiDefinition::EllipseSlab;
  const double half_slab = slab ? options.slab_mm / 2 / step_mm : grid.size[2];
  // A voxel centre lies half a voxel farther in than the surface between it and the outside.
  const double erosion_mm = (slab ? options.erosion_mm : options.edge_mm) + 0.5 * step_mm;
  for (int z = 0; z < grid.size[2]; ++z) {
    if (std::abs(z - body.mid_height_index) > half_slab)
      continue;
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        if (static_cast<double>(depth_mm(x, y, z)) >= erosion_mm) {
          core.mask(x, y, z) = 1;
          core.across.add(x);
          core.depth.add(y);
        }
  }
  return core;
}

/// Takes out what `leaves(x, y, z)` says of the grid.
template <class Leaves>
void cut(Volume<std::uint8_t>& mask, const Leaves& leaves) {
  for (int z = 0; z < mask.size(2); ++z)
    for (int y = 0; y < mask.size(1); ++y)
      for (int x = 0; x < mask.size(0); ++x)
        if (mask(x, y, z) != 0 && leaves(x, y, z))
          mask(x, y, z) = 0;
}

void cut_to_ellipse(Core& core, const VoiOptions& options) {
  const double front_y = core.depth.low - 0.5;
  const double limit_y = front_y + options.anterior_fraction * core.depth.width();
  const double center_x = 0.5 * (core.across.low + core.across.high);
  const double center_y = front_y + 0.5 * options.anterior_fraction * core.depth.width();
  const double half_x = 0.5 * options.width_fraction * core.across.width();
  const double half_y = 0.5 * options.depth_fraction * core.depth.width();
  cut(core.mask, [&](int x, int y, int) {
    const double u = (x - center_x) / half_x, v = (y - center_y) / half_y;
    return y > limit_y || u * u + v * v > 1;
  });
}

void cut_vein(Core& core, const VertebralBody& body, const VoiOptions& options) {
  const double step_mm = core.mask.geometry().spacing_mm[0];
  const double center_x = 0.5 * (core.across.low + core.across.high);
  const double center_y = 0.5 * (core.depth.low + core.depth.high), back = 0.5 * core.depth.width();
  cut(core.mask, [&](int x, int y, int z) {
    const double behind = (y - center_y) / back; // the bed widens towards the canal
    return behind > 0 && std::abs(x - center_x) * step_mm <= options.vein_half_width_mm * behind &&
           std::abs(z - body.mid_height_index) * step_mm <= options.vein_half_height_mm;
  });
}

/// Half a voxel, and what a face found in slices so thick may be off, beyond the endplate's own blur.
void cut_ends(Core& core, const VertebralBody& body, const VoiOptions& options) {
  constexpr double endplate_mm = 2, voxels = 0.9;
  const Volume<std::uint8_t>& mask = body.mask;
  const auto ends =
      static_cast<int>(std::lround((endplate_mm + voxels * options.voxel_mm) / mask.geometry().spacing_mm[2]));
  const auto within = [&](int x, int y, int z) { return mask.contains(x, y, z) && mask(x, y, z) != 0; };
  cut(core.mask, [&](int x, int y, int z) { return !within(x, y, z - ends) || !within(x, y, z + ends); });
}

} // namespace

std::string_view to_string(VoiDefinition definition) noexcept {
  constexpr std::array<std::string_view, 3> names{"ellipse-slab", "eroded-body", "full-core"};
  return names[static_cast<std::size_t>(definition)];
}

std::optional<VoiDefinition> voi_definition_from_string(std::string_view name) noexcept {
  for (const VoiDefinition definition :
       {VoiDefinition::EllipseSlab, VoiDefinition::ErodedBody, VoiDefinition::FullCore})
    if (name == to_string(definition))
      return definition;
  return std::nullopt;
}

Volume<std::uint8_t> trabecular_mask(const VertebralBody& body, const Volume<float>& depth_mm,
                                     const VoiOptions& options) {
  Core core = eroded(body, depth_mm, options);
  if (options.definition == VoiDefinition::EllipseSlab)
    cut_to_ellipse(core, options);
  else if (options.definition == VoiDefinition::FullCore) {
    cut_vein(core, body, options);
    cut_ends(core, body, options);
  }
  return std::move(core.mask);
}

VolumeOfInterest trabecular_voi(const VertebralBody& body, const VolumeGeometry& image, const VoiOptions& options) {
  return voxels_in(trabecular_mask(body, distance_inside(body.mask), options), image);
}

VolumeOfInterest voxels_in(const Volume<std::uint8_t>& mask, const VolumeGeometry& image, const Vec3& shift_mm) {
  VolumeGeometry grid = mask.geometry();
  for (std::size_t axis = 0; axis < 3; ++axis)
    grid.origin_mm = grid.origin_mm + shift_mm[axis] * grid.axes[axis];
  std::array<Range, 3> box;
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        if (mask(x, y, z) != 0) {
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
  const Vec3 origin = point_to_index(grid, index_to_point(image, {0, 0, 0}));
  std::array<Vec3, 3> along{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    Vec3 one{0, 0, 0};
    one[axis] = 1;
    along[axis] = point_to_index(grid, index_to_point(image, one)) - origin;
  }
  for (int z = std::max(0, box[2].low); z <= std::min(image.size[2] - 1, box[2].high); ++z)
    for (int y = std::max(0, box[1].low); y <= std::min(image.size[1] - 1, box[1].high); ++y)
      for (int x = std::max(0, box[0].low); x <= std::min(image.size[0] - 1, box[0].high); ++x) {
        const Vec3 at = origin + double(x) * along[0] + double(y) * along[1] + double(z) * along[2];
        const int gx = static_cast<int>(std::lround(at[0]));
        const int gy = static_cast<int>(std::lround(at[1]));
        const int gz = static_cast<int>(std::lround(at[2]));
        if (mask.contains(gx, gy, gz) && mask(gx, gy, gz) != 0)
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
