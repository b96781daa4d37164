// SPDX-License-Identifier: Apache-2.0
#pragma once

// For .cpp files of this module only.
#include "osteocalc/report/json_values.h"
#include "osteocalc/study/study_result.h"

namespace osteocalc::report {

/// The "calcium" part of result.json.
[[nodiscard]] Json calcium_json(const study::StudyResult& result);

/// A percentile as result.json has it: a whole number, or text beyond the table's ends (">90", "<25").
[[nodiscard]] Json percentile_json(const std::optional<reference::Percentile>& percentile);

} // namespace osteocalc::report
