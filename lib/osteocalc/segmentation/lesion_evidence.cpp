// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/lesion_evidence.h"

#include "osteocalc/segmentation/components.h"
#include "osteocalc/segmentation/coronary_territory.h"
#include "osteocalc/segmentation/filters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace osteocalc::segmentation {
namespace {

constexpr double mm = 1.0 / working_spacing_mm;
constexpr double lowest_mm = -110.0, highest_mm = 45.0;
constexpr double smoothing_mm = 0.8;

/// Image index to thorax index and back: the axes are the same, only origin and spacing differ.
class GridMap {
 public:
  GridMap(const VolumeGeometry& image, const VolumeGeometry& grid) : start_(point_to_index(grid, image.origin_mm)) {
    for (std::size_t a = 0; a < 3; ++a)
      step_[a] = image.spacing_mm[a] / grid.spacing_mm[a];
  }
  [[nodiscard]] Vec3 to_grid(const Vec3& i) const {
    return {start_[0] + step_[0] * i[0], start_[1] + step_[1] * i[1], start_[2] + step_[2] * i[2]};
  }
  [[nodiscard]] Vec3 to_image(const Vec3& g) const {
    return {(g[0] - start_[0]) / step_[0], (g[1] - start_[1]) / step_[1], (g[2] - start_[2]) / step_[2]};
  }

 private:
  Vec3 start_, step_{};
};

template <class T>
T nearest(const Volume<T>& volume, const Vec3& index) {
  const auto at = [&](std::size_t a) {
    return std::clamp(static_cast<int>(std::lround(index[a])), 0, volume.size(a) - 1);
  };
  return volume(at(0), at(1), at(2));
}

/// The part of the image searched for bright spots, with its smoothed copy.
struct Region {
  std::array<int, 3> low{};
  Volume<float> smooth;
  Components pieces, spots;
};

Region cut_region(const Volume<std::int16_t>& image, const Thorax& thorax, const HeartFrame& frame, const GridMap& map,
                  Parallel parallel) {
  const double root_z = frame.root_index[2];
  const Vec3 first = map.to_image({-0.5, -0.5, root_z + lowest_mm * mm});
  const Vec3 last = map.to_image({thorax.hu.size(0) - 0.5, thorax.hu.size(1) - 0.5, root_z + highest_mm * mm});
  Region region;
  VolumeGeometry grid = image.geometry();
  for (std::size_t a = 0; a < 3; ++a) {
    region.low[a] = std::clamp(static_cast<int>(std::ceil(first[a])), 0, image.size(a) - 1);
    grid.size[a] =
        std::clamp(static_cast<int>(std::floor(last[a])), region.low[a], image.size(a) - 1) - region.low[a] + 1;
  }
  region.smooth = Volume<float>(grid);
  Volume<std::uint8_t> bright(grid);
  parallel_for(static_cast<std::size_t>(grid.size[2]), parallel, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    for (int y = 0; y < grid.size[1]; ++y) {
      const std::int16_t* row = image.slice(z + region.low[2]).row(y + region.low[1]) + region.low[0];
      for (int x = 0; x < grid.size[0]; ++x) {
        region.smooth(x, y, z) = static_cast<float>(row[x]);
        bright(x, y, z) = row[x] >= lesion_threshold_hu;
      }
    }
  });
  gaussian_smooth(region.smooth, {smoothing_mm / grid.spacing_mm[0], smoothing_mm / grid.spacing_mm[1], 0}, parallel);
  region.pieces = connected_components(bright, Connectivity::Corners, parallel);
  region.spots = connected_components(bright, Connectivity::SliceCorners, parallel);
  return region;
}

double to_disc_mm(const std::vector<Disc>& discs, const Vec3& at) {
  const auto last = static_cast<double>(discs.size() - 1);
  const Disc& d = discs[static_cast<std::size_t>(std::lround(std::clamp(at[2], 0.0, last)))];
  return std::hypot(at[0] - d.x, at[1] - d.y) / mm - d.radius_mm;
}

