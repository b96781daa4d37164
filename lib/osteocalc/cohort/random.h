// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace osteocalc::cohort {

/// Random numbers that are a function of (seed, stream, position): replicate i draws the same whichever thread runs it.
/// Philox 4x32 with ten rounds. \cite Salmon2011
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}

  [[nodiscard]] double uniform();                     ///< in (0, 1)
  [[nodiscard]] std::size_t below(std::size_t count); ///< 0 ... count - 1 \pre 0 < count < 2^32
  [[nodiscard]] double normal();                      ///< mean 0, variance 1

 private:
  std::uint32_t next();
  std::uint64_t seed_, stream_, position_ = 0;
  std::array<std::uint32_t, 4> block_{};
  std::size_t used_ = 4;
};

/// One block of Philox: ten rounds on `counter` under `key`.
[[nodiscard]] std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key);

} // namespace osteocalc::cohort
