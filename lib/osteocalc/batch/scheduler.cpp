// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/scheduler.h"

#include <algorithm>
#include <chrono>

namespace osteocalc::batch {

int Scheduler::most_jobs() const {
  return options_.jobs > 0 ? options_.jobs : std::max(1, options_.processors / std::max(1, options_.threads));
}

bool Scheduler::may_start(std::uint64_t need_bytes) const {
  return running_ == 0 || (running_ < most_jobs() && bytes_in_use_ + need_bytes <= options_.memory_bytes);
}

std::optional<Admission> Scheduler::next() {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    const auto study = state_.next_queued();
    if (!study && !discovering_)
      return std::nullopt;
    if (study) {
      const std::uint64_t need_bytes = memory_.need_bytes(study->voxel_bytes);
      if (may_start(need_bytes))
        return admit(*study, need_bytes);
    }
    changed_.wait_for(lock, std::chrono::milliseconds(500));
  }
  return std::nullopt;
}

Admission Scheduler::admit(const StudyPlan& study, std::uint64_t need_bytes) {
  const std::uint64_t left_bytes = options_.memory_bytes - std::min(options_.memory_bytes, bytes_in_use_);
  const auto fit = static_cast<int>(std::clamp<std::uint64_t>(left_bytes / need_bytes, 1, 4096));
  int at_once = std::min(fit, most_jobs() - running_); // from now on, this one included
  if (!discovering_)                                   // the last studies share what is left
    at_once = std::min(at_once, static_cast<int>(std::min<std::size_t>(state_.counts().queued, 4096)));
  Admission admission{study, options_.threads, need_bytes, 0};
  if (admission.threads == 0)
    admission.threads = std::max(1, (options_.processors - threads_in_use_) / std::max(1, at_once));
  const auto share = options_.memory_bytes / static_cast<std::uint64_t>(most_jobs());
  admission.limit_bytes =
      options_.limit_bytes.value_or(std::min(options_.memory_bytes, std::max(share, 3 * need_bytes)));
  state_.start(study.key);
  ++running_;
  threads_in_use_ += admission.threads;
  bytes_in_use_ += need_bytes;
  return admission;
}

void Scheduler::ended(const Admission& admission, std::uint64_t peak_bytes) {
  const std::lock_guard lock(mutex_);
  --running_;
  threads_in_use_ -= admission.threads;
  bytes_in_use_ -= admission.need_bytes;
  memory_.learn(admission.study.voxel_bytes, peak_bytes);
  changed_.notify_all();
}

void Scheduler::queue_grew() {
  changed_.notify_all();
}

void Scheduler::discovery_ended() {
  const std::lock_guard lock(mutex_);
  discovering_ = false;
  changed_.notify_all();
}

void Scheduler::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

bool Scheduler::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

} // namespace osteocalc::batch
