// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/dxa/dxa_result.h"
#include "osteocalc/image/dxa_image.h"

#include <filesystem>

namespace osteocalc::report {

/// One image with its regions and their densities, or with the calcified stretches of the walls: what a reader must see
/// before believing the numbers. \throw IoError when it cannot be written
void write_dxa_picture(const Volume<float>& image, const dxa::DxaResult& result,
                       const std::vector<dxa::SixPointMark>& marks, std::optional<DxaExam> exam,
                       const std::filesystem::path& file);

} // namespace osteocalc::report
