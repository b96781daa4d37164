// SPDX-License-Identifier: Apache-2.0
#pragma once

// For .cpp files of this module only: what the calibration file and the store have in common.
#include "osteocalc/calibration/calibration.h"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace osteocalc::calibration {

using Json = nlohmann::ordered_json;

[[nodiscard]] Json to_json(const ScannerKey& key);
[[nodiscard]] ScannerKey scanner_from(const Json& json);
[[nodiscard]] Json to_json(const Calibration& calibration);

/// \param where names the file in messages \throw CalibrationError, nlohmann::json::exception
[[nodiscard]] Calibration calibration_from_json(const Json& json, const std::string& where);

/// \throw CalibrationError when the file cannot be read or is no JSON
[[nodiscard]] Json parsed_file(const std::filesystem::path& file);

/// Writes beside the file and renames, so that a reader never sees half of it. \throw CalibrationError
void write_text(const std::filesystem::path& file, const std::string& text);

} // namespace osteocalc::calibration
