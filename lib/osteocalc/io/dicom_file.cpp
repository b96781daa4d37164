// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicom_file.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/dcmtk_setup.h"
#include "osteocalc/io/dicom_attributes.h"
#include "osteocalc/io/dicom_deflated.h"
#include "osteocalc/io/dicom_fragments.h"
#include "osteocalc/io/guarded_stream.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcmetinf.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmdata/dcxfer.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <string_view>

namespace osteocalc::io {
namespace {

// Enough for the header of nearly every CT slice in one read; longer ones are read again with more.
constexpr std::size_t first_read_bytes = 32U << 10U;
// An enhanced file of 4000 frames has about 15 MB; parsed, a header takes several times its size.
constexpr std::size_t most_header_bytes = 64U << 20U;
constexpr int most_frames = 20000;

/// Part 10 files say so after the preamble; files without one begin with group 2 or 8, little or big endian.
bool may_be_dicom(std::string_view head) {
  if (head.size() >= 132 && head.substr(128, 4) == "DICM")
    return true;
  using namespace std::string_view_literals;
  return head.starts_with("\x08\x00"sv) || head.starts_with("\x02\x00"sv) || head.starts_with("\x00\x08"sv);
}

/// A file whose header is being read: as much of its beginning as was needed so far.
struct Source {
  std::filesystem::path file;
  std::ifstream in;
  std::uintmax_t file_bytes = 0;
  std::vector<char> head;
  [[nodiscard]] bool whole() const { return head.size() == file_bytes; }
};

Source open_source(const std::filesystem::path& file) {
  std::error_code unknown_size;
  Source source{file, std::ifstream(file, std::ios::binary), std::filesystem::file_size(file, unknown_size), {}};
  if (unknown_size || !source.in)
    throw IoError("cannot read " + file.filename().string() +
                  " (a missing slice changes every result) check its permissions");
  return source;
}

void read_head(Source& source, std::size_t wanted) {
  const std::size_t have = source.head.size();
  source.head.resize(static_cast<std::size_t>(std::min<std::uintmax_t>(wanted, source.file_bytes)));
  source.in.read(source.head.data() + have, static_cast<std::streamsize>(source.head.size() - have));
  source.head.resize(have + static_cast<std::size_t>(source.in.gcount()));
  source.in.clear();
}

DicomHeader common_header(DcmDataset& dataset, const std::filesystem::path& file) {
  DicomHeader header;
  header.file = file;
  PixelLayout& pixels = header.pixels;
  pixels.bits_stored = pixels.high_bit = -1;
  read_attributes(dataset, header);
  if (pixels.bits_stored < 0)
    pixels.bits_stored = pixels.bits_allocated;
  if (pixels.high_bit < 0)
    pixels.high_bit = pixels.bits_stored - 1;
  const DcmXfer syntax(dataset.getOriginalXfer());
  header.transfer_syntax = syntax.getXferName();
  header.lossy = header.lossy || syntax.getXfer() == EXS_JPEGProcess1 || syntax.getXfer() == EXS_JPEGProcess2_4 ||
                 syntax.getXfer() == EXS_JPEGLSLossy;
  return header;
}

/// Why these pixels can never become HU, as far as the header tells.
std::string format_problem(const PixelLayout& pixels) {
  if (pixels.frames < 1 || pixels.frames > most_frames)
    return "says that it has " + std::to_string(pixels.frames) + " frames";
  if (pixels.rows < 1 || pixels.columns < 1)
    return "does not say how many rows and columns it has";
  if (pixels.samples != 1)
    return "has colours, not Hounsfield units";
  if (pixels.bits_allocated != 8 && pixels.bits_allocated != 16)
    return "has pixels of " + std::to_string(pixels.bits_allocated) + " bits, which no CT scanner writes";
  if (pixels.bits_stored < 1 || pixels.high_bit >= pixels.bits_allocated || pixels.high_bit + 1 < pixels.bits_stored)
    return "has an impossible pixel layout";
  return {};
}

/// What the groups say of place, scale and technique. The layout of pixels is the file's alone (PS3.3, C.7.6.3): it has
/// been checked, and memory is asked for by it.
void refine(DcmItem& groups, DicomHeader& frame) {
  const PixelLayout layout = frame.pixels;
  read_functional_groups(groups, frame);
  frame.pixels = layout;
}

/// One header a frame: what all frames share, refined by the functional groups of an enhanced file.
std::vector<DicomHeader> frames_of(DcmDataset& dataset, DicomHeader common) {
  DcmItem* shared = nullptr;
  if (dataset.findAndGetSequenceItem(DCM_SharedFunctionalGroupsSequence, shared).good())
    refine(*shared, common);
  DcmSequenceOfItems* each = nullptr;
  if (common.problem.empty() && dataset.findAndGetSequence(DCM_PerFrameFunctionalGroupsSequence, each).good() &&
      each->card() != static_cast<unsigned long>(common.pixels.frames))
    common.problem =
        "has " + std::to_string(common.pixels.frames) + " frames but describes " + std::to_string(each->card());
  if (!common.problem.empty())
    return {std::move(common)};
  std::vector<DicomHeader> frames(static_cast<std::size_t>(common.pixels.frames), common);
  DcmObject* groups = nullptr;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    frames[i].frame = static_cast<int>(i);
    if (each != nullptr && (groups = each->nextInContainer(groups)) != nullptr)
      refine(dynamic_cast<DcmItem&>(*groups), frames[i]);
  }
  return frames;
}

/// Pixels in another transfer syntax would be read as what they are not. \return empty when this one can be read
std::string syntax_problem(DcmFileFormat& format) {
  OFString uid;
  format.getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, uid);
  const E_TransferSyntax syntax = uid.empty() ? format.getDataset()->getOriginalXfer() : DcmXfer(uid.c_str()).getXfer();
  constexpr std::array readable{
      EXS_LittleEndianImplicit, EXS_LittleEndianExplicit, EXS_BigEndianExplicit, EXS_DeflatedLittleEndianExplicit,
      EXS_RLELossless,          EXS_JPEGProcess1,         EXS_JPEGProcess2_4,    EXS_JPEGProcess6_8,
      EXS_JPEGProcess10_12,     EXS_JPEGProcess14,        EXS_JPEGProcess14SV1,  EXS_JPEGLSLossless,
      EXS_JPEGLSLossy,          EXS_JPEG2000LosslessOnly, EXS_JPEG2000};
  if (std::ranges::find(readable, syntax) != readable.end())
    return {};
  const bool is_uid = !uid.empty() && uid.find_first_not_of("0123456789.") == OFString::npos;
  return "is in a transfer syntax that is not read here" + (is_uid ? ", " + std::string(uid.c_str()) : "");
}

