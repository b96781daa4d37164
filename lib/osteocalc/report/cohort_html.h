// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/analysis.h"

#include <filesystem>
#include <string>

namespace osteocalc::report {

/// The result as one page that needs nothing else: the main finding first, then crude beside adjusted, the figures, who
/// was left out and why, Table 1, the doubts, every model, the methods, the STROBE checklist.
[[nodiscard]] std::string cohort_html(const cohort::CohortResult& result);

/// Writes cohort.json, cohort.html, plan.toml, figures/*.svg and *.png, tables/*.csv and tables/cohort.xlsx below
/// `folder`. \throw IoError
void write_cohort_report(const cohort::CohortResult& result, const std::filesystem::path& folder);

} // namespace osteocalc::report
