// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"

#include <span>
#include <vector>

namespace osteocalc::cohort {

/// Ranks 1..n in the order of `values`; ties share the mean of their ranks.
[[nodiscard]] std::vector<double> midranks(std::span<const double> values);

/// Product-moment correlation, -1..1. \pre equal lengths of at least 2. \throw TableError when x or y does not vary
[[nodiscard]] double pearson_correlation(std::span<const double> x, std::span<const double> y);

/// Spearman's rho: Pearson's correlation of the midranks, p from t with n - 2 degrees of freedom, interval by Bonett
/// and Wright on Fisher's scale. At rho = +-1 statistic and interval are undefined and stay empty. \pre equal lengths.
/// \throw TableError for fewer than 4 pairs, or when x or y does not vary \cite BonettWright2000
[[nodiscard]] Term spearman(std::span<const double> x, std::span<const double> y);

} // namespace osteocalc::cohort
