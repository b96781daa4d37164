// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/analysis.h"

#include <filesystem>
#include <string>

namespace osteocalc::report {

/// The result as osteocalc.cohort/1. Nothing in it depends on time, host, folder or thread count; what was not
/// estimated is null.
[[nodiscard]] std::string cohort_json(const cohort::CohortResult& result);

/// The same to a file. \throw IoError
void write_cohort_json(const cohort::CohortResult& result, const std::filesystem::path& file);

} // namespace osteocalc::report
