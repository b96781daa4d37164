// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/random.h"

#include "osteocalc/cohort/distributions.h"

namespace osteocalc::cohort {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = 0xD2511F53ULL * counter[0], b = 0xCD9E8D57ULL * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + 0x9E3779B9U, key[1] + 0xBB67AE85U};
  }
  return counter;
}

std::uint32_t RandomStream::next() {
  if (used_ == block_.size()) {
    block_ = philox({static_cast<std::uint32_t>(position_), static_cast<std::uint32_t>(position_ >> 32),
                     static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)},
                    {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
    ++position_;
    used_ = 0;
  }
  return block_[used_++];
}

double RandomStream::uniform() {
  const std::uint64_t high = next() >> 5, low = next() >> 6; // 53 bits
  return (static_cast<double>(high * 67108864U + low) + 0.5) / 9007199254740992.0;
}

std::size_t RandomStream::below(std::size_t count) {
  return static_cast<std::size_t>((static_cast<std::uint64_t>(next()) * count) >> 32);
}

double RandomStream::normal() {
  return normal_quantile(uniform());
}

} // namespace osteocalc::cohort
