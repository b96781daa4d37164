// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/polygon.h"
#include "osteocalc/image/volume.h"

#include <vector>

namespace osteocalc::dxa {

struct DiscGap;

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

/// The edges of the bodies down the image, roughly: of all smooth lines beside the spine's middle the ones along which
/// mineral inside and soft tissue outside differ most.
[[nodiscard]] SpineOutline find_spine_outline(const Volume<float>& bone_g_cm2, double noise_g_cm2);

/// One vertebra's outline between two gaps: each side the line from disc to disc, hollowed like a waist, along which
/// mineral inside and soft tissue outside differ most over the whole height of the body. Processes stay outside.
[[nodiscard]] Polygon vertebra_outline(const Volume<float>& bone_g_cm2, double noise_g_cm2, const SpineOutline& outline,
                                       const DiscGap& above, const DiscGap& below);

} // namespace osteocalc::dxa
