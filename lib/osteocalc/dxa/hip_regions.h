// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/dxa/decomposition.h"
#include "osteocalc/dxa/region.h"

namespace osteocalc::dxa {

enum class HipSide { Left, Right };

/// The upper end of a femur on an image from the front, mm from its top left corner.
struct HipLandmarks {
  Vec2 head{}, neck{}, axes_meet{}; ///< the head's centre, the narrowest place of the neck, where it meets the shaft
  double head_radius_mm = 0, neck_width_mm = 0;
  double lesser_trochanter_mm = 0; ///< y of its lower end
};

struct HipRegions {
  std::vector<Region> regions; ///< neck, trochanter, intertrochanter, total, wards
  HipLandmarks landmarks;
  Issues issues;
};

/// The regions that follow from the landmarks: a neck box of 15 mm along the neck's axis at its narrowest place, a
/// little wider than the neck; what lies beyond it within two radii of the head around the place where the axes meet,
/// down to 10 mm below the lesser trochanter, divided by the neck's axis into trochanter and intertrochanter; their
/// union is total. All count the bone inside only. \param width_mm of the image
[[nodiscard]] std::vector<Region> regions_from(const HipLandmarks& landmarks, double width_mm);

/// Finds head, neck and shaft in the bone's shadow. DXA-SIDE (refused) when the head points to the other side than the
/// exam is of.
[[nodiscard]] HipRegions find_hip_regions(const BoneImage& image, HipSide side);

} // namespace osteocalc::dxa
