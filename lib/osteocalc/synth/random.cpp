// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/random.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace osteocalc::synth {
namespace {

std::mt19937 seeded(std::uint32_t seed, std::uint32_t stream) {
  std::seed_seq words{seed, stream};
  return std::mt19937(words);
}

} // namespace

Random::Random(std::uint32_t seed, std::uint32_t stream) : engine_(seeded(seed, stream)) {}

double Random::uniform(double low, double high) {
  return low + (high - low) * (raw() + 0.5) / 4294967296.0;
}

double Random::normal(double mean, double sd) {
  const double radius = std::sqrt(-2.0 * std::log(uniform(0.0, 1.0)));
  return mean + sd * radius * std::cos(2.0 * std::numbers::pi * uniform(0.0, 1.0));
}

double Random::vary(double mean, double sd) {
  return mean + sd * std::clamp(normal(0.0, 1.0), -2.0, 2.0);
}

} // namespace osteocalc::synth
