// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/table.h"

#include <filesystem>

namespace osteocalc::cohort {

/// The file a table is named by: itself, or what stands before the colon of "results.sqlite:studies".
[[nodiscard]] std::filesystem::path table_file(const std::filesystem::path& source);

/// Reads a table by its ending: SAS transport (.xpt), SPSS (.sav, .zsav), Stata (.dta), SQLite ("file:table"), else
/// comma-separated text. Missing values of SAS, SPSS and Stata, also those declared by the file's author, are missing;
/// an empty text is missing. \throw IoError when it cannot be read, TableError for what it holds
[[nodiscard]] Table read_table(const std::filesystem::path& source);

} // namespace osteocalc::cohort
