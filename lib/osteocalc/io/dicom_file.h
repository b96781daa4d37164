// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/image/geometry.h"
#include "osteocalc/image/volume.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace osteocalc::io {

/// How the pixels lie in the file: as they are in memory, or to be decoded or byte-swapped first.
enum class PixelEncoding { None, Native, Encoded };

/// Layout of a stored pixel value within 16 bits.
struct PixelLayout {
  PixelEncoding encoding = PixelEncoding::None;
  int rows = 0, columns = 0, frames = 1, samples = 1;
  int bits_allocated = 16, bits_stored = 16, high_bit = 15;
  bool is_signed = false;
  std::size_t offset = 0;               ///< of the pixel values in the file; Native only
  bool complete = true;                 ///< false when the file ends in its header or before its pixels do
  std::optional<std::uint16_t> padding; ///< the stored value of pixels outside the scanned circle
};

/// What one DICOM file says about itself; a text that is absent is empty.
struct DicomHeader {
  std::filesystem::path file;
  std::string modality, image_type, transfer_syntax;           ///< the transfer syntax by its name
  std::string study_uid, series_uid, instance_uid, patient_id; ///< identify a person: for use in memory only
  std::string kernel, manufacturer, model, filter, contrast_agent, rescale_type, series_description;
  std::string scanner_serial, scan_date; ///< the date is for use in memory only
  std::optional<double> table_height_mm, field_of_view_mm;
  std::optional<double> kvp_kv, thickness_mm, slope, intercept, age_years;
  std::optional<Sex> sex;
  std::optional<Vec3> position_mm;                    ///< LPS, centre of the first pixel
  std::optional<std::array<Vec3, 2>> row_column_axes; ///< unit vectors along a row (x) and down a column (y)
  std::optional<std::array<double, 2>> spacing_mm;    ///< x, y
  PixelLayout pixels;
};

/// Reads the header up to the pixels; empty when the file is no DICOM. \throw IoError when it cannot be opened
[[nodiscard]] std::optional<DicomHeader> read_dicom_header(const std::filesystem::path& file);

enum class InputHash { Skip, Compute };

/// Reads a file once and writes its pixels as HU into `hu`, rounded down (see CtImage) and clamped to 16 bits; padding
/// becomes -1024 HU where it would not be a plausible HU. Returns the file's SHA-256, empty when skipped.
/// \pre header is of one frame and one sample in 16 bits, with slope and intercept; hu has its size
/// \throw DicomError when the pixels are incomplete or cannot be decoded
std::string read_slice_hu(const DicomHeader& header, SliceView<std::int16_t> hu, InputHash hash);

} // namespace osteocalc::io
