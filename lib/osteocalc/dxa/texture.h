// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/dxa/region.h"

namespace osteocalc::dxa {

/// Texture of a projection by its variogram. TBS-like: the same idea as the trabecular bone score, another scale; no
/// published cut-off applies.
struct VariogramTexture {
  double slope = 0;      ///< of log V over log distance at the origin
  double v_first_mm = 0; ///< the distances the line was fitted over
  double v_last_mm = 0;
};

/// V(k) = mean of (I(p) - I(q))^2 over pixels k apart along rows and columns, both in the region; the slope of its
/// log-log plot over the first few distances. Absent for regions of fewer than 200 pixels or without texture.
/// \cite hans2011
[[nodiscard]] std::optional<VariogramTexture> variogram_texture(const Volume<float>& image, const Region& region);

} // namespace osteocalc::dxa
