// SPDX-License-Identifier: Apache-2.0
// DCMTK's decoders, fed one frame at a time through a data set made for it, and OpenJPEG. The size in the code stream
// is compared with the header's before a decoder allocates by it.
#include "osteocalc/io/dicom_decode.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/dcmtk_setup.h"
#include "osteocalc/io/jpeg2000.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcxfer.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace osteocalc::io {
namespace {

struct CodedSize {
  std::uint32_t columns, rows, components;
};

/// From the start-of-frame segment of a JPEG or JPEG-LS stream. Only segments with a length stand before it: at another
/// marker there, TEM, DCMTK's own search for that segment never ends.
std::optional<CodedSize> jpeg_size(std::span<const std::uint8_t> stream) {
  const auto value = [&](std::size_t at) { return std::uint32_t{stream[at]} << 8U | stream[at + 1]; };
  for (std::size_t at = 2; at + 10 <= stream.size() && stream[at] == 0xFF;) {
    const std::uint8_t marker = stream[at + 1];
    const bool start_of_frame =
        marker == 0xF7 || (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC);
    if (start_of_frame)
      return CodedSize{value(at + 7), value(at + 5), stream[at + 9]};
    const bool is_fill = marker == 0xFF, has_length = marker >= 0xC0 && (marker < 0xD0 || marker > 0xD9);
    if (!has_length)
      return std::nullopt;
    at += is_fill ? 1 : 2 + value(at + 2);
  }
  return std::nullopt;
}

DicomError damaged(const std::string& transfer_syntax) {
  return DicomError("cannot be decoded from " + transfer_syntax);
}

void put(DcmDataset& dataset, const DcmTagKey& tag, int value) {
  dataset.putAndInsertUint16(tag, static_cast<Uint16>(value));
}

/// A data set of nothing but this frame.
std::unique_ptr<DcmDataset> frame_dataset(const DicomHeader& header, E_TransferSyntax syntax,
                                          std::span<const std::uint8_t> code_stream) {
  auto dataset = std::make_unique<DcmDataset>();
  const PixelLayout& layout = header.pixels;
  put(*dataset, DCM_SamplesPerPixel, layout.samples);
  dataset->putAndInsertString(DCM_PhotometricInterpretation, "MONOCHROME2");
  put(*dataset, DCM_Rows, layout.rows);
  put(*dataset, DCM_Columns, layout.columns);
  put(*dataset, DCM_BitsAllocated, layout.bits_allocated);
  put(*dataset, DCM_BitsStored, layout.bits_stored);
  put(*dataset, DCM_HighBit, layout.high_bit);
  put(*dataset, DCM_PixelRepresentation, layout.is_signed ? 1 : 0);
  auto fragments = std::make_unique<DcmPixelSequence>(DCM_PixelSequenceTag);
  fragments->insert(new DcmPixelItem(DcmTag(DCM_Item, EVR_OB))); // the offset table; the sequence owns its items
  auto frame = std::make_unique<DcmPixelItem>(DcmTag(DCM_Item, EVR_OB));
  if (frame->putUint8Array(code_stream.data(), static_cast<unsigned long>(code_stream.size())).bad())
    throw damaged(header.transfer_syntax);
  fragments->insert(frame.release());
  auto pixels = std::make_unique<DcmPixelData>(DCM_PixelData);
  pixels->putOriginalRepresentation(syntax, nullptr, fragments.release());
  dataset->insert(pixels.release());
  return dataset;
}

std::vector<std::uint16_t> decode_with_dcmtk(const DicomHeader& header, E_TransferSyntax syntax,
                                             std::span<const std::uint8_t> code_stream) {
  setup_dcmtk();
  const auto dataset = frame_dataset(header, syntax, code_stream);
  DcmElement* pixels = nullptr;
  Uint16* values = nullptr;
  if (dataset->chooseRepresentation(EXS_LittleEndianExplicit, nullptr).bad() ||
      dataset->findAndGetElement(DCM_PixelData, pixels).bad() || pixels->getUint16Array(values).bad() ||
      values == nullptr)
    throw damaged(header.transfer_syntax);
  // The decoder sets BitsAllocated to what it wrote.
  Uint16 bits = 0;
  dataset->findAndGetUint16(DCM_BitsAllocated, bits);
  const std::size_t count =
      static_cast<std::size_t>(header.pixels.rows) * static_cast<std::size_t>(header.pixels.columns);
  if (pixels->getLength() < count * (bits / 8U) || (bits != 8 && bits != 16))
    throw damaged(header.transfer_syntax);
  if (bits == 16)
    return {values, values + count};
  std::vector<std::uint16_t> widened(count);
  std::copy_n(reinterpret_cast<const Uint8*>(values), count, widened.begin());
  return widened;
}

} // namespace

std::vector<std::uint16_t> decode_frame(const DicomHeader& header, std::span<const std::uint8_t> code_stream) {
  const E_TransferSyntax syntax = DcmXfer(header.transfer_syntax.c_str()).getXfer();
  if (syntax == EXS_JPEG2000LosslessOnly || syntax == EXS_JPEG2000)
    return decode_jpeg2000(code_stream, header.pixels.columns, header.pixels.rows);
  if (syntax != EXS_RLELossless) {
    const auto coded = jpeg_size(code_stream);
    if (!coded)
      throw damaged(header.transfer_syntax);
    if (coded->columns != static_cast<std::uint32_t>(header.pixels.columns) ||
        coded->rows != static_cast<std::uint32_t>(header.pixels.rows) || coded->components != 1)
      throw DicomError("has pixels that do not match its size");
  }
  return decode_with_dcmtk(header, syntax, code_stream);
}

} // namespace osteocalc::io
