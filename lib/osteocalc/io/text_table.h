// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::io {

/// Rows of cells, as any program exports them.
using TextRows = std::vector<std::vector<std::string>>;

/// Splits text into rows and cells: by comma, semicolon, tab or bar, whichever its lines share; quotes as in RFC 4180;
/// any line ends; UTF-8 with or without a byte order mark, UTF-16, Latin-1. Blank lines and a line "sep=;" are skipped,
/// cells lose the blanks around them.
[[nodiscard]] TextRows parse_text_table(std::string_view bytes);

/// The same from a file. \throw IoError when it cannot be read
[[nodiscard]] TextRows read_text_table(const std::filesystem::path& file);

} // namespace osteocalc::io
