// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"
#include "osteocalc/cohort/model_frame.h"
#include "osteocalc/cohort/plan.h"

#include <string>

namespace osteocalc::cohort {

/// True for families that compare readings of one thing: icc, bland_altman, kappa.
[[nodiscard]] bool is_agreement(const std::string& family);

/// Agreement of the outcome with the terms, each a column of another reader or method on the same rows. Terms: the
/// coefficient ("icc_2_1", "kappa"); of Bland and Altman "bias", the limits and "slope", with the precision error (SD
/// of the differences over the root of 2) and the least significant change among the diagnostics.
/// \throw TableError as the estimators of agreement.h
[[nodiscard]] Model agreement_model(const ModelSpec& spec, const ModelFrame& frame);

/// Mantel and Haenszel's odds ratio of a first column of 0 and 1 over `strata` (empty = one stratum), as its logarithm;
/// test: breslow-day. \throw TableError when outcome or exposure is not 0 and 1, or the ratio is 0 or infinite
[[nodiscard]] Model mantel_haenszel_model(const ModelFrame& frame, const std::vector<double>& strata);

} // namespace osteocalc::cohort
