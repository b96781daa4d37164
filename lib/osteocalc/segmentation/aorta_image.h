// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/body.h"
#include "osteocalc/segmentation/vertebra.h"

#include <cstdint>
#include <vector>

namespace osteocalc::segmentation {

/// Where the spine is in one slice of the working grid, in index space (fractions of a voxel).
struct SpineAnchor {
  double middle = 0.0; ///< x of the mid-line
  double front = 0.0;  ///< y of the front wall of the vertebral bodies
  double back = 0.0;   ///< y of their back wall
  double width = 0.0;  ///< of the body, in voxels
};

/// One anchor for every slice of the working grid; beyond the curve's ends the nearest one is repeated.
/// \pre the curve is not empty
[[nodiscard]] std::vector<SpineAnchor> anchor_slices(const SpineCurve& curve, const VolumeGeometry& working_grid);

/// Bone of the vertebral column: the bodies themselves, whatever their density, and thick bone joined to them.
/// Calcium that merely touches a vertebra is thinner than 6 mm and stays out.
[[nodiscard]] Volume<std::uint8_t> column_mask(const Body& body, const std::vector<SpineAnchor>& anchors,
                                               Parallel parallel);

/// The column and the voxels beside it within each slice, which hold some of its bone.
[[nodiscard]] Volume<std::uint8_t> column_rim(const Volume<std::uint8_t>& column, Parallel parallel);

inline constexpr float beyond_image_hu = -30000.0F; ///< marks picture pixels that no voxel covers

/// The scan as the search for round vessels wants it: plaque as bright as blood, and the column as dark as fat, so
/// that lung, fat and bone all end a vessel alike. Working grid, lightly smoothed.
[[nodiscard]] Volume<float> vessel_image(const Body& body, const Volume<std::uint8_t>& column, Parallel parallel);

/// Axial pictures cut from the vessel image so that the spine stands still: pixel (column_x, column_y) lies on the
/// mid-line, at the bodies' front wall.
struct SpinePictures {
  static constexpr int column_x = 42, column_y = 76, width = 88, height = 92;
  Volume<float> pictures;  ///< width x height x slices of the working grid
  std::vector<int> x0, y0; ///< index in the working grid of each picture's first pixel

  /// Distance of a pixel from the mid-line (left positive) and from the bodies' front wall (back positive).
  [[nodiscard]] static constexpr double x_mm(double x) noexcept { return (x - column_x) * working_spacing_mm; }
  [[nodiscard]] static constexpr double y_mm(double y) noexcept { return (y - column_y) * working_spacing_mm; }
};

[[nodiscard]] SpinePictures spine_pictures(const Volume<float>& image, const std::vector<SpineAnchor>& anchors,
                                           Parallel parallel);

} // namespace osteocalc::segmentation
