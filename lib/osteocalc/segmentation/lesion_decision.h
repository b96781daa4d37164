// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/lesion_evidence.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace osteocalc::segmentation {

/// What a bright spot in the chest may be.
enum class LesionKind : std::uint8_t {
  Coronary,
  AorticValve,
  AorticRoot, ///< wall of the root
  MitralAnnulus,
  Aorta,        ///< wall of the ascending or descending aorta
  Bone,         ///< or cartilage of the chest's wall
  Airway,       ///< wall of a bronchus
  Node,         ///< lymph node or hilar vessel
  HeartSurface, ///< pericardium or pleura
  Lung,
  Abdomen,
  Noise,
  Unclear ///< within the heart's reach, yet far from every course
};
[[nodiscard]] std::string_view to_string(LesionKind kind) noexcept; ///< "coronary", "aortic_valve" ...

/// What one spot was taken for, and why.
struct SpotDecision {
  LesionKind kind = LesionKind::Noise;
  std::optional<CoronaryArtery> artery; ///< of coronary spots
  double probability = 0.0;             ///< that the decision is right, an estimate, not calibrated
  std::string_view reason;
  double course_mm = 0.0; ///< distance to the nearest course
  double margin_mm = 0.0; ///< how much farther the next artery's course is; below 4 mm the artery is unsure
};

/// Decides spot by spot, then lets the spots of one piece agree: one artery a piece, noise that continues a sure lesion
/// joins it, a small part of a plaque of the aorta or the heart's surface goes with it. Results by spot.
[[nodiscard]] std::vector<SpotDecision> decide_spots(const std::vector<BrightSpot>& spots, const HeartFrame& frame,
                                                     const CoronaryCourses& courses);

} // namespace osteocalc::segmentation
