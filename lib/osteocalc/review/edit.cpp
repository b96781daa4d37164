// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/edit.h"

namespace osteocalc::review {

std::string_view kind_of(const Action& action) noexcept {
  constexpr std::array<std::string_view, std::variant_size_v<Action>> kinds{
      "assign-lesion", "accept-lesion", "add-lesion",    "stroke",         "shift-levels",
      "place-volume",  "exclude-level", "use-level",     "outline-region", "remove-region",
      "exclude-site",  "use-site",      "mark-vertebra", "grade-wall",     "draw-calcium"};
  return kinds[action.index()];
}

std::vector<NumberChange> changes_between(const Numbers& before, const Numbers& after) {
  Numbers all = after;
  all.insert(before.begin(), before.end()); // names that are gone
  const auto value_in = [](const Numbers& numbers, const std::string& name) {
    const auto found = numbers.find(name);
    return found == numbers.end() ? std::optional<double>() : found->second;
  };
  std::vector<NumberChange> changes;
  for (const auto& [name, unused] : all)
    if (NumberChange change{name, value_in(before, name), value_in(after, name)}; change.before != change.after)
      changes.push_back(std::move(change));
  return changes;
}

std::string bed_in_words(LabelId to) {
  return to == 0 ? "rejected" : label_name(to);
}

std::optional<Vertebra> shifted(Vertebra level, int by) noexcept {
  const int renamed = static_cast<int>(level) + by;
  if (renamed < 0 || renamed > static_cast<int>(Vertebra::S1))
    return std::nullopt;
  return static_cast<Vertebra>(renamed);
}

} // namespace osteocalc::review
