// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::reference {

/// "Hologic", "GE Lunar" or "Norland" from however a header or a user writes the manufacturer; nothing when unknown.
[[nodiscard]] std::optional<std::string> dxa_manufacturer(std::string_view text);

/// Whose density is compared. What is not known is absent.
struct DxaPerson {
  std::optional<Sex> sex;
  std::optional<double> age_years;
  std::optional<bool> postmenopausal; ///< of women; absent: from 50 years on
  std::string race;                   ///< "" = not known
};

/// T and Z of one site, or why there is none.
struct DxaScores {
  std::optional<double> t_score, z_score;
  std::string t_reason, z_reason;      ///< when absent
  std::optional<std::string> category; ///< "normal", "low", "osteoporosis"; or "below expected", "within expected"
  std::string category_reason;         ///< when absent
  std::string reference;               ///< the table's name
};

inline constexpr std::string_view default_dxa_reference = "nhanes3-female-white";

/// T = (density - mean of young adults) / SD, Z the same among people of that age and sex; the category only where it
/// was defined for: WHO's by T of the neck, the total hip and L1-L4 of women past menopause and men from 50 on, ISCD's
/// by Z of younger people. \param manufacturer one of dxa_manufacturer(); "" = not known
/// \throw ConfigError when there is no table of that name, naming those there are \cite who1994 iscd2019
[[nodiscard]] DxaScores dxa_scores(std::string_view reference, std::string_view site, double abmd_g_cm2,
                                   const DxaPerson& person, std::string_view manufacturer);

[[nodiscard]] std::vector<std::string> dxa_references();
/// "name: source, edition", for the record. \throw ConfigError as above
[[nodiscard]] std::string dxa_reference_source(std::string_view reference);

} // namespace osteocalc::reference
