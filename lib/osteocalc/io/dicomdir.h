// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace osteocalc::io {

/// True for a file that is called DICOMDIR, in any case.
[[nodiscard]] bool is_dicomdir_name(const std::filesystem::path& file);

/// What a medium's directory lists.
struct DicomDir {
  std::size_t listed = 0;
  std::vector<std::string> missing; ///< names of listed files that are not there, as written
};

/// Looks up each file the directory names, in its own folder and below; media are read back with names in lower case or
/// with a version (";1") too. Everything beside it is read anyway: the directory only tells what should be there.
/// \throw DicomError when it cannot be parsed
[[nodiscard]] DicomDir read_dicomdir(const std::filesystem::path& file);

} // namespace osteocalc::io
