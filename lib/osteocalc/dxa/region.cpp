// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/region.h"

#include "osteocalc/dxa/flat_image.h"

#include <algorithm>

namespace osteocalc::dxa {
namespace {

/// About half of what a bone's edge rises to within a pixel.
constexpr double edge_g_cm2 = 0.15;

} // namespace

Volume<float> bone_share(const Volume<float>& bone, double noise_g_cm2) {
  const Volume<float> map = noise_g_cm2 > 0.01 ? blurred(bone, std::clamp(15 * noise_g_cm2, 0.5, 1.5)) : bone.clone();
  constexpr int parts = 4;
  Volume<float> share(bone.geometry());
  for (int y = 0; y < bone.size(1); ++y)
    for (int x = 0; x < bone.size(0); ++x) {
      int hits = 0;
      for (int k = 0; k < parts * parts; ++k)
        hits +=
            interpolated(map, x + (k % parts + 0.5) / parts - 0.5, y + (k / parts + 0.5) / parts - 0.5) >= edge_g_cm2;
      share(x, y, 0) = static_cast<float>(hits) / (parts * parts);
    }
  return share;
}

std::optional<SiteDensity> measure(const Region& region, const Volume<float>& bone, double noise_g_cm2) {
  const auto& spacing = bone.geometry().spacing_mm;
  const double pixel_cm2 = 0.01 * spacing[0] * spacing[1];
  const bool inside = region.area == RegionArea::BoneInside;
  const Volume<float> share = inside ? bone_share(bone, noise_g_cm2) : Volume<float>();
  SiteDensity site{.site = region.name};
  for (const PixelShare& p : covered_pixels(region.outline, bone.size(0), bone.size(1), spacing[0], spacing[1])) {
    const double bone_part = inside ? static_cast<double>(share(p.x, p.y, 0)) : 1.0;
    // All mineral of an edge pixel belongs to the bone in it.
    if (bone_part > 0)
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
