// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicom_file.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/io/dicom_decode.h"
#include "osteocalc/io/dicom_deflated.h"
#include "osteocalc/io/dicom_fragments.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace osteocalc::io {
namespace {

using Hu = std::numeric_limits<std::int16_t>;
constexpr std::int16_t air_hu = -1024;
constexpr int highest_plausible_hu = 4095; // the end of the 12-bit CT scale; metal saturates there

[[noreturn]] void fail(const DicomHeader& header, const std::string& what) {
  throw DicomError(header.file.filename().string() + " " + what +
                   " (its slice would be missing) copy the file again from its source");
}

/// The bits of a stored value that carry the pixel; overlay planes may lie in the others.
class PixelBits {
 public:
  explicit PixelBits(const PixelLayout& layout)
      : lowest_(layout.high_bit + 1 - layout.bits_stored),
        mask_(static_cast<std::uint16_t>((1U << layout.bits_stored) - 1)),
        sign_(static_cast<std::uint16_t>(layout.is_signed ? 1U << (layout.bits_stored - 1) : 0)) {}
  [[nodiscard]] bool start_at_zero() const { return lowest_ == 0; }
  [[nodiscard]] std::uint16_t shifted(std::uint16_t raw) const { return static_cast<std::uint16_t>(raw >> lowest_); }
  /// Of a value that starts at bit 0. Never more than 16 bits wide: eight pixels an instruction.
  [[nodiscard]] std::uint16_t value(std::uint16_t raw) const {
    return static_cast<std::uint16_t>(static_cast<std::uint16_t>((raw & mask_) ^ sign_) - sign_);
  }

 private:
  int lowest_;
  std::uint16_t mask_, sign_;
};

/// Fills `hu` with to_hu(pixel value) of each stored value.
template <class Stored, class ToHu>
void convert_rows(std::span<const std::uint16_t> stored, const PixelLayout& layout, SliceView<std::int16_t> hu,
                  const ToHu& to_hu) {
  const PixelBits bits(layout);
  for (int y = 0; y < hu.height; ++y) {
    const std::uint16_t* from = stored.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(hu.width);
    std::int16_t* to = hu.row(y);
    if (bits.start_at_zero())
      for (int x = 0; x < hu.width; ++x)
        to[x] = to_hu(static_cast<Stored>(bits.value(from[x])));
    else
      for (int x = 0; x < hu.width; ++x)
        to[x] = to_hu(static_cast<Stored>(bits.value(bits.shifted(from[x]))));
  }
}

/// HU of one pixel value, rounded down: what was below a threshold stays below it. The 0.001 keeps a product such as
/// 129.99999999 at the 130 it stands for.
struct Rescale {
  double slope, intercept;
  [[nodiscard]] std::int16_t operator()(int value) const {
    const double hu = std::floor(slope * value + intercept + 1e-3);
    return static_cast<std::int16_t>(std::clamp<double>(hu, Hu::min(), Hu::max()));
  }
  [[nodiscard]] bool only_shifts() const {
    return slope == 1.0 && intercept == std::floor(intercept) && std::abs(intercept) <= Hu::max();
  }
};

/// Values in the range of the padding, where no HU lies.
template <class Stored>
void pad_with_air(const PixelLayout& layout, const Rescale& rescale, SliceView<std::int16_t> hu) {
  if (!layout.padding)
    return;
  const int value = static_cast<Stored>(*layout.padding);
  const int limit = static_cast<Stored>(layout.padding_limit.value_or(*layout.padding));
  const auto is_plausible = [&](int stored) {
    const double padding = rescale.slope * stored + rescale.intercept;
    return padding >= air_hu && padding <= highest_plausible_hu;
  };
  if (is_plausible(value) || is_plausible(limit))
    return;
  const auto [low, high] = std::minmax({rescale(value), rescale(limit)});
  for (int y = 0; y < hu.height; ++y)
    for (std::int16_t& pixel : std::span(hu.row(y), static_cast<std::size_t>(hu.width)))
      pixel = pixel >= low && pixel <= high ? air_hu : pixel;
}

template <class Stored>
void convert_to_hu(std::span<const std::uint16_t> stored, const PixelLayout& layout, const Rescale& rescale,
                   SliceView<std::int16_t> hu) {
  if (rescale.only_shifts()) {
    // Nearly every scanner. Cutting the range before the sum keeps it within 16 bits, eight pixels an instruction.
    const int intercept = static_cast<int>(rescale.intercept);
    using Range = std::numeric_limits<Stored>;
    const auto low = static_cast<Stored>(std::clamp<int>(Hu::min() - intercept, Range::min(), Range::max()));
    const auto high = static_cast<Stored>(std::clamp<int>(Hu::max() - intercept, Range::min(), Range::max()));
    convert_rows<Stored>(stored, layout, hu, [=](Stored value) {
      return static_cast<std::int16_t>(std::clamp(value, low, high) + intercept);
    });
  } else {
    std::vector<std::int16_t> table(1U << 16U);
    for (std::size_t raw = 0; raw < table.size(); ++raw)
      table[raw] = rescale(static_cast<Stored>(raw));
    convert_rows<Stored>(stored, layout, hu, [&](Stored value) { return table[static_cast<std::uint16_t>(value)]; });
  }
}

void convert(std::span<const std::uint16_t> stored, const DicomHeader& header, SliceView<std::int16_t> hu) {
  const PixelLayout& layout = header.pixels;
  const Rescale rescale{*header.slope, *header.intercept};
  if (layout.is_signed || layout.bits_stored < 16) // signed 16-bit values have instructions that the others lack
    convert_to_hu<std::int16_t>(stored, layout, rescale, hu);
  else
    convert_to_hu<std::uint16_t>(stored, layout, rescale, hu);
  if (layout.is_signed)
    pad_with_air<std::int16_t>(layout, rescale, hu);
  else
    pad_with_air<std::uint16_t>(layout, rescale, hu);
}

std::ifstream opened(const DicomHeader& header) {
  std::ifstream in(header.file, std::ios::binary);
  if (!in)
    fail(header, "cannot be read");
  return in;
}

/// The bytes that hold a frame, in a buffer that each thread keeps: whole files are read 400 at a time.
std::span<std::uint8_t> read_range(const DicomHeader& header, std::ifstream& in, const ByteRange& range) {
  thread_local std::vector<std::uint8_t> buffer;
  const auto count = static_cast<std::size_t>(range.bytes);
  buffer.resize(std::max(buffer.size(), count));
  in.seekg(static_cast<std::streamoff>(range.offset));
  in.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(count));
  if (!in)
    fail(header, "ends before its pixels do");
  return std::span(buffer).first(count);
}

