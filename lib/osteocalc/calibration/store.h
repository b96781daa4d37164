// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calibration/calibration.h"

#include <filesystem>
#include <string>
#include <vector>

namespace osteocalc::calibration {

/// Phantom fits of a department's scanners over time, oldest first.
struct CalibrationStore {
  std::vector<Calibration> fits;
};

struct StoreOptions {
  int expire_days = 365; ///< published drifts are 0.55 to 2.29 HU a year
  double field_of_view_tolerance_mm = 60;
  double table_height_tolerance_mm = 25;
  double most_drift_hu_per_year = 2.5;
  double model_se_fraction = 0.04; ///< published accuracy on the European Spine Phantom: 1.4 to 6.7 %
};

/// \throw CalibrationError when the file is there but no store; a file that is not there is an empty store
[[nodiscard]] CalibrationStore read_store(const std::filesystem::path& file);
/// \throw CalibrationError when it cannot be written
void write_store(const CalibrationStore& store, const std::filesystem::path& file);

/// Puts a phantom's fit in its place by date; one of the same key, phantom and day is replaced.
/// \throw CalibrationError when it is no phantom fit, was refused, or has no date
void add_fit(CalibrationStore& store, Calibration fit);

/// HU of 100 mg/cm3 per year over the fits of one scanner and phantom, by least squares. Nothing with fewer than two
/// days.
[[nodiscard]] std::optional<double> drift_hu_per_year(const CalibrationStore& store, const Calibration& like);

/// The fit nearest in time for a scan of a person on `date` (ISO day): same manufacturer, model, serial, voltage,
/// kernel and filter, field of view and table height within tolerance. Mode Asynchronous.
/// Issues: CALIB-NO-SERIAL, CALIB-DRIFT, CALIB-TABLE-HEIGHT (unknown on one side).
/// \throw Refusal CALIB-NO-FIT with what differs, or CALIB-EXPIRED
[[nodiscard]] Calibration asynchronous_calibration(const CalibrationStore& store, const ScannerKey& key,
                                                   const std::string& date, const StoreOptions& options = {});

} // namespace osteocalc::calibration
