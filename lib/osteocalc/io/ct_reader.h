// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/io/read_options.h"

#include <filesystem>
#include <vector>

namespace osteocalc::io {

/// A CT scan from a folder of DICOM (read with all folders below it), one DICOM file, a zip or tar of DICOM, or a NIfTI
/// (.nii, .nii.gz).
/// \throw IoError, DicomError, GeometryError when it cannot be read; Refusal when it can but is no scan in HU, or when
/// several series lie there and options.series_uid names none of them
[[nodiscard]] CtImage read_ct(const std::filesystem::path& path, const ReadOptions& options = {});

/// Every regular file in a folder and below it, sorted by path. \throw IoError when the folder cannot be listed
[[nodiscard]] std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

} // namespace osteocalc::io
