// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/densitometry.h"
#include "osteocalc/calcium/noise.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace osteocalc::study {

/// HU of the aorta's blood, away from its wall and its calcium.
struct BloodPool {
  std::optional<double> median_hu;           ///< absent when no aorta is labelled or none of it lies 4 mm within
  std::optional<calcium::TissueNoise> noise; ///< within slices, robust against plaque; absent for few pixels
  std::vector<std::optional<double>> slice_median_hu; ///< by slice; absent where fewer than 50 pixels are blood
};

/// Aortic voxels at least 4 mm inside the label, on every slice's own plane.
[[nodiscard]] BloodPool measure_blood_pool(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                                           Parallel parallel);

/// What the aorta's blood says of contrast in bone: above 100 HU there is some, above 200 HU the phase is arterial.
[[nodiscard]] bone::ContrastPhase contrast_phase(const BloodPool& blood) noexcept;

} // namespace osteocalc::study
