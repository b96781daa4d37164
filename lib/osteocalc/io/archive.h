// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace osteocalc::io {

/// What an archive may cost before it is left alone.
struct ArchiveLimits {
  std::uintmax_t bytes = std::uintmax_t{64} << 30U; ///< unpacked, of all archives together
  std::uintmax_t entries = 2'000'000;               ///< files, of all archives together
  double ratio = 1000; ///< unpacked to packed, beyond the first 64 MB; empty slices shrink a hundredfold, bombs more
  int nesting = 2;     ///< archives inside archives
};

/// What came out of an archive.
struct Unpacked {
  std::uintmax_t bytes = 0, entries = 0;
  std::vector<std::string> left_out; ///< entries that are links, devices or lead out of the archive
  std::vector<std::string> damaged;  ///< entries whose content is damaged; nothing of them is written
  std::size_t encrypted = 0;         ///< entries that need a password
  std::size_t renamed = 0;           ///< written under a number: the name is no text, too long or taken
  std::string problem;               ///< why unpacking ended early; empty: all of it is there
};

/// True for zip and for tar, plain or packed by gzip, bzip2 or xz, whatever the name. DICOM and NIfTI are none.
[[nodiscard]] bool is_archive(const std::filesystem::path& file);

/// Writes the archive's regular files below `folder`, or those whose path in the archive is `wanted`. What is left of
/// the limits is given in `limits`. Never throws for a damaged archive: what is whole is there, a damaged entry is
/// named, and `problem` says why unpacking had to end.
[[nodiscard]] Unpacked unpack(const std::filesystem::path& archive, const std::filesystem::path& folder,
                              const ArchiveLimits& limits,
                              const std::function<bool(const std::filesystem::path&)>& wanted = {});

} // namespace osteocalc::io
