// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace osteocalc {

/// How much of the machine a call may use. Passed down from the command line, never read from globals.
struct Parallel {
  int threads = 0; ///< 0 = every processor the process may run on
};

/// The number of threads `parallel` stands for, at least 1.
[[nodiscard]] int thread_count(Parallel parallel) noexcept;

/// Calls body(i) once for each i in [0, count), on several threads in no particular order; inline on the caller's
/// thread when there is one item or one thread. The first exception (lowest index) is rethrown here after all have
/// ended. Nested calls run inline: outer cases or inner slices, never both.
void parallel_for(std::size_t count, Parallel parallel, const std::function<void(std::size_t)>& body);

/// Results of body(i), stored by index: the same for every number of threads.
template <class Body>
[[nodiscard]] auto parallel_map(std::size_t count, Parallel parallel, const Body& body) {
  std::vector<decltype(body(std::size_t{}))> results(count);
  parallel_for(count, parallel, [&](std::size_t i) { results[i] = body(i); });
  return results;
}

} // namespace osteocalc
