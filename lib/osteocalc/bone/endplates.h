// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/vertebral_body.h"

#include <optional>

namespace osteocalc::bone {

/// The two endplates of a body, in the index space of its own grid (axes left, back, up).
struct Endplates {
  Vec3 center_index{};        ///< half-way between the endplates, amid the body
  Vec3 normal_index{0, 0, 1}; ///< mean of the two endplates' normals, unit length, towards the head
  BodyHeights heights;
};

/// Planes through the upper and lower ends of the body's columns (its inner part, so that the rims' osteophytes do not
/// tilt them), refitted once without outliers. Nothing when the body has no inner part.
[[nodiscard]] std::optional<Endplates> fit_endplates(const Volume<std::uint8_t>& body);

} // namespace osteocalc::bone
