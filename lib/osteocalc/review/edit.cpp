// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/edit.h"

namespace osteocalc::review {

std::string_view kind_of(const Action& action) noexcept {
  constexpr std::array<std::string_view, std::variant_size_v<Action>> kinds{
      "assign-lesion", "accept-lesion", "add-lesion",    "stroke",
      "shift-levels",  "place-volume",  "exclude-level", "use-level"};
  return kinds[action.index()];
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
