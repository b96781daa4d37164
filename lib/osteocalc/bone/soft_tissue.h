// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/bone/vertebral_body.h"

namespace osteocalc::bone {

/// Muscle and fat on the slice through the middle of L3: context for a density, not a diagnosis.
struct SoftTissue {
  std::optional<double> muscle_cm2; ///< back muscles and psoas, -29..150 HU; absent where they are not labelled
  double fat_cm2 = 0;               ///< all fat of the body on the slice, -190..-30 HU
  int slice = 0;                    ///< z index
};

/// Nothing where L3 was not found, or where the body reaches the slice's left or right edge: its fat would be cut.
/// \param labels TotalSegmentator's: muscles 86 to 89 (autochthonous left, right, iliopsoas left, right)
[[nodiscard]] std::optional<SoftTissue> soft_tissue_at_l3(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                                                          const std::vector<BodyFinding>& bodies);

} // namespace osteocalc::bone
