// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"
#include "osteocalc/cohort/model_frame.h"

#include <span>
#include <string>
#include <vector>

namespace osteocalc::cohort {

enum class MixedCriterion {
  Reml, ///< restricted likelihood: variances without the bias of estimating the slopes; the default for reporting
  Ml    ///< plain likelihood: to compare models with different slopes
};

/// Linear mixed model with a random intercept per group: levels within patients, patients within hospitals.
/// Terms are the slopes; t with the containment degrees of freedom of Pinheiro and Bates (a column that is the same
/// throughout every group has those between groups). Diagnostics: sd_group, sd_residual, icc, groups. scale =
/// sd_residual. Issue MODEL-NO-GROUPING when groups differ no more than chance: the model is then least squares. \throw
/// TableError for one group, groups of one row each, or a column that is a combination of others \cite LairdWare1982
/// \cite PinheiroBates2000
[[nodiscard]] Model fit_random_intercept(const ModelFrame& frame, std::span<const double> groups,
                                         MixedCriterion criterion = MixedCriterion::Reml);

/// Splits a column into its group mean "x (between)" and each row's departure from it "x (within)", so that the slope
/// between patients cannot pass for the slope within one. \throw TableError when there is no such column
/// \cite Mundlak1978
[[nodiscard]] ModelFrame split_within_between(const ModelFrame& frame, const std::string& column,
                                              std::span<const double> groups);

} // namespace osteocalc::cohort
