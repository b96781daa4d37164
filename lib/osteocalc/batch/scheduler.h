// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/batch/memory.h"
#include "osteocalc/batch/state.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

namespace osteocalc::batch {

struct SchedulerOptions {
  int jobs = 0;    ///< studies at once; 0 = as many as threads
  int threads = 0; ///< within one study; 0 = what the studies at once leave
  int processors = 1;
  std::uint64_t memory_bytes = 0;             ///< that all studies together may need
  std::optional<std::uint64_t> limit_bytes{}; ///< of one study
};

/// A study that may start now, and with how much.
struct Admission {
  StudyPlan study;
  int threads = 1;
  std::uint64_t need_bytes = 0, limit_bytes = 0;
};

/// Decides which queued study starts when: the next by key, as soon as its need of memory (learnt from those that have
/// ended) fits beside those that run. Where fewer studies fit than there are processors, each gets several threads.
class Scheduler {
 public:
  Scheduler(State& state, SchedulerOptions options) : state_(state), options_(options) {}

  /// Waits for a study that may start and marks it running; none when all is done or stop() was called.
  [[nodiscard]] std::optional<Admission> next();
  /// What next() gave has ended. \param peak_bytes it took; 0: not known
  void ended(const Admission& admission, std::uint64_t peak_bytes);
  void queue_grew();      ///< another study was planned
  void discovery_ended(); ///< no further study will be planned
  void stop();            ///< no further study starts
  [[nodiscard]] bool stopped() const;
  [[nodiscard]] int most_jobs() const; ///< that can run at once

 private:
  [[nodiscard]] bool may_start(std::uint64_t need_bytes) const;
  [[nodiscard]] Admission admit(const StudyPlan& study, std::uint64_t need_bytes);

  State& state_;
  SchedulerOptions options_;
  MemoryModel memory_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int running_ = 0, threads_in_use_ = 0;
  std::uint64_t bytes_in_use_ = 0;
  bool discovering_ = true, stopped_ = false;
};

} // namespace osteocalc::batch
