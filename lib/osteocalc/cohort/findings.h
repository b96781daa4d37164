// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/analysis.h"

namespace osteocalc::cohort {

/// The result in sentences, adjusted before crude. They describe differences between people, never effects.
/// \pre the result's models are filled
[[nodiscard]] std::vector<std::string> findings(const CohortResult& result);

/// What a reader must know before believing them: no adjustment, a sign that flips, a slope mostly removed.
[[nodiscard]] Issues interpretation_issues(const CohortResult& result);

} // namespace osteocalc::cohort
