// SPDX-License-Identifier: Apache-2.0
#pragma once

// For .cpp files of this module only: edits and values as JSON.
#include "osteocalc/review/review.h"

#include <nlohmann/json.hpp>

namespace osteocalc::review {

using Json = nlohmann::ordered_json;

template <class T>
[[nodiscard]] Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

[[nodiscard]] Json to_json(const Edit& edit);
/// \throw Error unknown kinds, levels, or values out of range; Json::exception where keys are missing
[[nodiscard]] Edit edit_from(const Json& json);

/// {"calcium":{"beds":[..]},"bone":{"vertebrae":[..],"summary":{..}},"paradox":{..}} with the keys of result.json.
[[nodiscard]] Json values_json(const study::StudyResult& values, int level_shift);

} // namespace osteocalc::review
