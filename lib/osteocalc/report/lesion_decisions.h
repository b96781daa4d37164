// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/segmentation/heart.h"

#include <string>
#include <vector>

namespace osteocalc::report {

/// lesion_decisions.csv: one row for every bright lesion of the chest, those that were rejected too: what it was taken
/// for, why and with what evidence ("name=value" pairs joined by ';').
[[nodiscard]] std::string lesion_decisions_csv(const std::vector<segmentation::LesionDecision>& lesions);

/// "coronary_lad" ..., as in bed and label names.
[[nodiscard]] std::string artery_name(segmentation::CoronaryArtery artery);

} // namespace osteocalc::report
