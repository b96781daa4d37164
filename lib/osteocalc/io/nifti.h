// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/image/label_map.h"
#include "osteocalc/io/read_options.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace osteocalc::io {

/// True for names that end in .nii or .nii.gz, in any case.
[[nodiscard]] bool is_nifti_name(const std::filesystem::path& file);

/// A CT scan from a NIfTI of any orientation and number type, brought to LPS order; spacing z is the increment. The
/// format knows neither tube voltage nor nominal thickness: both stay absent.
/// \throw IoError when it is no readable 3-D image of one number a voxel; Refusal (IO-LABEL-MAP) when it is a label map
[[nodiscard]] CtImage read_nifti_ct(const std::filesystem::path& file, const ReadOptions& options = {});

/// A label map from a NIfTI, brought to LPS order, with the names in the .json beside it or, without one, in its
/// header. \throw IoError as above or when the .json is no label list; Refusal (IO-NOT-LABELS) when its values are not
/// label ids
[[nodiscard]] LabelMap read_labels(const std::filesystem::path& file, const ReadOptions& options = {});

/// The names of labels by id in a .json that write_labels() wrote; none when there is no such file. \throw IoError when
/// it is no label list
[[nodiscard]] std::map<LabelId, std::string> read_label_names(const std::filesystem::path& file);

/// Writes a volume as NIfTI (.nii, .nii.gz), qform and sform both set. \throw IoError when it cannot be written
void write_nifti(const Volume<std::int16_t>& volume, const std::filesystem::path& file);
void write_nifti(const Volume<LabelId>& volume, const std::filesystem::path& file);

/// Writes the voxels as write_nifti does, and the names of all labels that occur to the .json beside them.
void write_labels(const LabelMap& labels, const std::filesystem::path& file);

/// LABELS.json beside LABELS.nii or LABELS.nii.gz.
[[nodiscard]] std::filesystem::path label_names_file(const std::filesystem::path& labels_file);

/// LABELS_parts.nii.gz beside LABELS.nii.gz: where the finer parts of a segmentation lie.
[[nodiscard]] std::filesystem::path label_parts_file(const std::filesystem::path& labels_file);

} // namespace osteocalc::io
