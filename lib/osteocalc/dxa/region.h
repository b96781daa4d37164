// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/polygon.h"
#include "osteocalc/image/volume.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::dxa {

/// What of a region's outline is its area: all of it, where it follows the bone's edge, or the bone inside it.
enum class RegionArea { Outline, BoneInside };

/// A region of interest on an image, mm from its top left corner.
struct Region {
  std::string name; ///< "L1" ... "L4", "neck", "trochanter", "intertrochanter", "total", "wards", or the user's own
  Polygon outline;
  RegionArea area = RegionArea::BoneInside;
};

/// Mineral, area and areal density of a site.
struct SiteDensity {
  std::string site;
  double bmc_g = 0, area_cm2 = 0;
  [[nodiscard]] double abmd_g_cm2() const { return bmc_g / area_cm2; }
};

/// Absent when the region holds no bone. \pre the image has one slice
[[nodiscard]] std::optional<SiteDensity> measure(const Region& region, const Volume<float>& bone_g_cm2,
                                                 double noise_g_cm2);

/// Several sites as one: the ratio of sums, never the mean of densities. \pre sites is not empty
[[nodiscard]] SiteDensity combined(std::string name, const std::vector<SiteDensity>& sites);

/// Share of each pixel that is bone: where mineral, on a map averaged against noise, is more than a third of the most
/// within 2 mm; and what such bone encloses.
[[nodiscard]] Volume<float> bone_share(const Volume<float>& bone_g_cm2, double noise_g_cm2);

} // namespace osteocalc::dxa
