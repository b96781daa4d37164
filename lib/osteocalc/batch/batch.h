// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/batch/shard.h"
#include "osteocalc/batch/state.h"
#include "osteocalc/batch/subjects.h"
#include "osteocalc/core/issue.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::batch {

/// What stands while a batch runs.
struct BatchProgress {
  Counts studies;
  std::size_t ended_now = 0; ///< by this run
  bool discovering = true;
  double seconds = 0;
};

struct BatchOptions {
  std::filesystem::path root, output;
  std::filesystem::path program;            ///< osteocalc
  std::vector<std::string> analyze_options; ///< of every study
  std::filesystem::path key_file;           ///< empty: OUT/subject.key, made if need be
  bool keep_ids = false;
  std::filesystem::path subjects;  ///< a CSV; empty: none
  PersonCells dxa_results;         ///< of people, from scanners' own tables
  std::filesystem::path inventory; ///< books of an earlier walk, instead of walking; empty: none
  bool inventory_only = false;     ///< walks, and analyses nothing
  Shard shard;
  int jobs = 0;    ///< studies at once; 0 = as memory and processors allow
  int threads = 0; ///< within one study; 0 = what the studies at once leave
  double time_limit_s = 3600;
  std::optional<std::size_t> memory_bytes;       ///< of all studies at once; empty: nine tenths of what is free
  std::optional<std::size_t> memory_limit_bytes; ///< of one study; empty: its share, and no less than thrice its need
  bool retry_failed = false;
  std::function<void(const BatchProgress&)> on_progress; ///< called twice a second
};

struct BatchResult {
  Counts studies;
  std::size_t ended_now = 0;
  Issues issues;                     ///< BATCH-CLOCK, BATCH-SUBJECTS
  std::filesystem::path books;       ///< the folder of the tables
  std::optional<int> interrupted_by; ///< a signal; everything is in place for the next run, no table was written
};

/// Every study below the root, each by a process of its own, into OUT/studies/<key>; the tables when all have ended.
/// Run again it goes on where it was: what is done for the same files, options and version is not done twice.
/// \throw ConfigError, TableError for options; IoError when archive or output fail: the next run goes on
[[nodiscard]] BatchResult run_batch(const BatchOptions& options);

} // namespace osteocalc::batch
