// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/dxa/attenuation_model.h"

#include <string>
#include <string_view>

namespace osteocalc::dxa {

/// A scanner's calibration, schema "osteocalc.dxa_calibration/1": either
///   "mass_attenuation": {"bone": {"low_cm2_g": .., "high_cm2_g": ..}, "lean": {..}, "fat": {..}}  (lean, fat optional)
/// or the steps of a wedge or of references,
///   "steps": [[lean_g_cm2, fat_g_cm2, bone_g_cm2, low, high], ..]  (attenuation -ln(I / I0) last).
/// \throw ConfigError with the key that is missing or wrong; CalibrationError as AttenuationModel
[[nodiscard]] AttenuationModel parse_calibration(std::string_view json);

} // namespace osteocalc::dxa