/// Little-endian values of 8 or 16 bits as 16-bit values; in place where they already are.
std::span<const std::uint16_t> as_values(std::span<const std::uint8_t> bytes, int bits_allocated) {
  if (bits_allocated == 16 && reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(std::uint16_t) == 0)
    return {reinterpret_cast<const std::uint16_t*>(bytes.data()), bytes.size() / 2};
  thread_local std::vector<std::uint16_t> values;
  if (bits_allocated == 16) {
    values.resize(bytes.size() / 2);
    std::memcpy(values.data(), bytes.data(), 2 * values.size());
  } else {
    values.assign(bytes.begin(), bytes.end());
  }
  return values;
}

/// The decoded frame of an encapsulated file. A frame takes little more room coded than raw; what goes on for longer to
/// the end of the file is something else.
std::vector<std::uint16_t> read_encapsulated(const DicomHeader& header, std::ifstream& in) {
  const PixelLayout& layout = header.pixels;
  constexpr std::uintmax_t slack_bytes = 1U << 20U;
  const std::uintmax_t longest =
      4 * static_cast<std::uintmax_t>(layout.rows) * static_cast<std::uintmax_t>(layout.columns) + slack_bytes;
  const auto range = read_range(header, in, {layout.offset, std::min(layout.bytes, longest)});
  const auto code_stream = joined_fragments(range, layout.frames == 1);
  if (!code_stream)
    fail(header, "ends before its pixels do");
  try {
    return decode_frame(header, *code_stream);
  } catch (const DicomError& error) {
    fail(header, error.what());
  }
}

void swap_bytes(std::span<std::uint8_t> bytes) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
    std::swap(bytes[i], bytes[i + 1]);
}

void read_frame(const DicomHeader& header, SliceView<std::int16_t> hu) {
  const PixelLayout& layout = header.pixels;
  const ByteRange range{layout.offset, layout.bytes};
  std::ifstream in = opened(header);
  if (layout.encoding == PixelEncoding::Encapsulated) {
    convert(read_encapsulated(header, in), header, hu);
  } else if (layout.encoding == PixelEncoding::Deflated) {
    const auto bytes = inflated_range(in, range);
    if (!bytes)
      fail(header, "ends before its pixels do");
    convert(as_values(*bytes, layout.bits_allocated), header, hu);
  } else {
    const auto bytes = read_range(header, in, range);
    if (layout.encoding == PixelEncoding::BigEndian)
      swap_bytes(bytes);
    convert(as_values(bytes, layout.bits_allocated), header, hu);
  }
}

} // namespace

std::string read_slice_hu(const DicomHeader& header, SliceView<std::int16_t> hu, InputHash hash) {
  const PixelLayout& layout = header.pixels;
  if (!header.problem.empty())
    fail(header, header.problem);
  if (!layout.complete)
    fail(header, "ends before its pixels do");
  OSTEOCALC_EXPECT(header.slope && header.intercept && layout.encoding != PixelEncoding::None);
  OSTEOCALC_EXPECT(hu.width == layout.columns && hu.height == layout.rows);
  read_frame(header, hu);
  if (hash == InputHash::Skip)
    return {};
  if (layout.frames == 1 || layout.encoding == PixelEncoding::Deflated)
    return sha256_hex_of_file(header.file);
  std::ifstream in = opened(header);
  return sha256_hex(std::as_bytes(read_range(header, in, {layout.offset, layout.bytes})));
}

} // namespace osteocalc::io
