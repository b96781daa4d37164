// SPDX-License-Identifier: Apache-2.0
#pragma once

// For .cpp files of this module only.
#include "osteocalc/bone/densitometry.h"
#include "osteocalc/report/json_values.h"

namespace osteocalc::report {

/// The "bone" object of osteocalc.study/1.
[[nodiscard]] Json to_json(const bone::BoneResult& result);

} // namespace osteocalc::report
