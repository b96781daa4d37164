// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace osteocalc::benchmark {

using Candidate = std::function<void()>;

struct Times {
  double wall_s = 0;
  double cpu_s = 0; ///< of all threads; unlike the other it bears a busy machine
};

/// Runs the candidates in turn, five times, each time in a process of its own, twice, of which the second run counts,
/// and gives each one's medians. The calling process must not have started threads.
[[nodiscard]] std::vector<Times> median_of_five(const std::vector<Candidate>& candidates);

/// The medians of five runs in this very process, whose peak of memory they then are.
[[nodiscard]] Times median_of_five_here(const Candidate& candidate);

/// A claim checked in a process of its own.
[[nodiscard]] bool holds_in_a_child(const std::function<bool()>& claim);

/// What `cat FOLDER/* > /dev/null` does.
void read_all_bytes(const std::filesystem::path& folder);

/// A folder of its own below the system's temporary one, removed at the end.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& name);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

} // namespace osteocalc::benchmark
