// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/dxa_image.h"

#include <optional>
#include <string_view>

namespace osteocalc::io {

/// What a header says about an exam, in whatever words and language the scanner was set to.
struct ExamWords {
  std::string_view protocol_name, series_description, study_description, body_part, laterality;
};

/// The exam these words name; the protocol's name goes before the descriptions. Nothing when they name none, or a femur
/// or knee without its side.
[[nodiscard]] std::optional<DxaExam> dxa_exam_from(const ExamWords& words);

/// CR, OT, DX, SC and BMD: the modalities densitometers write their pictures under.
[[nodiscard]] bool is_dxa_modality(std::string_view modality) noexcept;

/// "g/cm2" in one of its spellings.
[[nodiscard]] bool is_areal_density_unit(std::string_view unit);

} // namespace osteocalc::io
