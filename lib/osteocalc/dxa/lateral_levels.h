// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/dxa/aac_lateral.h"

namespace osteocalc::dxa {

/// The machine's proposal of the six points of each body that lies whole in a lateral image.
struct LateralLevels {
  std::vector<SixPointMark> marks; ///< from above to below; empty when L1 to L4 were not all found
  double level_confidence = 0;     ///< 0..1, of the names
  Issues issues;                   ///< AAC-NO-LEVELS (refused), AAC-LEVEL-DOUBT
};

/// The column of bodies is the smooth band of even mineral with least beside it, the gaps are find_disc_gaps' chain,
/// and each endplate is the line along which body and disc differ most. The front may be on either side. \param image
/// brighter is denser, rows from head to foot \pre spacing in mm
[[nodiscard]] LateralLevels find_lateral_levels(const Volume<float>& image);

} // namespace osteocalc::dxa
