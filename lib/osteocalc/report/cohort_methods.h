// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/analysis.h"

#include <string>
#include <vector>

namespace osteocalc::report {

/// The methods section in paragraphs, from the plan and what the fitting had to do.
[[nodiscard]] std::vector<std::string> cohort_methods(const cohort::CohortResult& result);

/// An item of the STROBE checklist for cross-sectional studies: where the page fills it, or what the author must write.
struct StrobeItem {
  std::string number, topic, text;
  bool filled = false;
};
[[nodiscard]] std::vector<StrobeItem> strobe_checklist(const cohort::CohortResult& result);

} // namespace osteocalc::report
