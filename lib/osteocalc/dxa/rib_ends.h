// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/dxa/wall_ridges.h"

namespace osteocalc::dxa {

/// How much a rib that ends there would stand out, at each place of the round end it would have; 0 where none is
/// likely. The rim of a rib's end runs along the spine as a plaque does, and is one line only to a filter that does not
/// see the rib behind it. \param forwards sign of x towards the front of the body \param least below which nothing is a
/// rib, in the image's unit
[[nodiscard]] Volume<float> rib_end_map(const Volume<float>& image, const InFront& in_front, int forwards,
                                        double least);

} // namespace osteocalc::dxa
