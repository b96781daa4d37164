// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc {

/// A program to run and how far it may go.
struct ChildCommand {
  std::vector<std::string> arguments; ///< the program (looked up in PATH) and its arguments; not empty
  std::filesystem::path folder;       ///< to work in; empty: this process's own
  std::filesystem::path log;          ///< gets stdout and stderr, emptied first; empty: both are dropped
  std::optional<double> time_limit_s;
  /// Of the resident sets of the program and all it started, summed and polled every 50 ms. Not RLIMIT_AS: programs
  /// with a GPU reserve a hundred times the address space they use.
  std::optional<std::size_t> memory_limit_bytes;
  double grace_s = 5;             ///< from SIGTERM to SIGKILL
  std::filesystem::path output{}; ///< gets stdout instead of the log, emptied first; empty: the log gets both
};

/// How a run ended. Exactly one of `exit_status` and `signal` is present.
struct ChildOutcome {
  std::optional<int> exit_status;
  std::optional<int> signal; ///< that ended it, ours or another's
  bool timed_out = false;    ///< stopped for its time limit
  bool out_of_memory = false;
  std::optional<int> interrupted_by; ///< SIGINT, SIGTERM or SIGHUP that came for this process meanwhile
  double seconds = 0;
  std::size_t peak_rss_bytes = 0; ///< the largest sum seen, at least that of its largest process

  [[nodiscard]] bool succeeded() const noexcept {
    return exit_status == 0 && !timed_out && !out_of_memory && !interrupted_by;
  }
};

/// Runs a program in a process group of its own, with nothing to read, and waits for it. The group, and what else its
/// members have started, is stopped, SIGTERM first and SIGKILL after `grace_s`, at a limit and when SIGINT, SIGTERM or
/// SIGHUP come for this process; what the program leaves behind at its end is killed. Those signals are then left to
/// the caller, who cleans up and calls pass_on(). Several threads may run children at the same time. \throw IoError
/// when it cannot be started
[[nodiscard]] ChildOutcome run_child(const ChildCommand& command);

/// Ends this process by the signal that interrupted a child; returns when there was none.
void pass_on(const ChildOutcome& outcome);

/// A word as a POSIX shell reads it back unchanged.
[[nodiscard]] std::string shell_quoted(const std::string& word);

/// "exit status 3", "killed by signal 9 (Killed)", "stopped at its time limit after 3600 s" ...
[[nodiscard]] std::string to_string(const ChildOutcome& outcome);

} // namespace osteocalc
