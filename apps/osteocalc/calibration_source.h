// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calibration/calibration.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/ct_image.h"
#include "osteocalc/image/label_map.h"

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace osteocalc::app {

/// Where a scan's densities get their line from.
struct CalibrationSource {
  std::string text = "raw"; ///< raw, internal, store:FILE, published:NAME or the path of a calibration.json
  std::string date;         ///< of the scan, for a store; empty: the header's
};
void add_calibration_options(CLI::App& app, CalibrationSource& source);

/// Reads what can be read before the scan is: a wrong name or file costs no minutes.
/// \throw ConfigError, CalibrationError, IoError
void check_calibration(const CalibrationSource& source);

/// What the scan's header says that a calibration depends on.
[[nodiscard]] calibration::ScannerKey scanner_key(const CtImage& image);

/// \param labels wholes and parts on the image's grid: internal calibration samples by them
/// \throw Refusal, CalibrationError, ConfigError
[[nodiscard]] calibration::Calibration calibration_for(const CalibrationSource& source, const CtImage& image,
                                                       const LabelMap& labels, Parallel parallel);

} // namespace osteocalc::app
