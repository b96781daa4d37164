// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/study/analyze.h"

namespace osteocalc::study {

/// high_calcium: coronary Agatston, else abdominal by the user's cut-off. low_bone: L1-L2 density when calibrated, else
/// L1 HU at 120 kVp, else the lowest T of DXA. What cannot be decided stays absent.
[[nodiscard]] Paradox classify_paradox(const StudyResult& result, const ParadoxOptions& options);

} // namespace osteocalc::study
