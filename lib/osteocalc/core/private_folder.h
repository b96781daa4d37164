// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace osteocalc {

/// A temporary folder of this process alone (mode 0700: what lies there is a person's), removed with all it holds at
/// the end of its life.
class PrivateFolder {
 public:
  /// \throw IoError when none can be made
  PrivateFolder();
  ~PrivateFolder();
  PrivateFolder(PrivateFolder&& other) noexcept;
  PrivateFolder& operator=(PrivateFolder&&) = delete;
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// Removes it now, for a process that is about to end by a signal.
  void remove() const;

 private:
  std::filesystem::path path_;
};

} // namespace osteocalc
