// SPDX-License-Identifier: Apache-2.0
// Encapsulated pixels: an offset table, fragments and a delimiter, each an item with tag and length, always little
// endian. DICOM PS3.5, annex A.4.
#include "osteocalc/io/dicom_fragments.h"

#include <algorithm>
#include <array>

namespace osteocalc::io {
namespace {

constexpr std::uint32_t item_tag = 0xE000FFFE, delimiter_tag = 0xE0DDFFFE; // as read in little endian
constexpr std::size_t item_header_bytes = 8;
constexpr std::size_t most_fragments = 1U << 18U; // what has more is no scan

std::uint32_t little_endian_32(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8U |
         static_cast<std::uint32_t>(bytes[2]) << 16U | static_cast<std::uint32_t>(bytes[3]) << 24U;
}

bool read_at(std::istream& in, std::uintmax_t offset, std::span<std::uint8_t> bytes) {
  in.clear();
  in.seekg(static_cast<std::streamoff>(offset));
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return static_cast<bool>(in);
}

struct ItemHeader {
  std::uint32_t tag, length;
};

std::optional<ItemHeader> item_at(std::istream& in, std::uintmax_t offset, std::uintmax_t file_bytes) {
  std::array<std::uint8_t, item_header_bytes> bytes{};
  if (offset + item_header_bytes > file_bytes || !read_at(in, offset, bytes))
    return std::nullopt;
  const ItemHeader header{little_endian_32(bytes.data()), little_endian_32(bytes.data() + 4)};
  if (header.tag == item_tag && header.length > file_bytes - offset - item_header_bytes)
    return std::nullopt;
  return header;
}

/// All fragments up to the delimiter.
std::optional<std::vector<ByteRange>> fragments_from(std::istream& in, std::uintmax_t begin,
                                                     std::uintmax_t file_bytes) {
  std::vector<ByteRange> fragments;
  while (fragments.size() < most_fragments) {
    const std::uintmax_t offset = fragments.empty() ? begin : fragments.back().offset + fragments.back().bytes;
    const auto item = item_at(in, offset, file_bytes);
    if (item && item->tag == delimiter_tag)
      return fragments;
    if (!item || item->tag != item_tag)
      return std::nullopt;
    fragments.push_back({offset, item_header_bytes + item->length});
  }
  return std::nullopt;
}

/// A JPEG or JPEG 2000 code stream starts here: SOI or SOC.
bool starts_stream(std::istream& in, const ByteRange& fragment) {
  std::array<std::uint8_t, 2> marker{};
  return fragment.bytes >= item_header_bytes + 2 && read_at(in, fragment.offset + item_header_bytes, marker) &&
         marker[0] == 0xFF && (marker[1] == 0xD8 || marker[1] == 0x4F);
}

/// The first fragment of each frame.
std::vector<std::uintmax_t> frame_starts(std::istream& in, const std::vector<ByteRange>& fragments,
                                         std::span<const std::uint8_t> table, std::size_t frames) {
  std::vector<std::uintmax_t> starts;
  if (table.size() == 4 * frames) {
    for (std::size_t i = 0; i < frames; ++i)
      starts.push_back(fragments.front().offset + little_endian_32(&table[4 * i]));
    return starts;
  }
  for (const ByteRange& fragment : fragments)
    if (fragments.size() == frames || starts_stream(in, fragment))
      starts.push_back(fragment.offset);
  return starts;
}

} // namespace

std::optional<std::vector<ByteRange>> frame_fragments(std::istream& in, std::uintmax_t begin, std::uintmax_t file_bytes,
                                                      int frames) {
  const auto table_item = item_at(in, begin, file_bytes);
  if (!table_item || table_item->tag != item_tag)
    return std::nullopt;
  const std::uintmax_t first = begin + item_header_bytes + table_item->length;
  if (frames == 1)
    return std::vector{ByteRange{first, file_bytes - first}};
  const auto fragments = fragments_from(in, first, file_bytes);
  const auto count = static_cast<std::size_t>(frames);
  if (!fragments || fragments->size() < count)
    return std::nullopt;
  std::vector<std::uint8_t> table(table_item->length == 4 * count ? table_item->length : 0);
  if (!read_at(in, begin + item_header_bytes, table))
    return std::nullopt;
  std::vector<std::uintmax_t> starts = frame_starts(in, *fragments, table, count);
  if (starts.size() != count || starts.front() != first)
    return std::nullopt;
  starts.push_back(fragments->back().offset + fragments->back().bytes);
  std::vector<ByteRange> frame_ranges;
  for (std::size_t i = 0; i < count; ++i) {
    if (starts[i + 1] <= starts[i])
      return std::nullopt;
    frame_ranges.push_back({starts[i], starts[i + 1] - starts[i]});
  }
  return starts[count] <= file_bytes ? std::optional(frame_ranges) : std::nullopt;
}

std::optional<std::vector<std::uint8_t>> joined_fragments(std::span<const std::uint8_t> range, bool needs_delimiter) {
  std::vector<std::uint8_t> stream;
  while (range.size() >= item_header_bytes) {
    const std::uint32_t tag = little_endian_32(range.data());
    const std::size_t length = little_endian_32(range.data() + 4);
    range = range.subspan(item_header_bytes);
    if (tag == delimiter_tag && needs_delimiter)
      return stream;
    if (tag != item_tag || length > range.size())
      return std::nullopt;
    stream.insert(stream.end(), range.begin(), range.begin() + static_cast<std::ptrdiff_t>(length));
    range = range.subspan(length);
  }
  return range.empty() && !needs_delimiter ? std::optional(stream) : std::nullopt;
}

} // namespace osteocalc::io
