// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/plan.h"
#include "osteocalc/cohort/table.h"
#include "osteocalc/core/issue.h"

namespace osteocalc::cohort {

/// Holds columns against what they are measured in: those of [units], and those whose name ends in a unit as `batch`
/// writes them (age_years, L1_hu, L1_bmd_mg_cm3, abmd_hip_g_cm2, kvp_kv, aac24, whole_agatston, ..._volume_mm3).
/// Returns COHORT-UNIT for a named column with values that its unit does not allow.
/// \throw TableError naming column, rows and value when a range declared in the plan is left, or the column is not
/// there or holds text
[[nodiscard]] Issues check_units(const Table& table, const Plan& plan);

} // namespace osteocalc::cohort