PixelEncoding encoding_of(E_TransferSyntax syntax) {
  if (syntax == EXS_DeflatedLittleEndianExplicit)
    return PixelEncoding::Deflated;
  if (syntax == EXS_BigEndianExplicit)
    return PixelEncoding::BigEndian;
  return DcmXfer(syntax).isEncapsulated() ? PixelEncoding::Encapsulated : PixelEncoding::Native;
}

/// The length of the pixel element that ends at `stop`, which every transfer syntax writes in 32 bits.
std::uint32_t element_length(const Source& source, std::size_t stop, PixelEncoding encoding) {
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t from = encoding == PixelEncoding::BigEndian ? stop - 4 + i : stop - 1 - i;
    length = length << 8U | static_cast<unsigned char>(source.head[from]);
  }
  return length;
}

/// Single bytes have no order, unless they are written as words (PS3.5, 8.1.2).
PixelEncoding order_of_values(const Source& source, std::size_t stop, PixelEncoding encoding, int bits_allocated) {
  const bool bytes = encoding == PixelEncoding::BigEndian && bits_allocated == 8 && source.head[stop - 7] == 'B'; // OB
  return bytes ? PixelEncoding::Native : encoding;
}

void locate_encapsulated(std::vector<DicomHeader>& frames, Source& source, std::size_t stop) {
  const auto ranges = frame_fragments(source.in, stop, source.file_bytes, static_cast<int>(frames.size()));
  for (std::size_t i = 0; i < frames.size(); ++i) {
    PixelLayout& pixels = frames[i].pixels;
    pixels.complete = ranges.has_value();
    if (ranges) {
      pixels.offset = (*ranges)[i].offset;
      pixels.bytes = (*ranges)[i].bytes;
    }
  }
}

