// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calibration/identify.h"
#include "osteocalc/image/ct_image.h"
#include "osteocalc/report/canvas.h"
#include "osteocalc/report/qc_pictures.h"

#include <filesystem>
#include <vector>

namespace osteocalc::report {

/// The slice through the middle of the rods with what was measured drawn on it, one pixel a voxel.
[[nodiscard]] Canvas draw_rods(const CtImage& image, const calibration::FoundPhantom& found);

/// What an in-scan calibration was made from: the rods, or for each tissue the slice that shows most of its sample.
/// Nothing where the calibration was not made from this scan. \throw IoError when the folder cannot be written to
[[nodiscard]] std::vector<QcPicture> write_calibration_pictures(const CtImage& image,
                                                                const study::CalibrationEvidence& evidence,
                                                                const std::filesystem::path& folder);

} // namespace osteocalc::report
