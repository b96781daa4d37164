// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/report/svg.h"

#include <filesystem>

namespace osteocalc::report {

/// The drawing as a picture on white, `scale` pixels to each of the drawing's; without a display.
/// \throw IoError when the file cannot be written
void write_png(const Svg& drawing, const std::filesystem::path& file, double scale = 2);

} // namespace osteocalc::report
