// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"

#include <cstddef>
#include <filesystem>
#include <vector>

namespace osteocalc::batch {

struct CollectOptions {
  std::vector<std::filesystem::path> outputs; ///< of batches; an output with shards stands for all of them
  std::filesystem::path merged;               ///< folder for the tables
  bool allow_mixed = false; ///< versions, options and differing results of one study are warnings; the first one counts
  bool allow_missing = false; ///< absent shards and unfinished studies are warnings
};

struct CollectResult {
  std::size_t batches = 0, done = 0, refused = 0, failed = 0, twice = 0;
  Issues issues;
};

/// One table of many batches: merges what each has judged, writes results.csv, failures.csv and results.sqlite (the
/// bytes an undivided run would write) and the merged books. Studies' folders stay where they are; where they hold a
/// review, its values are the row, and its columns say so.
/// \throw Refusal for mixed versions, options or keys, missing shards, unfinished or contradicting studies; IoError
[[nodiscard]] CollectResult collect(const CollectOptions& options);

} // namespace osteocalc::batch
