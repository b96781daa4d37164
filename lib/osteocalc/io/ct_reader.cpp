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

CtImage read_ct(const std::filesystem::path& path, const ReadOptions& options) {
  if (is_nifti_name(path) && !std::filesystem::is_directory(path)) {
    if (!std::filesystem::exists(path))
      throw IoError("there is no " + path.string() + " (nothing to read) check the path");
    return read_nifti_ct(path, options);
  }
  return read_dicom_ct(find_files(std::vector{path}, options.parallel), options);
}

} // namespace osteocalc::io
