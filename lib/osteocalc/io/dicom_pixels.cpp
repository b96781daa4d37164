// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicom_file.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/io/dcmtk_setup.h"
#include "osteocalc/io/jpeg2000.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <span>
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
template <class Stored>
Stored pixel_value(std::uint16_t raw, int left, int right) {
  return static_cast<Stored>(static_cast<Stored>(raw << left) >> right);
}

/// Fills `hu` with to_hu(pixel value) of each stored value.
template <class Stored, class ToHu>
void convert_rows(std::span<const std::uint16_t> stored, const PixelLayout& layout, SliceView<std::int16_t> hu,
                  const ToHu& to_hu) {
  const int left = 15 - layout.high_bit;
  const int right = 16 - layout.bits_stored;
  for (int y = 0; y < hu.height; ++y) {
    const std::uint16_t* from = stored.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(hu.width);
    std::int16_t* to = hu.row(y);
    for (int x = 0; x < hu.width; ++x)
      to[x] = to_hu(pixel_value<Stored>(from[x], left, right));
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

template <class Stored>
void convert(std::span<const std::uint16_t> stored, const DicomHeader& header, SliceView<std::int16_t> hu) {
  const Rescale rescale{*header.slope, *header.intercept};
  if (rescale.only_shifts()) {
    // Nearly every scanner. Cutting the range before the sum keeps it within 16 bits, eight pixels an instruction.
    const int intercept = static_cast<int>(rescale.intercept);
    using Range = std::numeric_limits<Stored>;
    const auto low = static_cast<Stored>(std::clamp<int>(Hu::min() - intercept, Range::min(), Range::max()));
    const auto high = static_cast<Stored>(std::clamp<int>(Hu::max() - intercept, Range::min(), Range::max()));
    convert_rows<Stored>(stored, header.pixels, hu, [=](Stored value) {
      return static_cast<std::int16_t>(std::clamp(value, low, high) + intercept);
    });
  } else {
    std::vector<std::int16_t> table(1U << 16U);
    for (std::size_t raw = 0; raw < table.size(); ++raw)
      table[raw] = rescale(static_cast<Stored>(raw));
    convert_rows<Stored>(stored, header.pixels, hu,
                         [&](Stored value) { return table[static_cast<std::uint16_t>(value)]; });
  }
  if (!header.pixels.padding)
    return;
  const double padding = rescale.slope * static_cast<Stored>(*header.pixels.padding) + rescale.intercept;
  if (padding >= air_hu && padding <= highest_plausible_hu)
    return;
  const std::int16_t padding_hu = rescale(static_cast<Stored>(*header.pixels.padding));
  for (int y = 0; y < hu.height; ++y)
    for (std::int16_t& value : std::span(hu.row(y), static_cast<std::size_t>(hu.width)))
      value = value == padding_hu ? air_hu : value;
}

void convert(std::span<const std::uint16_t> stored, const DicomHeader& header, SliceView<std::int16_t> hu) {
  if (header.pixels.is_signed)
    convert<std::int16_t>(stored, header, hu);
  else
    convert<std::uint16_t>(stored, header, hu);
}

/// Pixels that lie in the file as in memory: one read into a buffer that each thread keeps, and straight into HU.
std::string read_native(const DicomHeader& header, SliceView<std::int16_t> hu, InputHash hash) {
  const std::size_t begin = hash == InputHash::Compute ? 0 : header.pixels.offset;
  const std::size_t pixel_count = static_cast<std::size_t>(hu.width) * static_cast<std::size_t>(hu.height);
  const std::size_t pixel_end = header.pixels.offset + 2 * pixel_count;
  std::ifstream in(header.file, std::ios::binary | std::ios::ate);
  const auto file_bytes = in ? static_cast<std::size_t>(in.tellg()) : 0;
  if (file_bytes < pixel_end)
    fail(header, "ends before its pixels do");
  const std::size_t end = hash == InputHash::Compute ? file_bytes : pixel_end;
  thread_local std::vector<std::uint16_t> buffer;
  buffer.resize(std::max(buffer.size(), (end - begin + 1) / 2));
  in.seekg(static_cast<std::streamoff>(begin));
  in.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(end - begin));
  if (!in)
    fail(header, "cannot be read to its end");
  convert(std::span(buffer).subspan((header.pixels.offset - begin) / 2, pixel_count), header, hu);
  if (hash == InputHash::Skip)
    return {};
  return sha256_hex(std::as_bytes(std::span(buffer)).first(file_bytes));
}

std::vector<std::uint16_t> jpeg2000_pixels(const DicomHeader& header, DcmPixelData& element, E_TransferSyntax syntax,
                                           const DcmRepresentationParameter* parameter) {
  DcmPixelSequence* sequence = nullptr;
  if (element.getEncapsulatedRepresentation(syntax, parameter, sequence).bad())
    fail(header, "has damaged pixels");
  std::vector<std::uint8_t> encoded;
  for (unsigned long i = 1; i < sequence->card(); ++i) { // item 0 is the offset table
    DcmPixelItem* item = nullptr;
    Uint8* bytes = nullptr;
    if (sequence->getItem(item, i).bad() || item->getUint8Array(bytes).bad())
      fail(header, "has damaged pixels");
    encoded.insert(encoded.end(), bytes, bytes + item->getLength());
  }
  return decode_jpeg2000(encoded);
}

/// Compressed, deflated or big-endian pixels, through DCMTK's decoders.
void read_encoded(const DicomHeader& header, SliceView<std::int16_t> hu) {
  setup_dcmtk();
  const std::size_t pixel_count = static_cast<std::size_t>(hu.width) * static_cast<std::size_t>(hu.height);
  DcmFileFormat format;
  if (format.loadFile(header.file.c_str()).bad())
    fail(header, "is damaged");
  DcmDataset& dataset = *format.getDataset();
  DcmElement* element = nullptr;
  if (dataset.findAndGetElement(DCM_PixelData, element).bad())
    fail(header, "has no pixels");
  auto& pixels = dynamic_cast<DcmPixelData&>(*element);
  E_TransferSyntax syntax = EXS_Unknown;
  const DcmRepresentationParameter* parameter = nullptr;
  pixels.getOriginalRepresentationKey(syntax, parameter);
  if (syntax == EXS_JPEG2000LosslessOnly || syntax == EXS_JPEG2000) {
    const auto decoded = jpeg2000_pixels(header, pixels, syntax, parameter);
    if (decoded.size() != pixel_count)
      fail(header, "has pixels that do not match its size");
    convert(decoded, header, hu);
    return;
  }
  if (dataset.chooseRepresentation(EXS_LittleEndianExplicit, nullptr).bad())
    fail(header, "cannot be decoded from " + header.transfer_syntax);
  Uint16* values = nullptr;
  if (pixels.getUint16Array(values).bad() || values == nullptr || pixels.getLength() < 2 * pixel_count)
    fail(header, "ends before its pixels do");
  convert({values, pixel_count}, header, hu);
}

} // namespace

std::string read_slice_hu(const DicomHeader& header, SliceView<std::int16_t> hu, InputHash hash) {
  OSTEOCALC_EXPECT(header.slope && header.intercept && header.pixels.bits_allocated == 16);
  OSTEOCALC_EXPECT(hu.width == header.pixels.columns && hu.height == header.pixels.rows);
  const PixelLayout& layout = header.pixels;
  if (!layout.complete)
    fail(header, "ends before its pixels do");
  if (layout.bits_stored < 1 || layout.high_bit > 15 || layout.high_bit + 1 < layout.bits_stored)
    fail(header, "has an impossible pixel layout");
  if (layout.encoding == PixelEncoding::Native)
    return read_native(header, hu, hash);
  read_encoded(header, hu);
  return hash == InputHash::Compute ? sha256_hex_of_file(header.file) : std::string();
}

} // namespace osteocalc::io
