// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/ct_reader.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/dicom_ct.h"
#include "osteocalc/io/nifti.h"

#include <algorithm>

namespace osteocalc::io {

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  try {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.is_regular_file())
        files.push_back(entry.path());
  } catch (const std::filesystem::filesystem_error& error) {
    throw IoError("cannot list " + folder.string() + ": " + error.code().message() +
                  " (files may be missed) check the path and its permissions");
  }
  std::sort(files.begin(), files.end());
  return files;
}

CtImage read_ct(const std::filesystem::path& folder_or_file, const ReadOptions& options) {
  if (std::filesystem::is_directory(folder_or_file))
    return read_dicom_ct(files_below(folder_or_file), options);
  if (!std::filesystem::exists(folder_or_file))
    throw IoError("there is no " + folder_or_file.string() + " (nothing to read) check the path");
  if (is_nifti_name(folder_or_file))
    return read_nifti_ct(folder_or_file, options);
  return read_dicom_ct(std::vector{folder_or_file}, options);
}

} // namespace osteocalc::io
