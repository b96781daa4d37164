// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/shard.h"

#include "osteocalc/core/error.h"

#include <charconv>
#include <cstdint>

namespace osteocalc::batch {

int Shard::shard_of(std::string_view study_key, int count) {
  const std::uint64_t number = std::stoull(std::string(study_key), nullptr, 16);
  return 1 + static_cast<int>(number % static_cast<std::uint64_t>(count));
}

Shard parse_shard(std::string_view text) {
  Shard shard;
  const char* const last = text.data() + text.size();
  const auto [slash, no_number] = std::from_chars(text.data(), last, shard.number);
  if (no_number == std::errc{} && slash != last && *slash == '/') {
    const auto [end, no_count] = std::from_chars(slash + 1, last, shard.count);
    if (no_count == std::errc{} && end == last && 1 <= shard.number && shard.number <= shard.count)
      return shard;
  }
  throw ConfigError("--shard " + std::string(text) +
                    " is no part I of N (which studies it takes is unknown) write 2/5");
}

std::string folder_name(const Shard& shard) {
  return std::to_string(shard.number) + "-of-" + std::to_string(shard.count);
}

} // namespace osteocalc::batch
