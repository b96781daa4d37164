// SPDX-License-Identifier: Apache-2.0
#pragma once

// For .cpp files of this module only: what several JSON writers share.
#include "osteocalc/core/issue.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace osteocalc::report {

using Json = nlohmann::ordered_json;

/// null where there is no value: a missing value is never 0.
template <class T>
[[nodiscard]] Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

[[nodiscard]] Json to_json(const Issues& issues);

/// What is written. Names of files may be in any encoding: bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] inline std::string json_text(const Json& json, int indent = 2) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace osteocalc::report
