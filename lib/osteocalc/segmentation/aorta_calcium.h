// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"

#include <cstdint>

namespace osteocalc::segmentation {

inline constexpr int aortic_calcium_hu = 130;

/// A limit between two segments is known to some millimetres only and splits no plaque: joined calcium of at most 20 mm
/// height that lies in several segments gets the label of the one that holds most of it (of equals the upstream one).
/// Longer calcium stays divided.
/// \param labels 211..214, 65, 66 and 0 \pre both lie on one grid
void join_divided_calcium(const Volume<std::int16_t>& image, Volume<LabelId>& labels, Parallel parallel);

} // namespace osteocalc::segmentation
