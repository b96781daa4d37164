// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/core/issue.h"
#include "osteocalc/image/volume.h"

#include <cstdint>
#include <optional>
#include <string>

namespace osteocalc {

/// How a CT series was acquired, as its header says; what the header does not say is absent.
struct CtAcquisition {
  std::optional<double> kvp_kv;
  std::optional<double> nominal_thickness_mm; ///< SliceThickness: never the increment
  std::string kernel, manufacturer, model, filter, scanner_serial;
  std::optional<double> table_height_mm, field_of_view_mm;
  std::string scan_date;      ///< as DICOM writes it, YYYYMMDD; for choosing a calibration in memory, never written
  bool contrast_hint = false; ///< header texts speak of contrast; only a hint, the blood pool decides
  std::string patient_id;     ///< for pairing and pseudonyms in memory; never written to an output
  std::string series_uid;
  std::optional<double> age_years;
  std::optional<Sex> sex;
};

/// A CT scan in Hounsfield units. z runs from the feet to the head; spacing z is the slice increment.
/// Values that were not whole numbers are rounded down, so that "at least 130 HU" means the same before and after.
struct CtImage {
  Volume<std::int16_t> hu;
  CtAcquisition acquisition;
  Issues issues;
  std::string inputs_sha256; ///< of the input files' hashes, in slice order
};

} // namespace osteocalc
