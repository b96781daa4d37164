// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/score.h"

#include <cstdint>
#include <vector>

namespace osteocalc::benchmark {

inline constexpr int width = 512;
inline constexpr double pixel_mm = 0.7, increment_mm = 1.25;

/// A chest with ribs, vertebrae, noise (SD 18 HU) and plaques, 512 x 512 pixels a slice; the same for a seed.
[[nodiscard]] Volume<std::int16_t> synthetic_chest(int slices, std::uint32_t seed);

/// Labels as a segmentation leaves them: aorta in three parts, coronary territory with its four arteries, valve.
[[nodiscard]] Volume<LabelId> synthetic_labels(int slices);

/// The beds of those labels: the whole, each part, and sums that overlap.
[[nodiscard]] std::vector<calcium::Region> synthetic_beds();

/// Tissue with `count` blocks of 2 x 2 pixels of 300 HU spread evenly over 400 slices.
[[nodiscard]] Volume<std::int16_t> blocks(int count);

} // namespace osteocalc::benchmark
