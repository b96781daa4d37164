// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/coronary_courses.h"

namespace osteocalc::segmentation {

/// The pericardial sac on the thorax grid (1 inside): heart, epicardial fat and the great vessels' roots.
struct HeartRegion {
  Volume<std::uint8_t> inside;
  double volume_ml = 0.0;
  double fat_ml = 0.0;    ///< of it, -190..-30 HU
  double cut_share = 0.0; ///< share of its surface that lies on the image's border
};

/// The smooth closed surface around the heart that follows the lungs where they touch it, the chest wall, the spine and
/// the descending aorta where they limit it, and the usual shape towards liver and great vessels.
[[nodiscard]] HeartRegion find_heart_region(const Thorax& thorax, const AorticRoot& root, const HeartFrame& frame,
                                            Parallel parallel);

} // namespace osteocalc::segmentation
