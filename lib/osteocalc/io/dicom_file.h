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
#include <vector>

namespace osteocalc::io {

/// How the pixels of a frame lie in the file. Native ones are as they are in memory; a deflated file is compressed as a
/// whole, encapsulated pixels frame by frame.
enum class PixelEncoding { None, Native, BigEndian, Deflated, Encapsulated };

/// Where and how the pixels of one frame are stored.
struct PixelLayout {
  PixelEncoding encoding = PixelEncoding::None;
  int rows = 0, columns = 0, frames = 1, samples = 1;
  int bits_allocated = 16, bits_stored = 16, high_bit = 15;
  bool is_signed = false;
  std::uintmax_t offset = 0; ///< of the frame's first byte in the file; in the inflated data set of a deflated one
  std::uintmax_t bytes = 0;  ///< of the frame; of its fragments with their tags when encapsulated
  bool complete = true;      ///< false when the file ends in its header or before its pixels do
  std::optional<std::uint16_t> padding, padding_limit; ///< stored values of pixels outside the scanned circle
};

/// What one frame of a DICOM file says about itself; a text that is absent is empty. An enhanced file says much of it
/// in functional groups: for all frames or for each.
struct DicomHeader {
  std::filesystem::path file;
  int frame = 0;       ///< 0-based, in a file of several frames
  std::string problem; ///< why the pixels cannot be used, as a clause without the file's name; empty when they can
  std::string modality, image_type, sop_class_uid, transfer_syntax, photometric; ///< the transfer syntax by its name
  // What identifies a person or may do so: for use in memory only.
  std::string study_uid, series_uid, instance_uid, frame_of_reference_uid, patient_id;
  std::string study_description, series_description, protocol_name, scanner_serial, study_date, scan_date, scan_time;
  std::string kernel, manufacturer, model, filter, contrast_agent, rescale_type, body_part, acquisition_type,
      laterality;
  bool burned_in_annotation = false, lossy = false;
  bool maps_to_areal_density = false; ///< a real world value mapping in g/cm2
  std::optional<int> series_number, acquisition_number, instance_number, temporal_position;
  std::optional<double> cardiac_phase_percent, trigger_time_ms, gantry_tilt_deg, exposure_mas;
  std::optional<double> table_height_mm, field_of_view_mm; ///< field of view = reconstruction diameter
  std::optional<double> kvp_kv, thickness_mm, slope, intercept, age_years;
  std::optional<Sex> sex;
  std::optional<Vec3> position_mm;                    ///< LPS, centre of the first pixel
  std::optional<std::array<Vec3, 2>> row_column_axes; ///< unit vectors along a row (x) and down a column (y)
  std::optional<std::array<double, 2>> spacing_mm;    ///< x, y
  PixelLayout pixels;
};

/// Reads the header up to the pixels: one entry a frame, in their order; empty when the file is no DICOM.
/// \throw IoError when it cannot be opened
[[nodiscard]] std::vector<DicomHeader> read_dicom_headers(const std::filesystem::path& file);

/// Days since 1970 of a DICOM date, "20240520"; nothing when it is none.
[[nodiscard]] std::optional<int> day_from_dicom(const std::string& date);

enum class InputHash { Skip, Compute };

/// Reads one frame and writes its pixels as HU into `hu`, rounded down (see CtImage) and clamped to 16 bits; padding
/// becomes -1024 HU where it would not be a plausible HU. Returns the file's SHA-256 (of a file of several frames, that
/// of this frame's bytes), empty when skipped.
/// \pre header has slope and intercept; hu has its size
/// \throw DicomError when the header has a problem, or the pixels are incomplete or cannot be decoded
std::string read_slice_hu(const DicomHeader& header, SliceView<std::int16_t> hu, InputHash hash);

} // namespace osteocalc::io