Volume<float> depth_inside(const Volume<std::uint8_t>& mask, Parallel parallel) {
  Volume<std::uint8_t> outside(mask.geometry());
  std::ranges::transform(mask.voxels(), outside.voxels().begin(),
                         [](std::uint8_t in) { return static_cast<std::uint8_t>(!in); });
  return distance_to(outside, parallel);
}

/// Everything that follows from the place alone.
void place(BrightSpot& spot, const Thorax& thorax, const AorticRoot& root, const HeartFrame& frame,
           const GridMap& map) {
  const Vec3 at = map.to_grid(spot.centre_index);
  spot.frame_mm = frame.from_index(at);
  spot.to_lung_mm = nearest(thorax.to_lung_mm, at);
  spot.to_bone_mm = nearest(thorax.to_bone_mm, at);
  spot.to_wall_mm = nearest(thorax.to_wall_mm, at);
  spot.to_airway_mm = nearest(thorax.to_airway_mm, at);
  spot.to_descending_mm = to_disc_mm(root.descending, at);
  spot.to_ascending_mm = to_disc_mm(root.ascending, at);
}

/// Lowest smoothed HU on the first 7 mm from the spot's edge towards the root's axis.
double gap_towards_root(const Region& region, const BrightSpot& spot, int z) {
  const auto& spacing = region.smooth.geometry().spacing_mm;
  const Vec3 axis = root_axis_at(spot.frame_mm[2]);
  const double left = axis[0] - spot.frame_mm[0], front = axis[1] - spot.frame_mm[1];
  const double length = std::max(std::hypot(left, front), 1e-3);
  const double edge = std::sqrt(spot.area_mm2 / 3.14159265358979);
  double lowest = 1e4;
  for (double step = edge + 1; step < edge + 8; step += 0.5) {
    const double x = spot.centre_index[0] - region.low[0] + left / length * step / spacing[0];
    const double y = spot.centre_index[1] - region.low[1] - front / length * step / spacing[1];
    const int x0 = std::clamp(static_cast<int>(x), 0, region.smooth.size(0) - 2),
              y0 = std::clamp(static_cast<int>(y), 0, region.smooth.size(1) - 2);
    const double tx = std::clamp(x - x0, 0.0, 1.0), ty = std::clamp(y - y0, 0.0, 1.0);
    const auto row = [&](int yy) { return (1 - tx) * region.smooth(x0, yy, z) + tx * region.smooth(x0 + 1, yy, z); };
    lowest = std::min(lowest, (1 - ty) * row(y0) + ty * row(y0 + 1));
  }
  return lowest;
}

/// The part of a slice around a spot: first pixel in the region, and its grid.
struct Patch {
  std::array<int, 2> low{};
  VolumeGeometry grid;
};

std::array<int, 2> region_pixel(const Volume<std::int16_t>& image, const Region& region, std::size_t offset) {
  const int in_slice = static_cast<int>(offset % image.offset(0, 0, 1)), nx = image.size(0);
  return {in_slice % nx - region.low[0], in_slice / nx - region.low[1]};
}

Patch patch_around(const Volume<std::int16_t>& image, const Region& region, const BrightSpot& spot, double reach_mm) {
  const auto& spacing = region.smooth.geometry().spacing_mm;
  std::array<int, 2> low{region.smooth.size(0), region.smooth.size(1)}, high{0, 0};
  for (const std::size_t offset : spot.offsets)
    for (std::size_t a = 0; a < 2; ++a) {
      const int at = region_pixel(image, region, offset)[a];
      low[a] = std::min(low[a], at);
      high[a] = std::max(high[a], at);
    }
  Patch patch{low, {.size = {0, 0, 1}, .spacing_mm = {spacing[0], spacing[1], 1}}};
  for (std::size_t a = 0; a < 2; ++a) {
    const int reach = static_cast<int>(std::lround(reach_mm / spacing[a]));
    patch.low[a] = std::max(0, low[a] - reach);
    patch.grid.size[a] = std::min(region.smooth.size(a) - 1, high[a] + reach) - patch.low[a] + 1;
  }
  return patch;
}

