// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/vertebral_body.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace osteocalc::bone {

/// The elliptical slab of trabecular bone, in the vertebra's own axes. Sizes are engineering choices within what QCT
/// practice asks for: well inside the cortex, parallel to the endplates, in front of the basivertebral vein.
struct VoiOptions {
  double erosion_mm = 3;          ///< from the body's surface
  double slab_mm = 10;            ///< around mid-height
  double anterior_fraction = 0.6; ///< of the eroded depth
  double depth_fraction = 0.7;    ///< the ellipse's full axis front to back, of the eroded depth
  double width_fraction = 0.6;    ///< the ellipse's full axis left to right, of the eroded width
  double island_sd =
      4; ///< voxels this many robust SDs above the median are sclerosis or an island and left out; 0 = keep
};

/// HU of a volume of interest; n = 0 never happens: there is a result or none.
struct HuStatistics {
  double mean_hu = 0, sd_hu = 0;
  std::int64_t n = 0;
};

/// Voxels of the image that make up a volume of interest.
struct VolumeOfInterest {
  std::vector<std::array<int, 3>> voxels; ///< image index, ordered by z, y, x
};

/// The trabecular volume of interest of one body; empty when erosion leaves nothing.
[[nodiscard]] VolumeOfInterest trabecular_voi(const VertebralBody& body, const VolumeGeometry& image,
                                              const VoiOptions& options = {});

/// Takes the voxels out of `voi` that lie more than `island_sd` robust SDs (1.4826 MAD) above its median: sclerosis
/// under an endplate or a bone island is no trabecular bone. Returns the share taken out.
double remove_islands(VolumeOfInterest& voi, const Volume<std::int16_t>& hu, double island_sd);

/// Mean, SD (n-1) and count over the voxels; nothing for fewer than two.
[[nodiscard]] std::optional<HuStatistics> hu_statistics(const Volume<std::int16_t>& hu, const VolumeOfInterest& voi);

} // namespace osteocalc::bone
