// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/batch/shard.h"
#include "osteocalc/batch/state.h"
#include "osteocalc/core/parallel.h"

#include <filesystem>
#include <functional>
#include <string>

namespace osteocalc::batch {

struct DiscoveryOptions {
  std::filesystem::path root;
  std::filesystem::path excluded; ///< the output, should it lie below the root
  std::string key;                ///< of the pseudonyms
  bool keep_ids = false;          ///< the patient id itself is the subject
  Shard shard;
  Parallel parallel; ///< for reading headers
};

/// Walks through everything below the root, whatever its layout, and enters each file in the books: DICOM by its
/// StudyInstanceUID and patient id (two people under one UID stay two studies), a NIfTI as a study of its own with the
/// labels beside it, the rest as strays with a rule. A file that has size and time of the last walk is not opened
/// again. Links to folders are followed, each folder once; what is neither file nor folder is not opened.
/// `ripe(key)` is called as soon as a study is likely complete, which is when the walk has reached a folder of another
/// study, and for every study at the end; `stop()` ends the walk early.
/// \throw IoError when the root cannot be listed, or holds none of the files that were there before
void discover(const DiscoveryOptions& options, State& state, const std::function<void(const std::string&)>& ripe,
              const std::function<bool()>& stop);

/// What tells whether two keys are the same.
[[nodiscard]] std::string key_id(const std::string& key);

/// The same from the books of an earlier walk, whole and complete, without walking through the archive.
/// \throw ConfigError when that walk was of a shard or with another key; IoError when it did not come to its end, or
/// none of some files is below the root
void take_inventory(const std::filesystem::path& inventory, const DiscoveryOptions& options, State& state,
                    const std::function<void(const std::string&)>& ripe);

} // namespace osteocalc::batch
