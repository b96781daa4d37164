// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"
#include "osteocalc/segmentation/body.h"
#include "osteocalc/segmentation/vertebra.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace osteocalc::segmentation {

enum class AortaSegment : std::uint8_t { Ascending, Arch, Descending, Abdominal, IliacLeft, IliacRight };

/// Label id of a segment: 211..214, 65, 66.
[[nodiscard]] LabelId segment_label(AortaSegment segment) noexcept;

inline constexpr std::size_t contour_rays = 32;

/// A section across the vessel. Ray k of the contour runs along cos(a) side + sin(a) cross(direction, side),
/// a = 2 pi k / contour_rays.
struct VesselSection {
  Vec3 center_mm{}; ///< LPS
  Vec3 direction{}; ///< unit vector, downstream (from the root to the iliacs)
  Vec3 side{};      ///< unit vector across, turns as little as possible from section to section
  std::array<float, contour_rays> contour_mm{}; ///< centre to the outer wall; plaque lies inside
  double radius_mm = 0.0;                       ///< of the circle with the contour's area
  AortaSegment segment = AortaSegment::Descending;
  double confidence = 0.0; ///< 0..1; below `trusted_confidence` outline and place are doubtful
};

inline constexpr double trusted_confidence = 0.35;

/// What was found of the aorta. Courses run downstream, `section_step_mm` apart.
/// A gap (the arch above the image) parts `aorta` in two courses: the ascending aorta first.
struct AortaResult {
  std::vector<std::vector<VesselSection>> aorta;
  std::vector<VesselSection> iliac_left, iliac_right; ///< the first centimetres only
  std::optional<Vec3> root_mm; ///< lowest point where the ascending aorta is still round: about the sinuses
  std::optional<Vec3> bifurcation_mm;
  std::optional<double> blood_hu, blood_sd_hu; ///< median and robust SD within the trusted lumen, working grid
  Issues issues; ///< SEG-AORTA-NONE, -SPINE, -ARCH, -ASCENDING, -ROOT, -BIFURCATION, -CUT, -WEAK, -WIDE, -CONTRAST
};

inline constexpr double section_step_mm = 2.0;

/// Blood as bright as this holds contrast agent.
inline constexpr double enhanced_blood_hu = 100.0;
[[nodiscard]] inline bool is_enhanced(const AortaResult& aorta) noexcept {
  return aorta.blood_hu && *aorta.blood_hu > enhanced_blood_hu;
}

/// Finds the aorta in a CT in HU. Needs the spine's course; levels that are certain split thoracic from abdominal.
/// \pre image runs in LPS order; `body` is find_body(image), `spine` find_vertebrae(image, body)
[[nodiscard]] AortaResult find_aorta(const Volume<std::int16_t>& image, const Body& body, const SpineResult& spine,
                                     Parallel parallel);

/// Labels 211..214, 65, 66 of every voxel whose centre lies within the outer wall; 0 elsewhere.
[[nodiscard]] Volume<LabelId> paint_aorta(const AortaResult& aorta, const VolumeGeometry& image, Parallel parallel);

/// The same, with the calcium that bulges out of the smooth outline: pixels of 130 HU and more that go on within it in
/// the same slice, end within 3 mm of it and lead to no vertebra. What goes on further (bone, bowel, a branch) stays
/// out. Short plaque at a limit goes whole to one segment (join_divided_calcium).
/// \pre `vertebrae` lies on the image's grid, 0 where there is none
[[nodiscard]] Volume<LabelId> paint_aorta(const AortaResult& aorta, const Volume<std::int16_t>& image,
                                          const Volume<LabelId>& vertebrae, Parallel parallel);

} // namespace osteocalc::segmentation
