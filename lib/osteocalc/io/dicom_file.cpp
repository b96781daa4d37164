// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicom_file.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/dcmtk_setup.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmdata/dcxfer.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <fstream>
#include <string_view>
#include <vector>

namespace osteocalc::io {
namespace {

// Enough for the header of nearly every CT slice in one read; longer ones are read again with more.
constexpr std::size_t first_read_bytes = 32U << 10U;

/// Part 10 files say so after the preamble; files without one begin with group 2 or 8, little or big endian.
bool may_be_dicom(std::string_view head) {
  if (head.size() >= 132 && head.substr(128, 4) == "DICM")
    return true;
  using namespace std::string_view_literals;
  return head.starts_with("\x08\x00"sv) || head.starts_with("\x02\x00"sv) || head.starts_with("\x00\x08"sv);
}

std::string text(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  item.findAndGetOFStringArray(tag, value);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\0'))
    value.pop_back();
  return value;
}

std::optional<double> number(DcmItem& item, const DcmTagKey& tag, unsigned long index = 0) {
  Float64 value = 0;
  if (item.findAndGetFloat64(tag, value, index).bad())
    return std::nullopt;
  return value;
}

template <std::size_t Count>
std::optional<std::array<double, Count>> numbers(DcmItem& item, const DcmTagKey& tag) {
  std::array<double, Count> values{};
  for (std::size_t i = 0; i < Count; ++i) {
    const auto value = number(item, tag, i);
    if (!value)
      return std::nullopt;
    values[i] = *value;
  }
  return values;
}

int whole(DcmItem& item, const DcmTagKey& tag, int fallback) {
  Uint16 value = 0;
  return item.findAndGetUint16(tag, value).good() ? value : fallback;
}

/// "083Y", "011M", "002W", "005D".
std::optional<double> age_from(std::string_view age) {
  int value = 0;
  const auto [end, error] = std::from_chars(age.data(), age.data() + age.size(), value);
  if (error != std::errc{} || end == age.data() + age.size())
    return std::nullopt;
  switch (*end) {
  case 'Y':
    return value;
  case 'M':
    return value / 12.0;
  case 'W':
    return value / 52.1775;
  case 'D':
    return value / 365.2425;
  default:
    return std::nullopt;
  }
}

std::optional<std::array<Vec3, 2>> orientation(DcmItem& item) {
  const auto cosines = numbers<6>(item, DCM_ImageOrientationPatient);
  if (!cosines)
    return std::nullopt;
  const Vec3 row{(*cosines)[0], (*cosines)[1], (*cosines)[2]};
  const Vec3 column{(*cosines)[3], (*cosines)[4], (*cosines)[5]};
  // Written with a few digits, hence normalised; anything farther from two perpendicular unit vectors is no
  // orientation.
  if (std::max({std::abs(norm(row) - 1), std::abs(norm(column) - 1), std::abs(dot(row, column))}) > 0.01)
    return std::nullopt;
  return std::array<Vec3, 2>{normalized(row), normalized(column)};
}

PixelLayout pixel_layout(DcmItem& item) {
  PixelLayout layout;
  layout.rows = whole(item, DCM_Rows, 0);
  layout.columns = whole(item, DCM_Columns, 0);
  layout.frames = static_cast<int>(number(item, DCM_NumberOfFrames).value_or(1));
  layout.samples = whole(item, DCM_SamplesPerPixel, 1);
  layout.bits_allocated = whole(item, DCM_BitsAllocated, 16);
  layout.bits_stored = whole(item, DCM_BitsStored, layout.bits_allocated);
  layout.high_bit = whole(item, DCM_HighBit, layout.bits_stored - 1);
  layout.is_signed = whole(item, DCM_PixelRepresentation, 0) == 1;
  // US or SS by PixelRepresentation; only the 16 bits matter here.
  Sint16 padding_signed = 0;
  Uint16 padding = 0;
  if (item.findAndGetUint16(DCM_PixelPaddingValue, padding).good())
    layout.padding = padding;
  else if (item.findAndGetSint16(DCM_PixelPaddingValue, padding_signed).good())
    layout.padding = static_cast<std::uint16_t>(padding_signed);
  return layout;
}

void fill_acquisition(DcmItem& item, DicomHeader& header) {
  header.modality = text(item, DCM_Modality);
  header.image_type = text(item, DCM_ImageType);
  header.study_uid = text(item, DCM_StudyInstanceUID);
  header.series_uid = text(item, DCM_SeriesInstanceUID);
  header.instance_uid = text(item, DCM_SOPInstanceUID);
  header.patient_id = text(item, DCM_PatientID);
  header.kernel = text(item, DCM_ConvolutionKernel);
  header.manufacturer = text(item, DCM_Manufacturer);
  header.model = text(item, DCM_ManufacturerModelName);
  header.filter = text(item, DCM_FilterType);
  header.scanner_serial = text(item, DCM_DeviceSerialNumber);
  header.scan_date = text(item, DCM_AcquisitionDate);
  header.table_height_mm = number(item, DCM_TableHeight);
  header.field_of_view_mm = number(item, DCM_ReconstructionDiameter);
  header.contrast_agent = text(item, DCM_ContrastBolusAgent);
  header.rescale_type = text(item, DCM_RescaleType);
  header.series_description = text(item, DCM_SeriesDescription);
  header.kvp_kv = number(item, DCM_KVP);
  header.thickness_mm = number(item, DCM_SliceThickness);
  header.slope = number(item, DCM_RescaleSlope);
  header.intercept = number(item, DCM_RescaleIntercept);
  header.age_years = age_from(text(item, DCM_PatientAge));
  header.sex = sex_from_string(text(item, DCM_PatientSex));
  header.position_mm = numbers<3>(item, DCM_ImagePositionPatient);
  header.row_column_axes = orientation(item);
  const auto spacing = numbers<2>(item, DCM_PixelSpacing); // between rows first, then between columns
  if (spacing && (*spacing)[0] > 0 && (*spacing)[1] > 0)
    header.spacing_mm = {(*spacing)[1], (*spacing)[0]};
}

std::uint32_t little_endian_32(const char* bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;)
    value = value << 8U | static_cast<unsigned char>(bytes[i]);
  return value;
}

/// Where the pixel values begin, given that the parser stopped right after the element's tag and length.
void locate_pixels(PixelLayout& layout, E_TransferSyntax syntax, std::string_view head, std::size_t stop,
                   std::uintmax_t file_bytes) {
  const bool in_memory_order = syntax == EXS_LittleEndianImplicit || syntax == EXS_LittleEndianExplicit;
  layout.encoding = PixelEncoding::Encoded;
  if (!in_memory_order || layout.bits_allocated != 16 || stop % 2 != 0 || std::endian::native != std::endian::little)
    return;
  layout.encoding = PixelEncoding::Native;
  layout.offset = stop;
  const std::uintmax_t needed =
      std::uintmax_t{2} * static_cast<std::uintmax_t>(layout.rows) * static_cast<std::uintmax_t>(layout.columns);
  layout.complete = little_endian_32(head.data() + stop - 4) >= needed && file_bytes >= stop + needed;
}

} // namespace

