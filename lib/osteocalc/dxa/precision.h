// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace osteocalc::dxa {

/// Precision of repeated measurements of several people, and the change that is no chance at 95 %.
struct Precision {
  int people = 0, degrees_of_freedom = 0;
  double rms_sd = 0;         ///< root mean square of the people's SDs, in the measurement's unit
  double rms_cv_percent = 0; ///< the same of their SD over their mean
  double lsc = 0;            ///< least significant change, 2.77 rms_sd
  bool enough = false;       ///< 30 degrees of freedom: 15 people three times, 30 twice
};

/// \param repeats one list a person \throw ConfigError when a person has fewer than two measurements, or none is given
/// \cite baim2005
[[nodiscard]] Precision precision_of(const std::vector<std::vector<double>>& repeats);

/// The factor on the LSC of L1-L4 when only so many vertebrae are left: 1.07, 1.24, 1.65 for 3, 2, 1 of scans on one
/// day; 1.39, 1.60, 2.12 on different days. \pre 1 <= vertebrae <= 4
enum class RepeatDays { Same, Different };
[[nodiscard]] double lsc_factor(int vertebrae, RepeatDays days);

} // namespace osteocalc::dxa
