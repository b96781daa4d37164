// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/analysis.h"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace osteocalc::report {

/// A cell: text, or a number that may be missing.
using SheetCell = std::variant<std::string, std::optional<double>>;

struct Sheet {
  std::string name;
  std::vector<std::string> header;
  std::vector<std::vector<SheetCell>> rows;
};

/// models (one row a term), flow, table1, missing, specifications, issues.
[[nodiscard]] std::vector<Sheet> cohort_sheets(const cohort::CohortResult& result);

/// tables/<name>.csv for each, and tables/cohort.xlsx with one sheet each. \throw IoError
void write_cohort_tables(const std::vector<Sheet>& sheets, const std::filesystem::path& folder);

} // namespace osteocalc::report
