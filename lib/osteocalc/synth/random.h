// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

namespace osteocalc::synth {

/// Random numbers that are the same with every compiler and library: raw Mersenne Twister output and our own
/// transforms, because the standard's distributions are not portable.
class Random {
 public:
  /// Different `stream`s of one seed are independent, so that drawing more of one thing does not change another.
  explicit Random(std::uint32_t seed, std::uint32_t stream = 0);

  [[nodiscard]] std::uint32_t raw() { return static_cast<std::uint32_t>(engine_()); }
  [[nodiscard]] double uniform(double low, double high);
  [[nodiscard]] bool chance(double probability) { return uniform(0.0, 1.0) < probability; }
  [[nodiscard]] double normal(double mean, double sd);
  /// A normal value held within two standard deviations: for sizes, which must stay possible.
  [[nodiscard]] double vary(double mean, double sd);

 private:
  std::mt19937 engine_;
};

} // namespace osteocalc::synth
