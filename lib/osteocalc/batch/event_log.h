// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/batch/state.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

namespace osteocalc::batch {

/// log.jsonl: what happened when, one JSON object a line, added to what earlier runs wrote. May be used by several
/// threads. The wall clock only labels lines; what is measured is measured by a clock that never goes back.
class EventLog {
 public:
  explicit EventLog(const std::filesystem::path& file);

  void run(const std::string& event, const std::string& text = {});
  void started(const std::string& study, int threads);
  void ended(const std::string& study, const Verdict& verdict);
  [[nodiscard]] double seconds() const; ///< since this run began

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::ofstream stream_;
  template <class Fields>
  void write(const std::string& event, const Fields& fields);
};

} // namespace osteocalc::batch
