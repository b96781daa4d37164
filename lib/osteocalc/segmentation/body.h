// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/volume.h"

#include <cstdint>
#include <optional>

namespace osteocalc::segmentation {

/// What fills a voxel of the working grid, as far as gas and outlines tell.
enum class Space : std::uint8_t {
  Outside, ///< air around the person, or nothing (outside the reconstructed circle)
  Apart,   ///< table, cushions, arms: dense, but not joined to the trunk
  Tissue,  ///< trunk: fat, soft tissue, bone
  Lung,
  Airway, ///< trachea and main bronchi
  Gas     ///< other gas within the trunk: bowel, stomach, oesophagus
};

/// Typical values of this scan, read off its histogram, so that no later threshold depends on tube voltage or noise.
struct TissueValues {
  double fat_hu = -100.0;
  double soft_hu = 45.0;  ///< muscle, organs, unenhanced blood: mode within 30..75 HU
  double noise_hu = 10.0; ///< SD within soft tissue on the working grid
  double bone_hu = 135.0; ///< above this a voxel of the working grid holds bone: soft + 90, or + 3.5 noise SDs
};

/// The scan on the working grid, shared by everything that searches anatomy.
/// Grid: the image's axes, `working_spacing_mm` isotropic, each voxel the mean of what it covers.
struct Body {
  Volume<std::int16_t> hu;
  Volume<Space> space;
  TissueValues tissue;
  bool sides_in_view = false;         ///< the trunk's left and right outline lie within the image
  std::optional<double> carina_slice; ///< z index on the working grid where the trachea divides
  Issues issues;                      ///< SEG-NO-BODY, SEG-METAL
};

inline constexpr double working_spacing_mm = 2.0;

/// \pre image.geometry() runs in LPS order (see to_lps_order)
/// \throw GeometryError when the image is smaller than 3 voxels along an axis
[[nodiscard]] Body find_body(const Volume<std::int16_t>& image, Parallel parallel);

} // namespace osteocalc::segmentation
