// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace osteocalc::batch {

/// Writes a file so that whoever looks, even after a power cut, finds the old one or the new one, whole.
/// \throw IoError when it cannot be written in full
void write_durably(const std::filesystem::path& file, std::string_view text);

/// Gives a finished file or folder its final name, on disk before this returns: contents first, then the name. What had
/// that name before is replaced. \pre both lie on one file system \throw IoError
void publish(const std::filesystem::path& unfinished, const std::filesystem::path& final);

/// Proves that a folder takes and keeps a megabyte. \throw IoError when it is full, read-only or gone
void check_space(const std::filesystem::path& folder);

/// Use of an output folder, for as long as it lives; it ends with the process, however that ends.
class OutputLock {
 public:
  /// \param division those who name the same share the folder; empty: sole use
  /// \throw IoError when another process holds it otherwise or the folder cannot be written
  explicit OutputLock(const std::filesystem::path& folder, const std::string& division = "");
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

 private:
  int descriptor_;
};

} // namespace osteocalc::batch