Surroundings look_around(const Volume<std::int16_t>& image, const Region& region, const BrightSpot& spot,
                         const BloodSample& blood) {
  constexpr double reach_mm = 14.0;
  const int z = spot.slice - region.low[2];
  const auto& [low, patch] = patch_around(image, region, spot, reach_mm);
  Volume<std::uint8_t> self(patch, 0);
  double peak = -1e4;
  for (const std::size_t offset : spot.offsets) {
    const auto [x, y] = region_pixel(image, region, offset);
    self(x - low[0], y - low[1], 0) = 1;
    peak = std::max(peak, static_cast<double>(region.smooth(x, y, z)));
  }
  const Volume<float> distance = distance_to(self, Parallel{1});
  std::vector<double> ring, tissue;
  double fat = 0, lung = 0;
  for (int y = 0; y < patch.size[1]; ++y)
    for (int x = 0; x < patch.size[0]; ++x) {
      const double d = distance(x, y, 0), v = region.smooth(x + low[0], y + low[1], z);
      if (d > 1.5 && d < 5.5) {
        ring.push_back(v);
        fat += v < -20 && v > -200;
        lung += v <= -300;
      }
      const int raw = image(x + low[0] + region.low[0], y + low[1] + region.low[1], spot.slice);
      if (d > 2 && d < reach_mm && raw > -10 && raw < lesion_threshold_hu)
        tissue.push_back(v);
    }
  Surroundings around;
  around.gap_hu = gap_towards_root(region, spot, z);
  double noise = std::max(1.0, 0.35 * blood.noise_hu), ground = blood.mean_hu;
  if (tissue.size() > 60) {
    const double middle = median(tissue);
    std::ranges::transform(tissue, tissue.begin(), [&](double v) { return std::abs(v - middle); });
    noise = std::max(noise, 1.4826 * median(std::move(tissue)));
  }
  if (!ring.empty()) {
    around.fat_share = fat / static_cast<double>(ring.size());
    around.lung_share = lung / static_cast<double>(ring.size());
    ground = median(std::move(ring));
  }
  around.contrast_to_noise = (peak - std::max(ground, blood.mean_hu - 60)) / noise;
  return around;
}

/// Spots of one slice, in memory order of their first pixel.
std::vector<BrightSpot> spots_of_slice(const Volume<std::int16_t>& image, const Region& region, int z) {
  std::vector<BrightSpot> spots;
  std::vector<std::pair<std::int32_t, std::size_t>> known; // id, place in `spots`
  for (int y = 0; y < region.smooth.size(1); ++y)
    for (int x = 0; x < region.smooth.size(0); ++x) {
      const std::int32_t id = region.spots.ids(x, y, z);
      if (id == 0)
        continue;
      auto at = std::ranges::find(known.rbegin(), known.rend(), id, &std::pair<std::int32_t, std::size_t>::first);
      if (at == known.rend()) {
        known.emplace_back(id, spots.size());
        at = known.rbegin();
        spots.emplace_back();
        spots.back().piece = static_cast<std::uint32_t>(region.pieces.ids(x, y, z));
        spots.back().slice = z + region.low[2];
      }
      BrightSpot& spot = spots[at->second];
      const int gx = x + region.low[0], gy = y + region.low[1];
      spot.offsets.push_back(image.offset(gx, gy, spot.slice));
      spot.peak_hu = std::max<int>(spot.peak_hu, image(gx, gy, spot.slice));
      spot.centre_index = spot.centre_index + Vec3{double(gx), double(gy), 0};
    }
  const auto& spacing = image.geometry().spacing_mm;
  for (BrightSpot& spot : spots) {
    spot.centre_index = 1.0 / static_cast<double>(spot.offsets.size()) * spot.centre_index;
    spot.centre_index[2] = spot.slice;
    spot.area_mm2 = static_cast<double>(spot.offsets.size()) * spacing[0] * spacing[1];
    const Component& piece = region.pieces.pieces[spot.piece - 1];
    for (std::size_t a = 0; a < 3; ++a)
      spot.extent_mm = std::max(spot.extent_mm, (piece.high[a] - piece.low[a] + 1) * spacing[a]);
  }
  return spots;
}

} // namespace

