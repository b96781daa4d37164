// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"

#include <cstdint>

namespace osteocalc {

/// Thin slices averaged to thicker ones as a scanner would reconstruct them: a box of `thickness_mm` along the slices'
/// normal, the boxes side by side from the lowest slice up. What is left over at the top is dropped. HU are rounded
/// down. \pre thickness_mm >= the increment \throw GeometryError the scan is thinner than one such slice
[[nodiscard]] Volume<std::int16_t> combine_slices(const Volume<std::int16_t>& hu, double thickness_mm,
                                                  Parallel parallel);

/// Labels on the same thicker slices: the label that fills most of the box; on equal terms the smaller one.
[[nodiscard]] Volume<LabelId> combine_slices(const Volume<LabelId>& labels, double thickness_mm, Parallel parallel);

/// The same for the thick slices low..high alone, after labels changed. \param thick what combine_slices() gave
void combine_again(const Volume<LabelId>& labels, double thickness_mm, int low, int high, Parallel parallel,
                   Volume<LabelId>& thick);

} // namespace osteocalc
