// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/study/study_result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace osteocalc::report {

struct QcPicture {
  std::string file; ///< within the folder it was written to
  std::string title, caption;
};

/// What a reader must see before believing the numbers: a sagittal cut along the spine and a slice of every level with
/// the volumes of interest, and axial and coronal maxima with the lesions coloured by bed. Drawn on the CPU; no display
/// is needed. \throw IoError when the folder cannot be written to
std::vector<QcPicture> write_qc_pictures(const CtImage& image, const study::StudyResult& result,
                                         const std::filesystem::path& folder);

} // namespace osteocalc::report
