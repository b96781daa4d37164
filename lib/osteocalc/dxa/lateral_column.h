// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/dxa/spine_outline.h"

namespace osteocalc::dxa {

/// The column of bodies in a lateral image whose front is to the left.
struct LateralColumn {
  SpineOutline outline;  ///< left is the front of the bodies, right their back
  double clearness = 0;  ///< how much brighter it is than what lies beside it, of the image's bright parts
  double body_level = 0; ///< of the image's bright parts, in its unit
};

/// The smooth band as wide as a body whose strips all hold mineral while a wide band in front of it and a narrow one
/// behind it hold little: the canal, where the pedicles leave it dark.
[[nodiscard]] LateralColumn find_lateral_column(const Volume<float>& image);

[[nodiscard]] Volume<float> mirrored(const Volume<float>& image);

} // namespace osteocalc::dxa
