// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/dxa/aac.h"
#include "osteocalc/image/label_map.h"

#include <cstdint>

namespace osteocalc::dxa {

/// The walls' calcified lengths as a lateral image would show them, from a CT scan: calcium of at least 130 HU in the
/// aorta, in front of or behind its middle in each slice, against levels that end at the middles of the discs. Levels
/// whose neighbours are not labelled end at their own body. \pre hu and labels on one grid in LPS order
[[nodiscard]] std::vector<WallCalcium> wall_calcium_from_ct(const Volume<std::int16_t>& hu,
                                                            const Volume<LabelId>& labels, Parallel parallel);

} // namespace osteocalc::dxa
