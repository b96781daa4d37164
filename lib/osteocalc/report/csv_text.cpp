// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/csv_text.h"

#include <fmt/format.h>

namespace osteocalc::report {

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos)
    return std::string(text);
  std::string quoted = "\"";
  for (const char c : text)
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_number(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "";
}

} // namespace osteocalc::report
