// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/table.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace osteocalc::cohort {

/// Reads comma-separated text with a header line: quotes as in RFC 4180, a byte order mark, any line ends, blank lines
/// skipped. Empty, NA, null and NaN cells are missing. A column is numeric when each of its other cells is a number;
/// codes that a number would change (007, more than 15 digits) keep it text.
/// \throw TableError naming table, line and column
[[nodiscard]] Table parse_csv(std::string_view text, std::string name);

/// The same from a file; the table is named after it. \throw IoError when it cannot be read
[[nodiscard]] Table read_csv(const std::filesystem::path& file);

} // namespace osteocalc::cohort
