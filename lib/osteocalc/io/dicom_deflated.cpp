// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicom_deflated.h"

#include <algorithm>
#include <array>
#include <memory>
#include <zlib.h>

namespace osteocalc::io {
namespace {

constexpr std::size_t chunk_bytes = 64U << 10U;

/// The next inflated chunk; empty at the end or when the stream is damaged.
class Inflater {
 public:
  explicit Inflater(std::istream& in) : in_(in) {
    constexpr int without_zlib_header = -15;
    usable_ = inflateInit2(&state_, without_zlib_header) == Z_OK;
  }
  ~Inflater() { inflateEnd(&state_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  [[nodiscard]] std::span<const std::uint8_t> next() {
    state_.next_out = inflated_.data();
    state_.avail_out = static_cast<uInt>(inflated_.size());
    while (usable_ && state_.avail_out > 0) {
      if (state_.avail_in == 0) {
        in_.read(reinterpret_cast<char*>(deflated_.data()), static_cast<std::streamsize>(deflated_.size()));
        state_.next_in = deflated_.data();
        state_.avail_in = static_cast<uInt>(in_.gcount());
      }
      usable_ = state_.avail_in > 0 && inflate(&state_, Z_NO_FLUSH) == Z_OK;
    }
    return std::span(inflated_).first(inflated_.size() - state_.avail_out);
  }

 private:
  std::istream& in_;
  z_stream state_{};
  bool usable_ = false;
  std::array<std::uint8_t, chunk_bytes> deflated_{}, inflated_{};
};

} // namespace

std::uintmax_t data_set_begin(std::istream& in) {
  constexpr std::uintmax_t preamble_and_group_length = 132 + 12;
  std::array<unsigned char, 4> length{};
  in.clear();
  in.seekg(preamble_and_group_length - 4);
  in.read(reinterpret_cast<char*>(length.data()), length.size());
  std::uintmax_t value = 0;
  for (std::size_t i = length.size(); i-- > 0;)
    value = value << 8U | length[i];
  return preamble_and_group_length + value;
}

std::optional<std::vector<std::uint8_t>> inflated_range(std::istream& in, const ByteRange& range) {
  in.seekg(static_cast<std::streamoff>(data_set_begin(in)));
  const auto inflater = std::make_unique<Inflater>(in);
  std::vector<std::uint8_t> bytes;
  for (std::uintmax_t at = 0; bytes.size() < range.bytes;) {
    const auto chunk = inflater->next();
    if (chunk.empty())
      return std::nullopt;
    const std::uintmax_t from = std::min<std::uintmax_t>(range.offset - std::min(at, range.offset), chunk.size());
    const std::uintmax_t count = std::min<std::uintmax_t>(chunk.size() - from, range.bytes - bytes.size());
    const auto wanted = chunk.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(count));
    bytes.insert(bytes.end(), wanted.begin(), wanted.end());
    at += chunk.size();
  }
  return bytes;
}

} // namespace osteocalc::io
