// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace osteocalc::batch {

/// The part of a batch that one of several runs takes: studies are dealt by their key, which does not change with what
/// else lies in the archive.
struct Shard {
  int number = 1; ///< 1 .. count
  int count = 1;

  [[nodiscard]] bool whole() const noexcept { return count == 1; }
  [[nodiscard]] bool holds(std::string_view study_key) const { return shard_of(study_key, count) == number; }
  /// 1 .. count. \pre the key is 16 hexadecimal digits
  [[nodiscard]] static int shard_of(std::string_view study_key, int count);
};

/// "2/5". \throw ConfigError when it is no such text
[[nodiscard]] Shard parse_shard(std::string_view text);

/// "2-of-5", the name of its folder.
[[nodiscard]] std::string folder_name(const Shard& shard);

} // namespace osteocalc::batch
