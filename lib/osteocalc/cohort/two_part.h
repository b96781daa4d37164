// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/bootstrap.h"
#include "osteocalc/cohort/model_frame.h"

#include <string>

namespace osteocalc::cohort {

struct TwoPart {
  Model any;           ///< logistic: is there any? (outcome > 0)
  Model amount;        ///< linear on ln(outcome) among those with some
  double smearing = 1; ///< mean of e^residual: turns e^(mean of ln) into a mean
  Model total;         ///< "log_ratio" and "difference" of the expected outcome for one more unit of the exposure
};

/// Two-part model of a score that is 0 in many: P(Y > 0) by logistic regression, ln Y by least squares where Y > 0,
/// E[Y] = P(Y > 0) e^(x b) S with Duan's smearing S. The total effect is over all rows, everybody's exposure one unit
/// higher against as it is, with a BCa interval.
/// \throw TableError for a negative outcome, as the parts do, or when the exposure is not in the frame
/// \cite Duan1983 \cite Cragg1971
[[nodiscard]] TwoPart fit_two_part(const ModelFrame& frame, const std::string& exposure, const Sampling& sampling = {},
                                   const BootstrapOptions& options = {}, Parallel parallel = {});

} // namespace osteocalc::cohort
