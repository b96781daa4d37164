// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace osteocalc::reference {

/// A class with the name of the table it comes from.
struct BoneCategory {
  std::string level, table;
};

/// "normal", "low" or "osteoporosis" by the mean trabecular density of two lumbar vertebrae, mg/cm3. Not a T-score.
[[nodiscard]] BoneCategory spine_density_category(double mg_cm3);

/// "<=110", "111-135", "136-160" or ">160" by the HU of L1 at 120 kV, rounded to a whole number. \cite pickhardt2013
[[nodiscard]] BoneCategory l1_hu_category(double hu);

/// HU of L1 of people of an age.
struct L1Normative {
  double mean_hu = 0, sd_hu = 0;
  double sd_from_mean = 0; ///< of the HU given; among people of the same age, so neither a T-score nor a diagnosis
  std::string table;
};

/// Nothing for ages of which no mean and SD are published.
[[nodiscard]] std::optional<L1Normative> l1_normative(double hu, double age_years);

/// "source, edition" of the tables above, for the record.
[[nodiscard]] std::string bone_density_source();

} // namespace osteocalc::reference
