// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/parallel.h"
#include "osteocalc/dxa/attenuation_model.h"
#include "osteocalc/dxa/decomposition.h"
#include "osteocalc/dxa/dxa_result.h"
#include "osteocalc/dxa/region_file.h"
#include "osteocalc/image/dxa_image.h"
#include "osteocalc/image/dxa_report.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::study {

struct DxaOptions {
  std::string reference{reference::default_dxa_reference};
  std::optional<std::string> manufacturer;          ///< instead of the header's
  std::optional<dxa::AttenuationModel> calibration; ///< instead of the file's
  std::optional<dxa::RegionFile> regions;           ///< instead of those that are found
  std::optional<dxa::MarkFile> marks;               ///< of a lateral image, instead of those that are found
  std::optional<double> age_years;                  ///< instead of the header's
  std::optional<Sex> sex;                           ///< instead of the header's
  std::optional<bool> postmenopausal;
  std::string race;
  const dxa::BoneImage* bone = nullptr; ///< bone_image() of this very image, where it was worked out before
  Parallel parallel;
};

/// The mineral map, by whatever way the image allows. \pre the image is no picture
/// \throw CalibrationError, Refusal (DXA-NO-CALIBRATION, DXA-NO-SOFT-TISSUE)
[[nodiscard]] dxa::BoneImage bone_image(const DxaImage& image, const DxaOptions& options);

/// A DXA image's result with the map it was measured on, for pictures.
struct DxaMeasured {
  dxa::DxaResult result;
  std::vector<dxa::SixPointMark> marks;    ///< that the walls' levels were taken from
  std::optional<Volume<float>> bone_g_cm2; ///< absent for pictures without a scale
};

/// Who a scanner's own results are compared with.
[[nodiscard]] dxa::ScoringContext scoring_context(const DxaReport& report, const DxaOptions& options);

/// Everything one DXA image allows: areal density where it carries one or can be decomposed, AAC from a lateral image
/// whose vertebrae are marked or found. Nothing is read from grey levels; what is refused has its reason.
[[nodiscard]] DxaMeasured measure_dxa(const DxaImage& image, const DxaOptions& options);

} // namespace osteocalc::study
