// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"

#include <span>
#include <vector>

namespace osteocalc::cohort {

/// Benjamini and Hochberg's q of each p, in the order given: the false discovery rate at which it is still found.
/// \cite BenjaminiHochberg1995
[[nodiscard]] std::vector<double> false_discovery_rates(std::span<const double> p);

/// How strongly an unmeasured confounder would have to go with both exposure and outcome to explain a risk ratio.
struct EValue {
  double estimate = 1;
  double limit = 1; ///< of the interval's end nearer to 1; 1 when the interval covers it
};

/// \pre ratio > 0; the interval holds it \cite VanderWeeleDing2017
[[nodiscard]] EValue e_value_risk_ratio(double ratio, double ci_low, double ci_high);

/// From a logistic term: the odds ratio stands for the risk ratio when the outcome is rare (15 % or less), else its
/// square root does. \pre the term has an interval
[[nodiscard]] EValue e_value_odds_ratio(const Term& term, double outcome_share);

/// From a linear term: the slope per SD of the outcome d stands for a risk ratio of e^(0.91 d), and each end of the
/// term's own interval likewise. \pre sd > 0; the term has an interval
[[nodiscard]] EValue e_value_difference(const Term& term, double outcome_sd);

} // namespace osteocalc::cohort
