// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/segmentation/aorta.h"
#include "osteocalc/segmentation/body.h"
#include "osteocalc/segmentation/lesion_decision.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace osteocalc::segmentation {

struct Evidence {
  std::string_view name; ///< with its unit: "to_lung_mm", "fat_share"
  double value = 0.0;
};

/// One bright lesion: voxels >= 130 HU that touch across faces, edges or corners and were decided alike. A plaque that
/// runs from the aorta into a coronary artery is two of them.
struct LesionDecision {
  LesionKind kind = LesionKind::Unclear;
  std::optional<CoronaryArtery> artery; ///< of coronary lesions
  double probability = 0.0;             ///< that the decision is right: an estimate, not calibrated
  std::string_view reason;              ///< of its largest spot
  Vec3 centre_mm{};                     ///< LPS
  std::array<int, 2> slices{0, 0};      ///< of the image, both ends included
  double volume_mm3 = 0.0;
  int peak_hu = 0;
  std::vector<Evidence> evidence;   ///< of its largest spot
  std::vector<std::size_t> offsets; ///< its voxels in the image
};

/// The points everything else was measured from, LPS mm.
struct HeartLandmarks {
  Vec3 root_mm{}; ///< centre of the aortic root, about the left main's height
  double root_radius_mm = 0.0;
  double root_followed_mm = 0.0; ///< length over which the ascending aorta was round above the root
  bool root_trusted = false;
  double left_border_mm = 0.0; ///< from the root
  Vec3 left_fat_pad_mm{};      ///< where the left main forks
  double left_fat_pad_ml = 0.0;
};

struct HeartResult {
  bool found = false; ///< else only `issues` means anything
  HeartLandmarks landmarks;
  Volume<std::uint8_t> region; ///< pericardial sac, on a part of the working grid
  Volume<LabelId> territory;   ///< 200..205 there, before lesions are put in and out
  double volume_ml = 0.0, epicardial_fat_ml = 0.0;
  double blood_hu = 0.0, blood_noise_hu = 0.0; ///< in the descending aorta, image pixels
  std::vector<LesionDecision> lesions;         ///< from the lowest slice up
  Issues issues; ///< SEG-HEART-NONE, -ROOT, -CUT, -FAT, -UNGATED, -CONTRAST, -METAL, -NOISE, -UNCLEAR
};

/// Finds the heart in a CT in HU and decides for each bright lesion in the chest what it is. With contrast in the blood
/// no lesion is decided: blood is as bright as calcium.
/// \pre image runs in LPS order; `body` is find_body(image), `spine` find_vertebrae(image, body) or empty, `aorta`
/// find_aorta(image, body, ...) or empty
[[nodiscard]] HeartResult find_heart(const Volume<std::int16_t>& image, const Body& body, const SpineResult& spine,
                                     const AortaResult& aorta, Parallel parallel);

/// Label 51 on the image's grid.
[[nodiscard]] Volume<LabelId> paint_heart(const HeartResult& heart, const VolumeGeometry& image, Parallel parallel);

/// Labels 200..205 on the image's grid, so that scoring within them counts exactly the lesions decided coronary, each
/// in its artery, and within 205 those of the valve: every other voxel >= 130 HU is 0.
[[nodiscard]] Volume<LabelId> paint_coronaries(const HeartResult& heart, const Volume<std::int16_t>& image,
                                               Parallel parallel);

[[nodiscard]] LabelId artery_label(CoronaryArtery artery) noexcept; ///< 201..204

} // namespace osteocalc::segmentation
