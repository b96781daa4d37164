// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/multiplicity.h"
#include "osteocalc/cohort/plan_models.h"

#include <optional>

namespace osteocalc::cohort {

/// The E-value of a model's exposure with its own interval. Linear: per SD of the outcome (weighted as the model is);
/// odds ratios by the (weighted) share with the outcome; rate ratios as risk ratios. Empty for other families, splines
/// and slopes without an interval.
[[nodiscard]] std::optional<EValue> e_value_of(const PlanData& data, const FittedModel& fitted);

} // namespace osteocalc::cohort
