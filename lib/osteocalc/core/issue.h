// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace osteocalc {

/// How much an Issue matters: Info changes nothing, Warning goes with a value, Refused goes with a missing value.
enum class IssueLevel { Info, Warning, Refused };

[[nodiscard]] std::string_view to_string(IssueLevel level) noexcept;

/// One thing a reader of the result must know. Never holds an identifier of a person.
struct Issue {
  IssueLevel level = IssueLevel::Info;
  std::string rule;  ///< stable id, e.g. "IO-GAP"
  std::string where; ///< what it concerns: a series, a slice, a bed, a level
  std::string text;  ///< what is wrong (why it matters) what to do
};

using Issues = std::vector<Issue>;

[[nodiscard]] Issue info(std::string rule, std::string where, std::string text);
[[nodiscard]] Issue warning(std::string rule, std::string where, std::string text);
[[nodiscard]] Issue refused(std::string rule, std::string where, std::string text);

/// True when an issue with this rule is present.
[[nodiscard]] bool has_rule(const Issues& issues, std::string_view rule) noexcept;

/// Appends `more` to `issues`, keeping the order.
void append(Issues& issues, const Issues& more);

} // namespace osteocalc
