// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/io/read_options.h"
#include "osteocalc/io/series_inventory.h"

namespace osteocalc::io {

/// The scan that a stack of an inventory is. Slices are placed by ImagePositionPatient along the slice normal; each has
/// its own rescale slope and intercept. A missing or unreadable slice keeps its place in the grid, filled with -1024 HU
/// and named by an Issue: the slices around it keep their positions and their increment, and nothing is measured in it.
/// \pre series.is_stack()
/// \throw DicomError when no slice can be decoded; GeometryError when a single slice has no thickness; Refusal when the
/// series was set aside or its numbers are not Hounsfield units
[[nodiscard]] CtImage read_series(const Series& series, const ReadOptions& options = {});

/// The one CT scan in a tree, with files in any order and under any names. \throw DicomError when there is none;
/// Refusal when there are several and options.series_uid chooses none; as read_series()
[[nodiscard]] CtImage read_dicom_ct(const FileTree& tree, const ReadOptions& options = {});

} // namespace osteocalc::io
