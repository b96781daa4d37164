// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/likelihood.h"

namespace osteocalc::cohort {

/// Proportional odds for ordered categories: logit P(Y <= k) = cut_k - x b. The outcome holds the categories as
/// numbers in their order. Terms: the slopes, then the cut points, named "0|1" by the categories on either side.
/// Tests: Brant's, of all slopes ("brant") and of each ("brant age"); a p below 0.05 raises MODEL-NOT-PROPORTIONAL.
/// Errors of the simple design are MASS::polr's (Hessian by differences), see use_difference_errors.
/// \throw TableError for fewer than 3 categories, or slopes that cannot be told apart
/// \cite McCullagh1980 \cite Brant1990
[[nodiscard]] Model fit_ordinal(const ModelFrame& frame, const Sampling& sampling = {}, Parallel parallel = {1});

/// Brant's test that the slopes of the logistic models P(Y > k) are the same for every cut k, jointly and by term.
/// Empty when one of these models has no finite estimate.
[[nodiscard]] std::vector<ModelTest> brant_tests(const ModelFrame& frame);

} // namespace osteocalc::cohort
