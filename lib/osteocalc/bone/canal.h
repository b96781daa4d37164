// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/volume.h"

#include <cstdint>
#include <optional>

namespace osteocalc::bone {

/// The spinal canal of one vertebra seen along its axis, in the index space of the vertebra's own grid.
struct Canal {
  double center_x = 0, center_y = 0;
  double area_mm2 = 0;
  double front_y = 0; ///< its front edge at the midline: where the body ends
};

/// The hole that a whole vertebra encloses when looked at along its axis. Where the label is
/// up to 3 mm too small (gaps in its arch) or too large (the hole filled), the hole that it would have.
/// \param whole mask on a grid whose axes run left, back and up
[[nodiscard]] std::optional<Canal> find_canal(const Volume<std::uint8_t>& whole);

/// The part of a whole vertebra in front of its canal: the body, with the roots of the pedicles cut off.
[[nodiscard]] Volume<std::uint8_t> in_front_of(const Volume<std::uint8_t>& whole, const Canal& canal);

/// Removes all but the largest 6-connected part of a mask.
void keep_largest_part(Volume<std::uint8_t>& mask);

} // namespace osteocalc::bone
