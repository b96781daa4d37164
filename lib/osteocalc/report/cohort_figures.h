// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/analysis.h"

#include <string>

namespace osteocalc::report {

/// Exposure against ln(outcome + 1), ticks in scores, points by group, with the crude and the adjusted line. Past 4000
/// people 1 in k is drawn, and the figure says so.
[[nodiscard]] std::string cohort_scatter_svg(const cohort::CohortResult& result);

/// The slope per SD with its 95 % interval, crude above adjusted, against zero.
[[nodiscard]] std::string cohort_change_svg(const cohort::CohortResult& result);

} // namespace osteocalc::report
