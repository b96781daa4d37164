// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/aorta.h"

#include <cstdint>
#include <vector>

namespace osteocalc::segmentation {

/// A rough course: places where a circle fitted.
struct CoursePoint {
  Vec3 center_mm{};
  double radius_mm = 0.0;
  double score = 0.0; ///< circle score, see CircleScores
  AortaSegment segment = AortaSegment::Descending;
};

/// Sections across a vessel along a rough course, with its outer wall.
/// Image for the wall: 1 mm voxels, everything brighter than blood cut off, the column dark.
/// \pre the course runs downstream and has at least 3 points; `column` is column_mask(body)
[[nodiscard]] std::vector<VesselSection> outline_vessel(const Volume<std::int16_t>& image, const Body& body,
                                                        const Volume<std::uint8_t>& column,
                                                        const std::vector<CoursePoint>& course, Parallel parallel);

} // namespace osteocalc::segmentation
