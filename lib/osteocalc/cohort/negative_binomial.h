// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/likelihood.h"

namespace osteocalc::cohort {

/// Counts (AAC-24) that vary more than Poisson's: E[Y] = e^(x b), Var[Y] = mu + mu^2 / theta. Terms: log rate ratios,
/// then "theta". As is usual, the coefficients' errors hold theta fixed (the two are orthogonal).
/// Issue MODEL-POISSON when theta grows without end: the counts vary no more than Poisson's.
/// \throw TableError when the outcome is not a count \cite Lawless1987
[[nodiscard]] Model fit_negative_binomial(const ModelFrame& frame, const Sampling& sampling = {},
                                          Parallel parallel = {1});

/// As above, but some people cannot have any: a zero comes from them with probability logit^-1(z g), else from the
/// counts. `frame` explains the counts, `zeros` (same rows) who they are. Terms: "count_...", "zero_...", "Log(theta)".
/// Errors of the simple design are pscl::zeroinfl's (Hessian by differences), see use_difference_errors.
/// \throw TableError when the outcome is not a count, or has no zero \cite Lambert1992
[[nodiscard]] Model fit_zero_inflated(const ModelFrame& frame, const ModelFrame& zeros, const Sampling& sampling = {},
                                      Parallel parallel = {1});

} // namespace osteocalc::cohort
