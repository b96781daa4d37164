// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/analysis.h"

namespace osteocalc::cohort {

/// A slope in words: "score + 1 is 8.3 % lower per 1 SD higher bmd (31)", "odds of any are 0.910 times as high per
/// ...".
[[nodiscard]] std::string effect_text(const CohortResult& result, const FittedModel& model);

/// The same as a number with its interval, on the scale a reader compares: per cent, ratio, or the slope itself.
[[nodiscard]] std::string effect_number(const CohortResult& result, const FittedModel& model);

/// True when the model's outcome is ln(score + 1), so that its slope reads as per cent.
[[nodiscard]] bool reads_as_percent(const CohortResult& result, const FittedModel& model);

/// The result in sentences, adjusted before crude. They describe differences between people, never effects.
/// \pre the result's models are filled
[[nodiscard]] std::vector<std::string> findings(const CohortResult& result);

/// What a reader must know before believing them: no adjustment, a sign that flips, a slope mostly removed.
[[nodiscard]] Issues interpretation_issues(const CohortResult& result);

/// What the checks say against them: strata that turn, a single row that decides, a control that is not null.
[[nodiscard]] Issues check_issues(const CohortResult& result);

} // namespace osteocalc::cohort
