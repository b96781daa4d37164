// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calibration/calibration.h"

#include <filesystem>
#include <string>

namespace osteocalc::calibration {

/// A calibration.json (schema osteocalc.calibration/1). \throw CalibrationError when it cannot be read or used
[[nodiscard]] Calibration read_calibration(const std::filesystem::path& file);

/// The same as text: read_calibration() of it gives every number back exactly.
[[nodiscard]] std::string calibration_json(const Calibration& calibration);

/// \throw CalibrationError when it cannot be written
void write_calibration(const Calibration& calibration, const std::filesystem::path& file);

} // namespace osteocalc::calibration
