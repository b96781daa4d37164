// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace osteocalc::report {

/// Writes `text` to `file`, making its folder. \throw IoError when it cannot be written in full
void write_text_file(const std::filesystem::path& file, std::string_view text);

} // namespace osteocalc::report
