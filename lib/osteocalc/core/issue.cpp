// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/issue.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <utility>

namespace osteocalc {

std::string_view to_string(IssueLevel level) noexcept {
  switch (level) {
  case IssueLevel::Info:
    return "info";
  case IssueLevel::Warning:
    return "warning";
  case IssueLevel::Refused:
    return "refused";
  }
  return "info";
}

Issue info(std::string rule, std::string where, std::string text) {
  return {IssueLevel::Info, std::move(rule), std::move(where), std::move(text)};
}
Issue warning(std::string rule, std::string where, std::string text) {
  return {IssueLevel::Warning, std::move(rule), std::move(where), std::move(text)};
}
Issue refused(std::string rule, std::string where, std::string text) {
  return {IssueLevel::Refused, std::move(rule), std::move(where), std::move(text)};
}

bool has_rule(const Issues& issues, std::string_view rule) noexcept {
  return std::any_of(issues.begin(), issues.end(), [&](const Issue& issue) { return issue.rule == rule; });
}

void append(Issues& issues, const Issues& more) {
  issues.insert(issues.end(), more.begin(), more.end());
}

std::string Refusal::summary(const Issues& reasons) {
  std::string text;
  for (const Issue& reason : reasons)
    text += (text.empty() ? "" : "; ") + reason.text;
  return text;
}

} // namespace osteocalc
