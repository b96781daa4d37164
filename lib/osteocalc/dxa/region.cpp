// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/region.h"

#include "osteocalc/dxa/flat_image.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace osteocalc::dxa {
namespace {

/// A round bone's mineral rises with the root of the depth below its edge: the edge is where a third of what lies just
/// inside is reached. The bounds hold for thin bone and beside thick bone.
constexpr double edge_share = 1.0 / 3, least_edge_g_cm2 = 0.12, most_edge_g_cm2 = 0.35;
constexpr double just_inside_mm = 2, enclosed_g_cm2 = 0.1;

/// The strongest value within `reach` pixels along rows and columns.
Volume<float> strongest_near(const Volume<float>& map, int reach) {
  Volume<float> out = map.clone();
  for (const auto& [dx, dy] : {std::pair{1, 0}, std::pair{0, 1}}) {
    const Volume<float> before = out.clone();
    for (int y = 0; y < map.size(1); ++y)
      for (int x = 0; x < map.size(0); ++x)
        for (int k = -reach; k <= reach; ++k)
          if (before.contains(x + k * dx, y + k * dy, 0))
            out(x, y, 0) = std::max(out(x, y, 0), before(x + k * dx, y + k * dy, 0));
  }
  return out;
}

/// Pixels that a way without bone leads to from the image's edge, and those beside them.
Volume<std::uint8_t> outside_and_edge(const Volume<float>& share) {
  Volume<std::uint8_t> outside(share.geometry(), 0);
  std::vector<std::array<int, 2>> open;
  const auto enter = [&](int x, int y) {
    if (share.contains(x, y, 0) && outside(x, y, 0) == 0 && share(x, y, 0) < 0.5F) {
      outside(x, y, 0) = 1;
      open.push_back({x, y});
    }
  };
  for (int x = 0; x < share.size(0); ++x)
    for (const int y : {0, share.size(1) - 1})
      enter(x, y);
  for (int y = 0; y < share.size(1); ++y)
    for (const int x : {0, share.size(0) - 1})
      enter(x, y);
  while (!open.empty()) {
    const auto [x, y] = open.back();
    open.pop_back();
    enter(x - 1, y);
    enter(x + 1, y);
    enter(x, y - 1);
    enter(x, y + 1);
  }
  return dilated(outside, share.geometry().spacing_mm[0]);
}

} // namespace

Volume<float> bone_share(const Volume<float>& bone, double noise_g_cm2) {
  const Volume<float> map = noise_g_cm2 > 0.01 ? blurred(bone, std::clamp(15 * noise_g_cm2, 0.5, 1.5)) : bone.clone();
  const Volume<float> strongest =
      strongest_near(map, std::max(1, static_cast<int>(just_inside_mm / bone.geometry().spacing_mm[0])));
  constexpr int parts = 4;
  Volume<float> share(bone.geometry());
  for (int y = 0; y < bone.size(1); ++y)
    for (int x = 0; x < bone.size(0); ++x) {
      const double edge =
          std::clamp(edge_share * static_cast<double>(strongest(x, y, 0)), least_edge_g_cm2, most_edge_g_cm2);
      int hits = 0;
      for (int k = 0; k < parts * parts; ++k)
        hits += interpolated(map, x + (k % parts + 0.5) / parts - 0.5, y + (k / parts + 0.5) / parts - 0.5) >= edge;
      share(x, y, 0) = static_cast<float>(hits) / (parts * parts);
    }
  // Thin bone within thick bone is bone.
  const Volume<std::uint8_t> outside = outside_and_edge(share);
  for (std::size_t i = 0; i < share.voxels().size(); ++i)
    if (outside.voxels()[i] == 0 && static_cast<double>(map.voxels()[i]) >= enclosed_g_cm2)
      share.voxels()[i] = 1;
  return share;
}

std::optional<SiteDensity> measure(const Region& region, const Volume<float>& bone, double noise_g_cm2) {
  const auto& spacing = bone.geometry().spacing_mm;
  const double pixel_cm2 = 0.01 * spacing[0] * spacing[1];
  const bool inside = region.area == RegionArea::BoneInside;
  const Volume<float> share = inside ? bone_share(bone, noise_g_cm2) : Volume<float>();
  // All mineral of an edge pixel, and of the blurred edge beside it, belongs to the bone.
  Volume<std::uint8_t> has_mineral(bone.geometry(), 1);
  if (inside) {
    std::ranges::transform(share.voxels(), has_mineral.voxels().begin(),
                           [](float part) { return static_cast<std::uint8_t>(part > 0); });
    has_mineral = dilated(has_mineral, spacing[0]);
  }
  SiteDensity site{.site = region.name};
  for (const PixelShare& p : covered_pixels(region.outline, bone.size(0), bone.size(1), spacing[0], spacing[1])) {
    const double bone_part = inside ? static_cast<double>(share(p.x, p.y, 0)) : 1.0;
    if (has_mineral(p.x, p.y, 0) != 0)
      site.bmc_g += p.share * pixel_cm2 * static_cast<double>(bone(p.x, p.y, 0));
    site.area_cm2 += p.share * pixel_cm2 * bone_part;
  }
  if (site.area_cm2 <= 0)
    return std::nullopt;
  return site;
}

SiteDensity combined(std::string name, const std::vector<SiteDensity>& sites) {
  SiteDensity sum{.site = std::move(name)};
  for (const SiteDensity& site : sites) {
    sum.bmc_g += site.bmc_g;
    sum.area_cm2 += site.area_cm2;
  }
  return sum;
}

} // namespace osteocalc::dxa
