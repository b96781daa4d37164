// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/plan.h"

namespace osteocalc::cohort {

/// Writes out what [progression] asks, as variables and models like any others.
/// Variables: calcium_sqrt_per_year (square root of the volume, mm^1.5), calcium_log_per_year (ln(volume + 1)),
/// calcium_progressed (Hokanson: the roots differ by at least 2.5 mm^1.5, more than repeated scans show),
/// bone_percent_per_year (negative = lost), bone_lost (beyond the least significant change).
/// Models: progression_sqrt and progression_log on the bone's change, progression_hokanson on its loss, the same within
/// either arm, and arm_sqrt and arm_hokanson, which ask whether the treated progress otherwise.
/// \pre plan.progression is set \throw ConfigError when the plan already uses one of these names
/// \cite Hokanson2004
void expand_progression(Plan& plan);

} // namespace osteocalc::cohort
