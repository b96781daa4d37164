// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/volume.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::io {

/// What the header of a written series says.
struct CtSeriesOptions {
  std::string uid_seed = "osteocalc"; ///< all UIDs follow from it: the same seed gives the same bytes
  std::optional<double> kvp_kv = 120.0;
  std::optional<double> nominal_thickness_mm; ///< absent = the slice increment
  std::string kernel = "STANDARD";
  std::string series_description = "synthetic CT";
  std::string contrast_agent; ///< empty = none
  std::string patient_id = "SYNTHETIC";
  std::optional<double> age_years;
  std::optional<Sex> sex;
  double slope = 1.0; ///< > 0; stored value = round((HU - intercept) / slope)
  double intercept = -1024.0;
  Parallel parallel;
};

/// Writes an uncompressed CT series (Explicit VR Little Endian, one signed 16-bit file a slice: slice_0001.dcm is the
/// first in z) into `folder`, which is made if need be. Returns the files in slice order.
/// \throw IoError when a file cannot be written; ConfigError when a value does not fit into 16 bits after rescaling
std::vector<std::filesystem::path> write_dicom_ct(const Volume<std::int16_t>& hu, const std::filesystem::path& folder,
                                                  const CtSeriesOptions& options = {});

} // namespace osteocalc::io
