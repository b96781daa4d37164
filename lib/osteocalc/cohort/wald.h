// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"

#include <string>
#include <vector>

namespace osteocalc::cohort {

/// Whether all the named coefficients are 0. Chi-square; where the terms have t, Wald's statistic over the number of
/// coefficients as F with that number and model.df (under a survey too, as R's regTermTest).
/// \pre the model has a covariance. \throw TableError for an unknown term
[[nodiscard]] ModelTest joint_test(const Model& model, const std::string& name, const std::vector<std::string>& terms);

/// A sum of coefficients times `weights` with its error: the slope among women in a model with bmd and bmd:female.
[[nodiscard]] Term combination(const Model& model, const std::string& name, const std::vector<std::string>& terms,
                               const std::vector<double>& weights);

/// Whether independent estimates of the same slope (one a stratum) differ: Cochran's Q.
[[nodiscard]] ModelTest heterogeneity(const std::vector<Term>& estimates);

/// The mean of independent estimates weighted by their precision.
[[nodiscard]] Term pooled_estimate(const std::vector<Term>& estimates);

} // namespace osteocalc::cohort
