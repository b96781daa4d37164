// SPDX-License-Identifier: Apache-2.0
// The only file with an OpenMP pragma: kernels know nothing of threads.
#include "osteocalc/core/parallel.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <omp.h>

namespace osteocalc {

int thread_count(Parallel parallel) noexcept {
  return parallel.threads > 0 ? parallel.threads : std::max(1, omp_get_num_procs());
}

void parallel_for(std::size_t count, Parallel parallel, const std::function<void(std::size_t)>& body) {
  const int threads = static_cast<int>(std::min<std::size_t>(count, static_cast<std::size_t>(thread_count(parallel))));
  if (threads <= 1 || omp_in_parallel()) {
    for (std::size_t i = 0; i < count; ++i)
      body(i);
    return;
  }
  // An exception must not cross the OpenMP border. The one of the lowest index is kept, so that the message does not
  // depend on the number of threads; the remaining items still run.
  std::exception_ptr failure;
  std::size_t failed_index = count;
  std::mutex guard;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (std::size_t i = 0; i < count; ++i) {
    try {
      body(i);
    } catch (...) {
      const std::lock_guard lock(guard);
      if (i < failed_index) {
        failed_index = i;
        failure = std::current_exception();
      }
    }
  }
  if (failure)
    std::rethrow_exception(failure);
}

} // namespace osteocalc
