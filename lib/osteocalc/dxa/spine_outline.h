// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/polygon.h"
#include "osteocalc/image/volume.h"

#include <vector>

namespace osteocalc::dxa {

/// The column of vertebral bodies in an image of mineral seen from the front: one value a row, mm from the image's
/// left.
struct SpineOutline {
  std::vector<double> left_mm, right_mm;
  double row_mm = 1;

  [[nodiscard]] double height_mm() const { return row_mm * static_cast<double>(left_mm.size()); }
  [[nodiscard]] double left_at(double y_mm) const;
  [[nodiscard]] double right_at(double y_mm) const;
  [[nodiscard]] double center_at(double y_mm) const { return 0.5 * (left_at(y_mm) + right_at(y_mm)); }
};

/// The middle of a gap between two bodies, from edge to edge of the outline.
struct DiscGap {
  Vec2 left{}, right{};
  double half_height_mm = 0;
  double depth = 0; ///< how much less mineral there is than in the bodies beside it, 0..1

  [[nodiscard]] double y_mm() const { return 0.5 * (left[1] + right[1]); }
};

/// The edges of the bodies down the image, roughly: of all smooth lines beside the spine's middle the ones along which
/// mineral inside and soft tissue outside differ most.
[[nodiscard]] SpineOutline find_spine_outline(const Volume<float>& bone_g_cm2, double noise_g_cm2);

/// Gaps from above to below, a vertebra between each two. The midline is left out: spinous processes lie there.
[[nodiscard]] std::vector<DiscGap> find_disc_gaps(const Volume<float>& bone_g_cm2, const SpineOutline& outline);

/// One vertebra's outline between two gaps: each side the line from disc to disc, hollowed like a waist, along which
/// mineral inside and soft tissue outside differ most over the whole height of the body. Processes stay outside.
[[nodiscard]] Polygon vertebra_outline(const Volume<float>& bone_g_cm2, double noise_g_cm2, const SpineOutline& outline,
                                       const DiscGap& above, const DiscGap& below);

} // namespace osteocalc::dxa
