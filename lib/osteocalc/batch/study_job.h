// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/batch/state.h"
#include "osteocalc/core/child_process.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::batch {

/// Where a batch keeps what. Shards of one batch share studies, logs and the key.
struct BatchFolders {
  std::filesystem::path output;
  std::filesystem::path books; ///< state, tables and log of this run: the output, or a shard's folder in it

  [[nodiscard]] std::filesystem::path study(const std::string& key) const { return output / "studies" / key; }
  [[nodiscard]] std::filesystem::path unfinished(const std::string& key) const {
    return output / "studies" / ("." + key + ".partial");
  }
  [[nodiscard]] std::filesystem::path log(const std::string& key) const { return output / "logs" / (key + ".log"); }
  [[nodiscard]] std::filesystem::path work() const { return books / "work"; } ///< emptied at each start
};

/// One study, ready to be analysed by a process of its own.
struct StudyJob {
  std::string key;
  std::vector<std::string> command;         ///< `osteocalc analyze` with all options but files, output and threads
  std::vector<std::filesystem::path> files; ///< images; labels stand in the command
  std::vector<std::string> inputs; ///< all files below the root, in the order of inputs.csv; reasons give their numbers
  int threads = 1;
  double time_limit_s = 0;
  std::size_t memory_limit_bytes = 0;
};

/// Runs the study. When it was measured its folder is in place, whole and on disk, before this returns; otherwise it
/// has no folder, and its log is kept. Reasons name no path and no file of the archive, for these may name people.
/// Nothing when a signal for this process ended it: `interrupted_by` then holds the signal. \throw ConfigError when the
/// options are wrong, IoError when the output cannot be written
[[nodiscard]] std::optional<Verdict> run_study(const StudyJob& job, const BatchFolders& folders,
                                               const std::filesystem::path& root, int& interrupted_by);

} // namespace osteocalc::batch
