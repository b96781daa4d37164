// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/study/study_result.h"

#include <string>
#include <vector>

namespace osteocalc::report {

/// One analysed study of a cohort, under its key.
struct CohortRow {
  std::string study_key;
  study::StudyResult result;
};

/// Every study's bed under every variant: study, bed, variant, agatston, category.
[[nodiscard]] std::string variants_csv(const std::vector<CohortRow>& rows);

/// How a cohort's scores move with the variant: for each bed and variant the studies, the median and range of its ratio
/// to the reference (where that is above 0), the studies whose zero or positive finding changes, and those whose
/// category changes.
[[nodiscard]] std::string variant_summary_csv(const std::vector<CohortRow>& rows);

} // namespace osteocalc::report
