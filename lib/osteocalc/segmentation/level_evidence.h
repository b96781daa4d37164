// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/spine_frame.h"

#include <array>
#include <optional>
#include <vector>

namespace osteocalc::segmentation {

/// What the surroundings of each vertebra say about its level. Vertebra k lies between disc k - 1 and disc k; there is
/// one vertebra more than discs. Sides: 0 right, 1 left.
struct LevelEvidence {
  std::vector<std::array<double, 2>> rib;      ///< 0..1: a rib leaves it on that side
  std::vector<std::array<double, 2>> rib_seen; ///< 0..1: share of the place where a rib would be that is in the image
  Line sacral_wing;                 ///< share of bone beside it where only a sacrum has any (the lesser of both sides)
  std::optional<double> sacrum_top; ///< the upper end of those wings, as a vertebra
  std::optional<double> lung_base;  ///< the lowest lung beside the spine, as a vertebra (1.5 = upper end of vertebra 1)
  std::optional<double> lung_apex;  ///< the highest
  std::optional<double> carina;     ///< where the trachea divides
  std::optional<double> heart_top;  ///< the upper end of a field of view that was laid round the heart alone
  bool lung_below = false, lung_above = false; ///< lung goes on beyond the lower or the upper end of what is in view
};

/// Share of bone 36-68 mm beside the spine at each s, the lesser of both sides: the wings of the sacrum.
[[nodiscard]] Line sacral_wings(const Volume<std::int16_t>& detail, const SpineFrame& frame, const TissueValues& tissue,
                                double bone_hu, Parallel parallel);

/// The upper end of the sacrum's wings, s in mm; 0 when no sacrum is in view.
[[nodiscard]] double sacrum_end(const Line& wings, const Line& depth_mm);

[[nodiscard]] LevelEvidence gather_level_evidence(const Volume<std::int16_t>& detail, const SpineFrame& frame,
                                                  const Line& discs, const Line& wings, double sacrum_end_s,
                                                  const Body& body, double bone_hu, Parallel parallel);

} // namespace osteocalc::segmentation
