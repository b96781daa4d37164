// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/dxa/dxa_result.h"
#include "osteocalc/image/dxa_report.h"

namespace osteocalc::dxa {

/// BMC and BMD x area may differ by half a percent, or by what the rounding of their printed digits can do.
inline constexpr double identity_tolerance = 0.005;

/// A scanner's numbers, checked and scored by the named reference: BMC = BMD x area must hold where all three are
/// given, else the site has no density (Issue DXA-IDENTITY: which of the three is wrong cannot be known). A density
/// that is missing is BMC / area. The scanner's own scores stand beside ours. A spine without a summary gets none by
/// averaging densities: only by BMC and area of its levels.
[[nodiscard]] DxaResult score_reported(const ReportedExam& exam, const ScoringContext& context);

} // namespace osteocalc::dxa
