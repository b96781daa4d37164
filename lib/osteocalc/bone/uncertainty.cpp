// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/uncertainty.h"

#include <algorithm>
#include <cmath>

namespace osteocalc::bone {
namespace {

constexpr int reach = 3; // voxels over which a kernel's noise is correlated

/// The volume of interest as residuals on its bounding box, 0 outside: products over lags need neighbours.
struct Residuals {
  std::array<int, 3> low{1 << 30, 1 << 30, 1 << 30}, size{};
  std::vector<float> value;
  std::vector<std::uint8_t> inside;

  [[nodiscard]] std::size_t at(const std::array<int, 3>& v, int dx = 0, int dy = 0) const {
    return (static_cast<std::size_t>(v[2] - low[2]) * static_cast<std::size_t>(size[1]) +
            static_cast<std::size_t>(v[1] - low[1] + reach + dy)) *
               static_cast<std::size_t>(size[0]) +
           static_cast<std::size_t>(v[0] - low[0] + reach + dx);
  }
};

Residuals residuals_of(const Volume<std::int16_t>& hu, const VolumeOfInterest& voi, double mean_hu) {
  Residuals r;
  std::array<int, 3> high{-1, -1, -1};
  for (const auto& v : voi.voxels)
    for (std::size_t axis = 0; axis < 3; ++axis) {
      r.low[axis] = std::min(r.low[axis], v[axis]);
      high[axis] = std::max(high[axis], v[axis]);
    }
  r.size = {high[0] - r.low[0] + 1 + 2 * reach, high[1] - r.low[1] + 1 + 2 * reach, high[2] - r.low[2] + 1};
  const std::size_t count =
      static_cast<std::size_t>(r.size[0]) * static_cast<std::size_t>(r.size[1]) * static_cast<std::size_t>(r.size[2]);
  r.value.assign(count, 0);
  r.inside.assign(count, 0);
  for (const auto& v : voi.voxels) {
    r.value[r.at(v)] = static_cast<float>(hu(v[0], v[1], v[2]) - mean_hu);
    r.inside[r.at(v)] = 1;
  }
  return r;
}

} // namespace

double HuUncertainty::total_hu() const noexcept {
  return std::hypot(noise_hu, placement_hu);
}

double noise_se_hu(const Volume<std::int16_t>& hu, const VolumeOfInterest& voi) {
  const std::optional<HuStatistics> statistics = hu_statistics(hu, voi);
  if (!statistics || statistics->sd_hu <= 0)
    return 0;
  const Residuals r = residuals_of(hu, voi, statistics->mean_hu);
  const double variance = statistics->sd_hu * statistics->sd_hu;
  double inflation = 1;
  for (int dy = -reach; dy <= reach; ++dy)
    for (int dx = -reach; dx <= reach; ++dx) {
      if (dx == 0 && dy == 0)
        continue;
      double products = 0, pairs = 0;
      for (const auto& v : voi.voxels) {
        const std::size_t other = r.at(v, dx, dy);
        products += static_cast<double>(r.value[r.at(v)]) * static_cast<double>(r.value[other]);
        pairs += r.inside[other];
      }
      if (pairs > 0)
        inflation += products / pairs / variance;
    }
  return statistics->sd_hu * std::sqrt(std::max(1.0, inflation) / static_cast<double>(statistics->n));
}

double placement_se_hu(const Volume<std::int16_t>& hu, const Volume<std::uint8_t>& mask, double island_sd,
                       double sd_mm) {
  const auto mean_at = [&](const Vec3& shift_mm) {
    VolumeOfInterest voi = voxels_in(mask, hu.geometry(), shift_mm);
    remove_islands(voi, hu, island_sd);
    return hu_statistics(hu, voi);
  };
  const std::optional<HuStatistics> center = mean_at({0, 0, 0});
  double variance = 0;
  for (std::size_t axis = 0; axis < 3; ++axis)
    for (const double sign : {-1.0, 1.0}) {
      Vec3 shift_mm{0, 0, 0};
      shift_mm[axis] = sign * sd_mm;
      if (const std::optional<HuStatistics> moved = mean_at(shift_mm); moved && center)
        variance += 0.5 * std::pow(moved->mean_hu - center->mean_hu, 2);
    }
  return std::sqrt(variance);
}

} // namespace osteocalc::bone
