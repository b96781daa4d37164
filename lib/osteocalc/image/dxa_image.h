// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/core/issue.h"
#include "osteocalc/image/volume.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc {

/// What a densitometer was pointed at. A femur or knee whose side is not told is no exam that can be used.
enum class DxaExam { Spine, LateralSpine, FemurLeft, FemurRight, KneeLeft, KneeRight, WholeBody };
[[nodiscard]] std::string_view to_string(DxaExam exam) noexcept; ///< "spine", "lateral_spine", "femur_left" ...

/// What the pixels are: grey levels of a picture, attenuation -ln(I / I0) at two energies, or areal density.
enum class DxaContent { Picture, Attenuation, ArealDensity };

/// One image of a densitometer, or both energies of one. What the header does not say is absent.
struct DxaImage {
  DxaContent content = DxaContent::Picture;
  std::optional<DxaExam> exam;
  std::vector<Volume<float>> frames; ///< of attenuation low then high; rows from head to foot; brighter is denser
  bool has_spacing = false;          ///< else the geometry's spacing is 1 mm and means pixels
  std::string modality, manufacturer, model;
  std::string calibration_json; ///< as the file carries it; empty: none
  std::string patient_id;       ///< for use in memory only
  std::optional<double> age_years;
  std::optional<Sex> sex;
  Issues issues;
};

} // namespace osteocalc
