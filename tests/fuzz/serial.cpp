// SPDX-License-Identifier: Apache-2.0
// In place of core/parallel.cpp: clang comes without OpenMP here, and one thread finds the same faults.
#include "osteocalc/core/parallel.h"

namespace osteocalc {

int thread_count(Parallel) noexcept {
  return 1;
}

void parallel_for(std::size_t count, Parallel, const std::function<void(std::size_t)>& body) {
  for (std::size_t i = 0; i < count; ++i)
    body(i);
}

} // namespace osteocalc
