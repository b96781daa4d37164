// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/image/ct_image.h"
#include "osteocalc/image/label_map.h"
#include "osteocalc/study/study_result.h"

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace osteocalc::app {

/// Where a scan's densities get their line from.
struct CalibrationSource {
  /// raw, internal[:METHOD], phantom:NAME|auto, store:FILE, published:NAME or the path of a calibration.json
  std::string text = "raw";
  std::string date;             ///< of the scan, for a store; empty: the header's
  std::optional<double> kvp_kv; ///< instead of the header's
};
void add_calibration_options(CLI::App& app, CalibrationSource& source);

/// Reads what can be read before the scan is: a wrong name or file costs no minutes.
/// \throw ConfigError, CalibrationError, IoError
void check_calibration(const CalibrationSource& source);

/// What the scan's header says that a calibration depends on.
[[nodiscard]] calibration::ScannerKey scanner_key(const CtImage& image);

/// A calibration and, where it was made in the scan itself, what from.
struct ScanCalibration {
  calibration::Calibration calibration;
  study::CalibrationEvidence evidence;
};

/// \param labels wholes and parts on the image's grid: internal calibration samples by them
/// \throw Refusal, CalibrationError, ConfigError
[[nodiscard]] ScanCalibration calibration_for(const CalibrationSource& source, const CtImage& image,
                                              const LabelMap& labels, Parallel parallel);

} // namespace osteocalc::app
