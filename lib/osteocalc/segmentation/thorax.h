// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/body.h"

#include <optional>
#include <vector>

namespace osteocalc::segmentation {

/// The mediastinum and what surrounds it, on the part of the working grid that can hold heart and thoracic aorta.
/// All volumes share `hu`'s grid.
struct Thorax {
  Volume<std::int16_t> hu;
  Volume<std::uint8_t> lung;      ///< without its finest branches
  Volume<float> to_lung_mm;       ///< distance to the lung
  Volume<float> to_bone_mm;       ///< distance to ribs, sternum, spine; large plaques are not bone
  Volume<float> to_airway_mm;     ///< distance to trachea, bronchi, gas in the oesophagus
  Volume<float> to_wall_mm;       ///< distance to the outside of the lungs' convex hull in the slice, 0 outside
  std::vector<double> column_x;   ///< per slice: x index of the middle of the spine
  std::vector<double> column_y;   ///< per slice: y index of the front edge of the vertebrae
  std::vector<double> lung_share; ///< per slice: lung area over the largest lung area
};

/// Where the lungs are, the thorax is; nothing without lungs in view. The column is found from its brightness alone, so
/// that a field of view with only the front of the spine will do.
[[nodiscard]] std::optional<Thorax> find_thorax(const Body& body, Parallel parallel);

/// Erosion and then dilation by one voxel across faces: loses what is thinner than three voxels.
[[nodiscard]] Volume<std::uint8_t> opened(const Volume<std::uint8_t>& mask, Parallel parallel);

/// The median of values that may be reordered. \pre not empty
[[nodiscard]] double median(std::vector<double> values);

} // namespace osteocalc::segmentation