/// Where the pixels of each frame are, given that the parser stopped right after the element's tag and length.
void locate_pixels(std::vector<DicomHeader>& frames, Source& source, E_TransferSyntax syntax, std::uintmax_t stop) {
  const PixelEncoding encoding = encoding_of(syntax);
  for (DicomHeader& frame : frames)
    frame.pixels.encoding =
        order_of_values(source, static_cast<std::size_t>(stop), encoding, frame.pixels.bits_allocated);
  if (!frames.front().problem.empty())
    return;
  if (encoding == PixelEncoding::Encapsulated) {
    locate_encapsulated(frames, source, static_cast<std::size_t>(stop));
    return;
  }
  const PixelLayout& layout = frames.front().pixels;
  const std::uintmax_t frame_bytes = static_cast<std::uintmax_t>(layout.rows) *
                                     static_cast<std::uintmax_t>(layout.columns) *
                                     static_cast<std::uintmax_t>(layout.bits_allocated / 8);
  const bool deflated = encoding == PixelEncoding::Deflated;
  const std::uintmax_t begin = deflated ? stop - std::min(stop, data_set_begin(source.in)) : stop;
  // A deflated file tells its length only when it is inflated.
  const std::uintmax_t available =
      deflated ? std::numeric_limits<std::uintmax_t>::max()
               : std::min<std::uintmax_t>(element_length(source, static_cast<std::size_t>(stop), encoding),
                                          source.file_bytes - stop);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    PixelLayout& pixels = frames[i].pixels;
    pixels.offset = begin + i * frame_bytes;
    pixels.bytes = frame_bytes;
    pixels.complete = (i + 1) * frame_bytes <= available;
  }
}

bool is_ct_image(const DicomHeader& header) {
  return header.sop_class_uid == UID_CTImageStorage || header.sop_class_uid == UID_EnhancedCTImageStorage;
}

/// The headers in what was read so far; no value when more is needed.
std::optional<std::vector<DicomHeader>> parse(Source& source) {
  GuardedStream stream({source.head.data(), source.head.size()}, source.whole());
  DcmFileFormat format;
  format.transferInit();
  const OFCondition status = format.readUntilTag(stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength, DCM_PixelData);
  const bool reached_pixels = status.good() && stream.eos() == OFFalse;
  const bool more_would_help = !source.whole() && source.head.size() < most_header_bytes && !stream.tripped();
  if (!reached_pixels && more_would_help)
    return std::nullopt;
  DcmDataset& dataset = *format.getDataset();
  DicomHeader common = common_header(dataset, source.file);
  if (common.modality.empty() && common.instance_uid.empty())
    return std::vector<DicomHeader>{};
  if (!reached_pixels) {
    if (stream.tripped() || !source.whole())
      common.problem = "has a header that is too deep or too long to be that of a scan";
    else if (dataset.tagExists(DCM_FloatPixelData) || dataset.tagExists(DCM_DoubleFloatPixelData))
      common.problem = "has floating-point pixels, which no CT scanner writes";
    common.pixels.complete = status.good() && common.problem.empty() && !is_ct_image(common);
    return std::vector{std::move(common)};
  }
  common.problem = format_problem(common.pixels);
  if (common.problem.empty())
    common.problem = syntax_problem(format);
  auto frames = frames_of(dataset, std::move(common));
  locate_pixels(frames, source, dataset.getOriginalXfer(), static_cast<std::uintmax_t>(stream.tell()));
  return frames;
}

} // namespace

std::vector<DicomHeader> read_dicom_headers(const std::filesystem::path& file) {
  setup_dcmtk();
  Source source = open_source(file);
  for (std::size_t wanted = first_read_bytes;; wanted *= 16) {
    read_head(source, std::min(wanted, most_header_bytes));
    if (!may_be_dicom({source.head.data(), source.head.size()}))
      return {};
    if (auto headers = parse(source))
      return *std::move(headers);
  }
}

} // namespace osteocalc::io
