// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/private_folder.h"

#include "osteocalc/core/error.h"

#include <cstdlib>
#include <string>
#include <utility>

namespace osteocalc {

PrivateFolder::PrivateFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "osteocalc-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) // mode 0700
    throw IoError("cannot make a temporary folder in " + std::filesystem::temp_directory_path().string() +
                  " (archives are unpacked and segmenters get their image there) set TMPDIR to a folder with space");
  path_ = pattern;
}

PrivateFolder::PrivateFolder(PrivateFolder&& other) noexcept : path_(std::move(other.path_)) {
  other.path_.clear();
}

PrivateFolder::~PrivateFolder() {
  remove();
}

void PrivateFolder::remove() const {
  std::error_code ignored; // nothing more can be done
  if (!path_.empty())
    std::filesystem::remove_all(path_, ignored);
}

} // namespace osteocalc
