// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace osteocalc::io {

struct ByteRange {
  std::uintmax_t offset = 0, bytes = 0;
};

/// Where the fragments of each frame lie, with their item tags, of encapsulated pixels whose first item is at `begin`;
/// of a single frame, all to the end of the file. From the number of fragments, else the offset table, else the start
/// markers of JPEG. Empty when the file ends before the pixels do or the fragments do not add up to the frames.
[[nodiscard]] std::optional<std::vector<ByteRange>> frame_fragments(std::istream& in, std::uintmax_t begin,
                                                                    std::uintmax_t file_bytes, int frames);

/// The code stream of a frame: its fragments joined, from the bytes of such a range. A range that goes on to the end of
/// the file must hold the delimiter. Empty when it is cut off or damaged.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> joined_fragments(std::span<const std::uint8_t> range,
                                                                        bool needs_delimiter);

} // namespace osteocalc::io
