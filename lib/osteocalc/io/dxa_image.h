// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/dxa_image.h"

#include <filesystem>
#include <string>
#include <vector>

namespace osteocalc::io {

/// One densitometer image from one file, or from two that hold the low and the high energy. Areal density is believed
/// only where the file says so: a real world value mapping or a rescale in g/cm2. Attenuation likewise: two frames or
/// two files whose image type or tube voltage tells the energies apart and whose rescale type is not a grey scale.
/// All else is a picture (Issue DXA-PICTURE: geometry only, no density).
/// \throw IoError, DicomError unreadable; Refusal (DXA-NOT) when it is no image of a densitometer
[[nodiscard]] DxaImage read_dxa_image(const std::vector<std::filesystem::path>& files);

struct DxaFileOptions {
  DxaContent content = DxaContent::Attenuation;
  DxaExam exam = DxaExam::Spine;
  std::string patient_id = "SYNTHETIC", manufacturer = "OsteoCalc", uid_seed;
  std::optional<double> age_years;
  std::optional<Sex> sex;
  std::string calibration_json;
  std::vector<double> kvp_kv; ///< of the frames
};

/// Writes frames of one grid as one multi-frame secondary capture in 16 bits. \throw IoError
void write_dxa_image(const std::vector<const Volume<float>*>& frames, const std::filesystem::path& file,
                     const DxaFileOptions& options);

} // namespace osteocalc::io
