// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/report/qc_pictures.h"
#include "osteocalc/study/dxa_study.h"
#include "osteocalc/study/study_result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace osteocalc::report {

/// The text of report.html; the pictures are expected in qc/ beside it.
[[nodiscard]] std::string study_html(const study::StudyResult& result, const std::vector<QcPicture>& pictures);

/// Writes result.json, lesions.csv, vertebrae.csv, qc/*.png and report.html into `folder`, which is made if need be.
/// \param image the CT; nullptr: the study holds none
/// \throw IoError when something cannot be written
void write_study_output(const study::StudyResult& result, const CtImage* image, const std::vector<study::DxaScan>& dxa,
                        const std::filesystem::path& folder);

} // namespace osteocalc::report