BloodSample sample_blood(const Volume<std::int16_t>& image, const HeartFrame& frame, const AorticRoot& root) {
  const GridMap map(image.geometry(), frame.grid);
  std::vector<double> means, noises;
  for (int z = 0; z < image.size(2); ++z) {
    const double slice = map.to_grid({0, 0, double(z)})[2], up = (slice - frame.root_index[2]) / mm;
    if (up < -100 || up > 20 || slice < 0 || slice > static_cast<double>(root.descending.size() - 1))
      continue;
    const Disc& disc = root.descending[static_cast<std::size_t>(std::lround(slice))];
    const double reach = 0.6 * disc.radius_mm * mm;
    const Vec3 low = map.to_image({disc.x - reach, disc.y - reach, slice}),
               high = map.to_image({disc.x + reach, disc.y + reach, slice});
    std::vector<double> values;
    for (int y = std::max(0, int(low[1])); y <= std::min(image.size(1) - 1, int(high[1])); ++y)
      for (int x = std::max(0, int(low[0])); x <= std::min(image.size(0) - 1, int(high[0])); ++x) {
        const Vec3 at = map.to_grid({double(x), double(y), 0});
        if (std::hypot(at[0] - disc.x, at[1] - disc.y) < reach)
          values.push_back(image(x, y, z));
      }
    if (disc.roundness < 1 || values.size() <= 20)
      continue;
    means.push_back(median(values));
    std::ranges::transform(values, values.begin(), [&](double v) { return std::abs(v - means.back()); });
    noises.push_back(1.4826 * median(std::move(values)));
  }
  if (means.empty())
    return {};
  return {median(std::move(means)), median(std::move(noises))};
}

std::vector<BrightSpot> find_bright_spots(const Volume<std::int16_t>& image, const Thorax& thorax,
                                          const Volume<std::uint8_t>& heart, const AorticRoot& root,
                                          const HeartFrame& frame, const BloodSample& blood, Parallel parallel) {
  const GridMap map(image.geometry(), thorax.hu.geometry());
  const Region region = cut_region(image, thorax, frame, map, parallel);
  const Volume<float> in_heart_mm = depth_inside(heart, parallel);
  auto by_slice = parallel_map(static_cast<std::size_t>(region.smooth.size(2)), parallel, [&](std::size_t z) {
    std::vector<BrightSpot> spots = spots_of_slice(image, region, static_cast<int>(z));
    std::erase_if(spots, [&](BrightSpot& spot) {
      place(spot, thorax, root, frame, map);
      const Vec3 at = map.to_grid(spot.centre_index);
      spot.in_heart_mm = nearest(in_heart_mm, at);
      const auto slice = static_cast<std::size_t>(std::clamp<long>(std::lround(at[2]), 0, thorax.hu.size(2) - 1));
      return (spot.to_wall_mm == 0 && spot.in_heart_mm == 0) || at[1] > thorax.column_y[slice] + 2;
    });
    for (BrightSpot& spot : spots)
      if (spot.to_bone_mm >= 5 && (spot.to_wall_mm >= 6 || spot.in_heart_mm > 0) && spot.to_descending_mm >= 4)
        spot.around = look_around(image, region, spot, blood);
    return spots;
  });
  std::vector<BrightSpot> spots;
  for (auto& slice : by_slice)
    std::ranges::move(slice, std::back_inserter(spots));
  return spots;
}

} // namespace osteocalc::segmentation
