// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"
#include "osteocalc/cohort/model_frame.h"
#include "osteocalc/cohort/sampling.h"
#include "osteocalc/core/parallel.h"

namespace osteocalc::cohort {

enum class Errors {
  Classical, ///< one residual variance for all rows
  Hc3        ///< a variance for each row, e_i^2 / (1 - h_i)^2: valid when the spread changes along the line
};

/// Ordinary least squares; p and intervals from t with n - k degrees of freedom.
/// \throw TableError naming the column when it is a linear combination of those before it, when the outcome does not
/// vary, or (HC3) when one row alone fixes a coefficient
/// \cite MacKinnonWhite1985
[[nodiscard]] Model fit_linear(const ModelFrame& frame, Errors errors);

/// Weighted least squares under a sampling design. Survey: linearised errors, t with the design's degrees of freedom
/// less the slopes. Clustered: the sandwich between clusters times G/(G-1) and (n-1)/(n-k), t with n - k. Simple:
/// classical errors with the rows' weights. A million rows need no copy of the columns.
/// \throw TableError naming a column that is a combination of those before it \cite Binder1983
[[nodiscard]] Model fit_linear(const ModelFrame& frame, const Sampling& sampling, Parallel parallel = {1});

} // namespace osteocalc::cohort
