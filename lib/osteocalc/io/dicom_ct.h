// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/io/read_options.h"

#include <filesystem>
#include <span>

namespace osteocalc::io {

/// One CT series out of these files, in any order and under any names; what else lies among them is skipped with an
/// Issue. Slices are placed by ImagePositionPatient along the slice normal; each has its own rescale slope and
/// intercept. A missing or unreadable slice keeps its place in the grid, filled with -1024 HU and named by an Issue:
/// the slices around it keep their positions and their increment, and nothing is measured in it. \throw DicomError when
/// no CT slice is among the files; GeometryError when the slices cannot form one volume; Refusal when there are several
/// series and none is chosen, or the numbers are not Hounsfield units
[[nodiscard]] CtImage read_dicom_ct(std::span<const std::filesystem::path> files, const ReadOptions& options = {});

} // namespace osteocalc::io
