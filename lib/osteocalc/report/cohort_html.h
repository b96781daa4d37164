// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/analysis.h"

#include <filesystem>
#include <string>

namespace osteocalc::report {

/// The result as one page that needs nothing else: the main finding first, then crude beside adjusted, the figures, who
/// was left out and why, every model, and the methods.
[[nodiscard]] std::string cohort_html(const cohort::CohortResult& result);

/// Writes cohort.json, cohort.html, figures/scatter.svg and figures/change.svg below `folder`. \throw IoError
void write_cohort_report(const cohort::CohortResult& result, const std::filesystem::path& folder);

} // namespace osteocalc::report
