// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/likelihood.h"

namespace osteocalc::cohort {

/// A normal linear model of which values at or below `limit` are only known to be no higher (ln(score + 1) at 0).
/// Terms: the coefficients and "Log(scale)"; scale is the residual standard deviation. Diagnostic: censored_share.
/// Newton's method in Olsen's coordinates (b / s, 1 / s), in which the likelihood has a single maximum.
/// \throw TableError when fewer than two rows lie above the limit \cite Tobin1958 \cite Olsen1978
[[nodiscard]] Model fit_tobit(const ModelFrame& frame, double limit = 0, const Sampling& sampling = {},
                              Parallel parallel = {1});

/// Mean of what is seen, max(Y, limit), when Y is normal around `predictor` (x b) with standard deviation `scale`.
[[nodiscard]] double censored_mean(double predictor, double scale, double limit = 0);

} // namespace osteocalc::cohort
