// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"

#include <span>

namespace osteocalc::cohort {

/// One odds ratio over strata (age bands), and whether the strata share it.
struct MantelHaenszel {
  Term odds_ratio; ///< estimate and interval on the ratio's own scale; se is of its logarithm (Robins, Breslow and
                   ///< Greenland); statistic is chi-square without continuity correction
  ModelTest homogeneity;  ///< Breslow and Day's
  std::size_t strata = 0; ///< those with both exposures and both outcomes; others say nothing about the ratio
};

/// \pre equal lengths; exposure and outcome of 0 and 1
/// \throw TableError when no stratum has both, or the odds ratio is 0 or infinite
/// \cite MantelHaenszel1959 \cite BreslowDay1980
[[nodiscard]] MantelHaenszel mantel_haenszel(std::span<const double> exposure, std::span<const double> outcome,
                                             std::span<const double> stratum);

} // namespace osteocalc::cohort
