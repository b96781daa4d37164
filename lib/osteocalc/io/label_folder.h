// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/image/label_map.h"

#include <filesystem>

namespace osteocalc::io {

/// Labels from a folder of one NIfTI a structure, named as TotalSegmentator (v1, v2) or this project names them:
/// aorta.nii.gz, vertebrae_L1.nii.gz; every voxel that is not 0 belongs to it. Brought to the image's grid, whatever
/// grid each has. Only what measurements use is read, and bones. Where structures overlap, coronary arteries and other
/// parts win over the aorta, the aorta over iliac arteries, these over bones, an upper vertebra over a lower one, all
/// of them over the heart; the chambers of the heart join. vertebrae_body.nii.gz gives each whole vertebra its body.
/// Issues: LABEL-UNKNOWN (ignored names), LABEL-EMPTY-CLASS, LABEL-OVERLAP, LABEL-RESAMPLED, LABEL-COVERAGE.
/// \throw IoError, Refusal (IO-NOT-LABELS) as read_labels(); Refusal (LABEL-FOLDER) when no file has a known name,
/// (LABEL-EMPTY) when all known ones are empty, (LABEL-APART) when they are, but not within the image
[[nodiscard]] LabelSet read_label_folder(const std::filesystem::path& folder, const VolumeGeometry& image,
                                         Parallel parallel, Issues& issues);

} // namespace osteocalc::io
