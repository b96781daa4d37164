// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace osteocalc::report {

/// A field as RFC 4180 wants it: quoted where it holds a comma, quote or line break.
[[nodiscard]] std::string csv_field(std::string_view text);

/// The shortest text that reads back as the same number; empty for a missing value.
[[nodiscard]] std::string csv_number(const std::optional<double>& value);

} // namespace osteocalc::report