std::optional<DicomHeader> read_dicom_header(const std::filesystem::path& file) {
  setup_dcmtk();
  std::error_code unknown_size;
  const std::uintmax_t file_bytes = std::filesystem::file_size(file, unknown_size);
  std::ifstream in(file, std::ios::binary);
  if (unknown_size || !in)
    throw IoError("cannot read " + file.filename().string() +
                  " (a missing slice changes every result) check its "
                  "permissions");
  std::vector<char> head;
  for (std::size_t wanted = first_read_bytes;; wanted *= 16) {
    const std::size_t have = head.size();
    head.resize(static_cast<std::size_t>(std::min<std::uintmax_t>(wanted, file_bytes)));
    in.read(head.data() + have, static_cast<std::streamsize>(head.size() - have));
    head.resize(have + static_cast<std::size_t>(in.gcount()));
    if (!may_be_dicom({head.data(), head.size()}))
      return std::nullopt;
    const bool whole_file = head.size() < wanted;
    DcmInputBufferStream stream;
    stream.setBuffer(head.data(), static_cast<offile_off_t>(head.size()));
    if (whole_file)
      stream.setEos();
    DcmFileFormat format;
    format.transferInit();
    const OFCondition status = format.readUntilTag(stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength, DCM_PixelData);
    const bool reached_pixels = status.good() && stream.eos() == OFFalse;
    if (!reached_pixels && !whole_file)
      continue;
    DcmDataset& dataset = *format.getDataset();
    DicomHeader header;
    header.file = file;
    fill_acquisition(dataset, header);
    if (header.modality.empty() && header.instance_uid.empty())
      return std::nullopt;
    header.pixels = pixel_layout(dataset);
    header.transfer_syntax = DcmXfer(dataset.getOriginalXfer()).getXferName();
    if (reached_pixels)
      locate_pixels(header.pixels, dataset.getOriginalXfer(), {head.data(), head.size()},
                    static_cast<std::size_t>(stream.tell()), file_bytes);
    else
      header.pixels.complete = status.good() && text(dataset, DCM_SOPClassUID) != UID_CTImageStorage;
    return header;
  }
}

} // namespace osteocalc::io
