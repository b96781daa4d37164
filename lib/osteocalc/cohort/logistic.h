// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/likelihood.h"

namespace osteocalc::cohort {

/// Logistic regression of an outcome of 0 and 1; coefficients are log odds ratios. Under a survey design the
/// pseudo-likelihood with linearised errors (R's quasi-binomial). A column that separates the outcome is named in
/// issue MODEL-SEPARATION and gets no interval: use fit_firth. Diagnostics: auc, events_per_term; test:
/// hosmer-lemeshow (simple design, at least 10 distinct fitted values).
/// \throw TableError when the outcome is not 0 and 1, or is the same in every row
[[nodiscard]] Model fit_logistic(const ModelFrame& frame, const Sampling& sampling = {}, Parallel parallel = {1});

/// Firth's penalised logistic regression: finite under separation, less biased with few events. Intervals and p are
/// from the profile of the penalised likelihood, se from its curvature. \throw TableError as fit_logistic
/// \cite Firth1993 \cite HeinzeSchemper2002
[[nodiscard]] Model fit_firth(const ModelFrame& frame);

/// Area under the ROC curve: the share of pairs (one with, one without) that `score` orders rightly, ties half.
/// \pre equal lengths, outcome of 0 and 1 with both present
[[nodiscard]] double area_under_curve(std::span<const double> score, std::span<const double> outcome);

/// Observed against expected events in groups of equal size by fitted probability, chi-square with groups - 2.
/// \cite HosmerLemeshow1980
[[nodiscard]] ModelTest hosmer_lemeshow(std::span<const double> fitted, std::span<const double> outcome,
                                        std::size_t groups = 10);

/// Probability for every row of the frame, from the coefficients of its columns.
[[nodiscard]] std::vector<double> fitted_probabilities(const ModelFrame& frame, const Model& model);

/// \throw TableError when the outcome is not 0 and 1, or is the same in every row
void check_binary(const ModelFrame& frame);

} // namespace osteocalc::cohort
