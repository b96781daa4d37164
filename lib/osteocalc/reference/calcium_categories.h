// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::reference {

/// A score's level under one scheme.
struct CalciumCategory {
  std::string scheme; ///< "classic", "guideline", "cac-drs"
  std::string level;  ///< "1-99", "A2/N3"
};

/// The coronary score under every scheme, by the score rounded to a whole number; above 0 it is never level 0.
/// \param vessels of LM, LAD, LCX, RCA with calcium, for CAC-DRS' N; absent: its A alone \cite hecht2018
[[nodiscard]] std::vector<CalciumCategory> coronary_categories(double agatston, std::optional<int> vessels);

/// How likely severe aortic stenosis is by the valve's score: "unlikely", "undecided", "likely", "very likely".
/// ratio: score over the sex's bound of "likely".
struct ValveCategory {
  std::string level;
  double ratio = 0;
};
[[nodiscard]] ValveCategory aortic_valve_category(double agatston, Sex sex);

/// "source, edition" of the tables above, for the record.
[[nodiscard]] std::string coronary_categories_source();
[[nodiscard]] std::string aortic_valve_source();

} // namespace osteocalc::reference
