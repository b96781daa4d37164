// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/lesion_mass.h"

#include "osteocalc/calcium/neighbourhood.h"
#include "osteocalc/core/contract.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace osteocalc::calcium {
namespace {

constexpr double mm3_per_cm3 = 1000;
constexpr std::size_t least_ring_voxels = 10;
constexpr double mad_to_sd = 1.4826, outlier_sd = 3, foreign_sd = 4;

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct Background {
  double mean_hu, sd_hu;
  std::int64_t voxels;
};

/// Mean and SD of the ring within three robust SDs of its median: a vessel's edge, fat or air beside it stay out.
Background background_of(const std::vector<double>& ring_hu) {
  const double median = median_of(ring_hu);
  std::vector<double> away(ring_hu.size());
  std::ranges::transform(ring_hu, away.begin(), [&](double hu) { return std::abs(hu - median); });
  const double reach = outlier_sd * std::max(1.0, mad_to_sd * median_of(away));
  double sum = 0, squares = 0;
  std::int64_t n = 0;
  for (const double hu : ring_hu)
    if (std::abs(hu - median) <= reach) {
      sum += hu;
      squares += hu * hu;
      ++n;
    }
  const double mean = sum / static_cast<double>(n);
  const double variance = n > 1 ? (squares - sum * mean) / static_cast<double>(n - 1) : 0;
  return {mean, std::sqrt(std::max(0.0, variance)), n};
}

} // namespace

double calcium_voxels(std::span<const std::int16_t> hu, double background_hu, double calcium_hu) {
  OSTEOCALC_EXPECT(calcium_hu > background_hu);
  const double sum = std::accumulate(hu.begin(), hu.end(), 0.0);
  return (sum - static_cast<double>(hu.size()) * background_hu) / (calcium_hu - background_hu);
}

std::optional<LesionMass> lesion_mass(const Volume<std::int16_t>& hu, const Lesion& lesion, double slope_mg_cm3_per_hu,
                                      const LesionMassOptions& options) {
  OSTEOCALC_EXPECT(slope_mg_cm3_per_hu > 0);
  const Neighbourhood around(hu.geometry(), lesion, options.margin_mm + options.ring_mm);
  std::vector<double> ring;
  around.for_each([&](int x, int y, int z, double distance_mm) {
    if (distance_mm > options.margin_mm && hu(x, y, z) < options.bright_hu)
      ring.push_back(hu(x, y, z));
  });
  if (ring.size() < least_ring_voxels)
    return std::nullopt;
  const Background background = background_of(ring);
  // What touches the lesion is its own, also where the area rule dropped it; other bright voxels are something else,
  // unless the background's noise alone reaches as high.
  const double touching_mm = norm(hu.geometry().spacing_mm) * (1 + 1e-9);
  const double foreign_hu = std::max<double>(options.bright_hu, background.mean_hu + foreign_sd * background.sd_hu);
  std::vector<std::int16_t> inside;
  LesionMass result;
  around.for_each([&](int x, int y, int z, double distance_mm) {
    if (distance_mm > touching_mm && hu(x, y, z) >= foreign_hu)
      result.has_neighbour = true;
    else if (distance_mm <= options.margin_mm)
      inside.push_back(hu(x, y, z));
  });
  const double voxel_mg_per_hu = slope_mg_cm3_per_hu * voxel_volume_mm3(hu.geometry()) / mm3_per_cm3;
  const auto n = static_cast<double>(inside.size());
  result.mass_mg = calcium_voxels(inside, background.mean_hu, background.mean_hu + 1) * voxel_mg_per_hu;
  result.se_mg = background.sd_hu * std::sqrt(n * (1 + n / static_cast<double>(background.voxels))) * voxel_mg_per_hu;
  result.background_hu = background.mean_hu;
  result.noise_hu = background.sd_hu;
  result.voxels = static_cast<std::int64_t>(inside.size());
  result.ring_voxels = background.voxels;
  result.above_noise = result.mass_mg > 2 * result.se_mg;
  return result;
}

} // namespace osteocalc::calcium
