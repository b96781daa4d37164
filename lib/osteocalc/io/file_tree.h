// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"
#include "osteocalc/core/parallel.h"
#include "osteocalc/core/private_folder.h"
#include "osteocalc/io/archive.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace osteocalc::io {

/// Every file below some paths, with archives unpacked for as long as this lives.
struct FileTree {
  /// An archive and where its content lies meanwhile.
  struct Source {
    std::string archive; ///< as the user knows it
    PrivateFolder content;
  };

  std::vector<std::filesystem::path> files; ///< sorted, each once
  Issues issues; ///< IO-FOLDER, IO-LINK, IO-NOT-FILE, IO-ARCHIVE, IO-ARCHIVE-ENTRY, IO-DICOMDIR
  std::vector<Source> archives;

  /// A path as the user knows it: what lies in an archive is named below the archive.
  [[nodiscard]] std::string shown(const std::filesystem::path& path) const;
};

/// Whether there is such a path, or an archive's file that it may lead into; the archive is not opened.
[[nodiscard]] bool is_there(const std::filesystem::path& path);

/// Lists files and all that lies below folders (of a DICOMDIR, below the folder it is in); a path may lead into an
/// archive, as `shown` names it. Links are followed, each folder is entered once, so that a cycle ends; pipes and
/// devices are not touched. zip and tar are unpacked, whatever their names. What cannot be listed or unpacked is an
/// Issue, and the rest goes on. \throw IoError when a path does not exist
[[nodiscard]] FileTree find_files(std::span<const std::filesystem::path> paths, Parallel parallel = {},
                                  const ArchiveLimits& limits = {});

} // namespace osteocalc::io
