// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/vertebral_body.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace osteocalc::bone {

/// What of the inside of a body is measured.
enum class VoiDefinition {
  EllipseSlab, ///< an elliptical slab at mid-height, in front of the basivertebral vein: QCT practice
  ErodedBody,  ///< all of it, the vein included
  FullCore     ///< all of it but the vein's bed: a wedge behind the middle, at mid-height around the midline
};
[[nodiscard]] std::string_view to_string(VoiDefinition definition) noexcept; ///< "ellipse-slab", "eroded-body", ...
[[nodiscard]] std::optional<VoiDefinition> voi_definition_from_string(std::string_view name) noexcept;

/// The volume of interest in the vertebra's own axes. Sizes are engineering choices within what QCT practice asks for:
/// well inside the cortex, parallel to the endplates, in front of the basivertebral vein.
struct VoiOptions {
  VoiDefinition definition = VoiDefinition::EllipseSlab;
  double erosion_mm = 3;          ///< from the body's surface, of the ellipse-slab
  double edge_mm = 4;             ///< the same where the volume reaches the endplates and their hollow rims
  double voxel_mm = 0;            ///< of the scan, along the body's axis: the full core ends where voxels hold none of
                                  ///< an endplate, even when it lies a third of a voxel off
  double slab_mm = 10;            ///< around mid-height
  double anterior_fraction = 0.6; ///< of the eroded depth
  double depth_fraction = 0.7;    ///< the ellipse's full axis front to back, of the eroded depth
  double width_fraction = 0.8;    ///< the ellipse's full axis left to right, of the eroded width
  double island_sd =
      4; ///< voxels this many robust SDs above the median are sclerosis or an island and left out; 0 = keep
  double vein_half_width_mm = 6, vein_half_height_mm = 4; ///< of the bed that the full core leaves out
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

/// The trabecular volume of interest on the body's own grid, 1 inside; all 0 when erosion leaves nothing.
/// \param depth_mm distance_inside(body.mask)
[[nodiscard]] Volume<std::uint8_t> trabecular_mask(const VertebralBody& body, const Volume<float>& depth_mm,
                                                   const VoiOptions& options = {});

/// Voxels of the image whose centres lie where a mask on a body's grid is not 0, the mask moved by `shift_mm` along its
/// own axes.
[[nodiscard]] VolumeOfInterest voxels_in(const Volume<std::uint8_t>& mask, const VolumeGeometry& image,
                                         const Vec3& shift_mm = {0, 0, 0});

/// The same as voxels of the image.
[[nodiscard]] VolumeOfInterest trabecular_voi(const VertebralBody& body, const VolumeGeometry& image,
                                              const VoiOptions& options = {});

/// Takes the voxels out of `voi` that lie more than `island_sd` robust SDs (1.4826 MAD) above its median: sclerosis
/// under an endplate or a bone island is no trabecular bone. Returns the share taken out.
double remove_islands(VolumeOfInterest& voi, const Volume<std::int16_t>& hu, double island_sd);

/// Mean, SD (n-1) and count over the voxels; nothing for fewer than two.
[[nodiscard]] std::optional<HuStatistics> hu_statistics(const Volume<std::int16_t>& hu, const VolumeOfInterest& voi);

} // namespace osteocalc::bone
