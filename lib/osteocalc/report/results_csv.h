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

/// results.csv: one row a study, sorted by key; columns are the union of the beds and levels that occur.
[[nodiscard]] std::string results_csv(std::vector<CohortRow> rows);

} // namespace osteocalc::report
