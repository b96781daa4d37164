// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"

#include <span>
#include <vector>

namespace osteocalc::cohort {

/// Pearson's r: t with n - 2 degrees of freedom, interval on Fisher's scale. \pre equal lengths
/// \throw TableError for fewer than 4 pairs, or when x or y does not vary
[[nodiscard]] Term pearson(std::span<const double> x, std::span<const double> y);

/// Kendall's tau-b, which divides by the pairs tied in neither: z from the variance under independence with the ties'
/// correction, interval by Bonett and Wright on Fisher's scale. In O(n log n). Preconditions and errors as pearson.
/// \cite Kendall1970 \cite BonettWright2000
[[nodiscard]] Term kendall(std::span<const double> x, std::span<const double> y);

/// Pearson's r between what the covariates leave of x and of y (least squares with intercept): t with n - 2 - k degrees
/// of freedom, interval on Fisher's scale with n - 3 - k. With `covariates` columns of any number.
/// \throw TableError as pearson, or when the covariates explain x or y entirely
[[nodiscard]] Term partial_correlation(std::span<const double> x, std::span<const double> y,
                                       const std::vector<std::vector<double>>& covariates);

/// The same between ranks, with the covariates ranked too (an indicator keeps its meaning); the interval widened as
/// Bonett and Wright's for Spearman's rho.
[[nodiscard]] Term partial_rank_correlation(std::span<const double> x, std::span<const double> y,
                                            const std::vector<std::vector<double>>& covariates);

} // namespace osteocalc::cohort
