// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/coronary_courses.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace osteocalc::segmentation {

inline constexpr int lesion_threshold_hu = 130;

/// What lies around a bright spot, within its slice.
struct Surroundings {
  double fat_share = 0.0;  ///< of the ring 1.5 to 5.5 mm around it: -200..-20 HU
  double lung_share = 0.0; ///< of that ring: at or below -300 HU
  double gap_hu = 0.0;     ///< lowest on the first 7 mm towards the root's axis; fat between, or tissue throughout
  double contrast_to_noise = 0.0; ///< smoothed peak over the ring, in local noise SDs
};

/// The part of a bright lesion in one slice: 8-connected pixels >= 130 HU, as readers outline them.
struct BrightSpot {
  std::uint32_t piece = 0;          ///< the 26-connected lesion it is part of
  int slice = 0;                    ///< of the image
  std::vector<std::size_t> offsets; ///< its voxels in the image
  Vec3 centre_index{};              ///< image index
  Vec3 frame_mm{};                  ///< left, front, up of the aortic root
  double area_mm2 = 0.0;
  int peak_hu = 0;
  double extent_mm = 0.0; ///< longest side of the piece's box
  double to_lung_mm = 0.0, to_bone_mm = 0.0, to_wall_mm = 0.0, to_airway_mm = 0.0;
  double in_heart_mm = 0.0;                             ///< depth below the pericardium, 0 outside
  double to_descending_mm = 0.0, to_ascending_mm = 0.0; ///< from the aortic outline; < 0 inside
  std::optional<Surroundings> around;                   ///< not measured where bone, aorta or distance decides
};

struct BloodSample {
  double mean_hu = 45.0, noise_hu = 20.0; ///< median and robust SD within the descending aorta, image pixels
};

/// The blood in the descending aorta beside the heart; the defaults when none is in view.
[[nodiscard]] BloodSample sample_blood(const Volume<std::int16_t>& image, const HeartFrame& frame,
                                       const AorticRoot& root);

/// All spots within the chest, from 110 mm below the aortic root to 45 mm above it, by slice.
/// \param heart the pericardial sac on the thorax grid
/// \pre thorax, root and frame belong to the image
[[nodiscard]] std::vector<BrightSpot> find_bright_spots(const Volume<std::int16_t>& image, const Thorax& thorax,
                                                        const Volume<std::uint8_t>& heart, const AorticRoot& root,
                                                        const HeartFrame& frame, const BloodSample& blood,
                                                        Parallel parallel);

} // namespace osteocalc::segmentation
