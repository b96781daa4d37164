// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicom_ct.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/image/resample.h"
#include "osteocalc/io/dicom_file.h"
#include "osteocalc/io/memory_budget.h"
#include "osteocalc/io/pixel_doubts.h"
#include "osteocalc/io/slice_order.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace osteocalc::io {
namespace {

using Headers = std::vector<DicomHeader>;

constexpr std::int16_t missing_hu = -1024;

std::string decimals(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

bool can_be_placed(const DicomHeader& slice) {
  return slice.position_mm && slice.row_column_axes && slice.spacing_mm && slice.pixels.rows > 0 &&
         slice.pixels.columns > 0;
}

bool is_ct_slice(const DicomHeader& header) {
  const PixelLayout& pixels = header.pixels;
  if (!pixels.complete && header.modality.empty())
    return true; // cut off before it says what it is: taken for a slice, so that it is missed
  if (header.modality != "CT" || header.image_type.find("LOCALIZER") != std::string::npos)
    return false;
  const bool screen_capture = pixels.samples != 1 || (pixels.bits_allocated != 16 && !can_be_placed(header));
  return !pixels.complete || (pixels.encoding != PixelEncoding::None && !screen_capture);
}

/// Headers of all CT slices among the files; the rest is named in `issues`.
Headers ct_slices(std::span<const std::filesystem::path> files, Parallel parallel, Issues& issues) {
  auto headers = parallel_map(files.size(), parallel, [&](std::size_t i) { return read_dicom_headers(files[i]); });
  Headers slices;
  std::size_t not_dicom = 0, not_slices = 0;
  std::string first_not_dicom, first_not_slice;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (headers[i].empty() && not_dicom++ == 0)
      first_not_dicom = files[i].filename().string();
    for (DicomHeader& frame : headers[i]) {
      if (is_ct_slice(frame))
        slices.push_back(std::move(frame));
      else if (not_slices++ == 0)
        first_not_slice = frame.modality;
    }
  }
  if (slices.empty())
    throw DicomError("no CT slice among " + std::to_string(files.size()) + " files, of which " +
                     std::to_string(files.size() - not_dicom) +
                     " are DICOM (there is nothing to measure) pass a folder of CT images");
  if (not_dicom > 0)
    issues.push_back(warning("IO-NOT-DICOM", first_not_dicom,
                             "files that are no DICOM: " + std::to_string(not_dicom) +
                                 " (a damaged slice would be among them) "
                                 "check that no slice is missing"));
  if (not_slices > 0)
    issues.push_back(info("IO-NOT-CT-SLICE", first_not_slice,
                          "DICOM images and objects that are no grey CT slices: " + std::to_string(not_slices) +
                              ", such as "
                              "localizers, reports and screen captures (they are not part of "
                              "the scan) nothing to do"));
  return slices;
}

/// What a user may know a series by, without identifiers: the end of its UID that only it has, and its properties.
std::string describe_series(const Headers& series, const std::string& ending) {
  const DicomHeader& first = series.front();
  return (ending.empty() ? "without UID" : "..." + ending) + ": " + first.modality + ", " +
         std::to_string(series.size()) + " slices, " + std::to_string(first.pixels.columns) + "x" +
         std::to_string(first.pixels.rows) + (first.kernel.empty() ? "" : ", kernel " + first.kernel) +
         (first.thickness_mm ? ", " + decimals(*first.thickness_mm) + " mm thick" : "");
}

std::string unique_ending(const std::map<std::string, Headers>& all, const std::string& uid) {
  for (std::size_t length = 6; length < uid.size(); ++length) {
    std::string ending = uid.substr(uid.size() - length);
    if (std::count_if(all.begin(), all.end(), [&](const auto& other) { return other.first.ends_with(ending); }) == 1)
      return ending;
  }
  return uid;
}

Headers chosen_series(Headers slices, const std::string& wanted) {
  std::map<std::string, Headers> all;
  for (DicomHeader& slice : slices)
    all[slice.series_uid].push_back(std::move(slice));
  std::vector<std::string> matching;
  for (const auto& [uid, series] : all)
    if (uid.ends_with(wanted)) // every UID ends with an empty text
      matching.push_back(uid);
  if (matching.size() == 1)
    return std::move(all[matching.front()]);
  std::string list;
  for (const auto& [uid, series] : all)
    list += "\n  " + describe_series(series, unique_ending(all, uid));
  throw Refusal(refused("IO-SEVERAL-SERIES", "input",
                        std::to_string(matching.size()) + " of " + std::to_string(all.size()) +
                            " CT series match (a measurement is of one scan) pass the folder of one series, or the end "
                            "of its series UID:" +
                            list));
}

/// A missing slice is worth an Issue; slices that contradict each other are not one scan.
void require_one_geometry(const Headers& slices) {
  const DicomHeader& first = slices.front();
  for (const DicomHeader& slice : slices) {
    if (slice.pixels.rows != first.pixels.rows || slice.pixels.columns != first.pixels.columns)
      throw GeometryError("slices of one series have different sizes (they form no volume) split the series");
    for (std::size_t axis = 0; axis < 2; ++axis) {
      if (dot((*slice.row_column_axes)[axis], (*first.row_column_axes)[axis]) < 1 - 1e-4)
        throw GeometryError("slices of one series have different orientations (they form no volume) split the series");
      if (std::abs((*slice.spacing_mm)[axis] - (*first.spacing_mm)[axis]) > 1e-4 * (*first.spacing_mm)[axis])
        throw GeometryError("slices of one series have different pixel sizes (they form no volume) split the series");
    }
  }
}

void require_hounsfield(const Headers& slices) {
  for (const DicomHeader& slice : slices) {
    if (!slice.pixels.complete || !slice.problem.empty())
      continue; // never decoded
    if (!slice.slope || !slice.intercept || *slice.slope == 0)
      throw Refusal(refused("IO-NO-RESCALE", "series",
                            "RescaleSlope or RescaleIntercept is absent or 0 (the stored numbers cannot be turned into "
                            "HU) export the series again from the archive"));
    if (!slice.rescale_type.empty() && slice.rescale_type != "HU")
      throw Refusal(refused("IO-RESCALE-TYPE", "series",
                            "RescaleType is " + slice.rescale_type +
                                " (every threshold here is in HU) pass the series "
                                "in Hounsfield units"));
  }
}

std::string file_names(const std::vector<std::string>& names) {
  return names.front() + (names.size() > 1 ? " and " + std::to_string(names.size() - 1) + " more" : "");
}

Issue unreadable(const std::vector<std::string>& names) {
  return warning("IO-UNREADABLE-SLICE", file_names(names),
                 "slices cut off or damaged: " + std::to_string(names.size()) +
                     " (they count as missing: -1024 HU, "
                     "nothing is measured there) copy these files again from their source");
}

/// Takes out the slices that were cut off within their header, so that nobody knows where they belong.
Headers without_headless(Headers slices, std::vector<std::string>& damaged) {
  const auto cut = std::stable_partition(slices.begin(), slices.end(), [](const DicomHeader& slice) {
    return slice.pixels.complete || can_be_placed(slice);
  });
  std::transform(cut, slices.end(), std::back_inserter(damaged),
                 [](const DicomHeader& slice) { return slice.file.filename().string(); });
  slices.erase(cut, slices.end());
  if (slices.empty())
    throw DicomError(file_names(damaged) + " is cut off or damaged and there is no other CT slice (there is nothing to "
                                           "measure) copy the series again from its source");
  return slices;
}

void require_places(const Headers& slices) {
  for (const DicomHeader& slice : slices)
    if (!can_be_placed(slice))
      throw DicomError(slice.file.filename().string() +
                       " lacks ImagePositionPatient, ImageOrientationPatient or PixelSpacing (slices cannot be placed "
                       "or measured) export the series again from the archive");
}

CtAcquisition acquisition_of(const DicomHeader& header) {
  CtAcquisition acquisition;
  if (header.kvp_kv && *header.kvp_kv > 0)
    acquisition.kvp_kv = header.kvp_kv;
  if (header.thickness_mm && *header.thickness_mm > 0)
    acquisition.nominal_thickness_mm = header.thickness_mm;
  acquisition.kernel = header.kernel;
  acquisition.manufacturer = header.manufacturer;
  acquisition.model = header.model;
  acquisition.filter = header.filter;
  acquisition.scanner_serial = header.scanner_serial;
  acquisition.scan_date = header.scan_date;
  acquisition.table_height_mm = header.table_height_mm;
  acquisition.field_of_view_mm = header.field_of_view_mm;
  acquisition.contrast_hint = !header.contrast_agent.empty();
  acquisition.patient_id = header.patient_id;
  acquisition.series_uid = header.series_uid;
  acquisition.age_years = header.age_years;
  acquisition.sex = header.sex;
  return acquisition;
}

/// The slice normal, in the sense in which its largest part is positive: z then runs to the head with no reordering.
Vec3 stacking_direction(const DicomHeader& header) {
  const auto& [row, column] = *header.row_column_axes;
  const Vec3 normal = normalized(cross(row, column));
  const auto largest =
      std::max_element(normal.begin(), normal.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  return *largest < 0 ? -1.0 * normal : normal;
}

VolumeGeometry grid_of(const Headers& slices, const SliceStack& stack, const Vec3& normal, CtImage& image) {
  const DicomHeader& first = slices[stack.order.front()];
  VolumeGeometry grid;
  grid.size = {first.pixels.columns, first.pixels.rows, stack.grid_slices};
  grid.origin_mm = *first.position_mm;
  const auto& thickness = image.acquisition.nominal_thickness_mm;
  double increment_mm = stack.increment_mm;
  Vec3 axis = normal;
  if (stack.grid_slices > 1) {
    // Of length 1 but for a tilted gantry: the positions and the increment are then both exact.
    axis = (1.0 / increment_mm) * stack.step_mm;
  } else {
    if (!thickness)
      throw GeometryError(
          "a single slice without SliceThickness (its extent along z is unknown) pass the whole series");
    increment_mm = *thickness;
    image.issues.push_back(
        warning("IO-SINGLE-SLICE", "series",
                "there is one slice only (its nominal thickness stands for the slice increment) pass "
                "the whole series"));
  }
  grid.spacing_mm = {(*first.spacing_mm)[0], (*first.spacing_mm)[1], increment_mm};
  grid.axes = {(*first.row_column_axes)[0], (*first.row_column_axes)[1], axis};
  if (std::abs(normal[2]) < 0.5)
    image.issues.push_back(warning("IO-NOT-AXIAL", "series",
                                   "slices are not axial (scores are defined on axial slices) pass the axial "
                                   "reconstruction"));
  if (thickness && std::abs(*thickness - increment_mm) > 0.01 * increment_mm)
    image.issues.push_back(info(
        "IO-THICKNESS-INCREMENT", "series",
        "slices are " + decimals(*thickness) + " mm thick at an increment of " + decimals(increment_mm) + " mm (they " +
            (*thickness > increment_mm ? "overlap" : "leave gaps") + ") volumes use the increment"));
  return grid;
}

void fill(SliceView<std::int16_t> slice, std::int16_t value) {
  for (int y = 0; y < slice.height; ++y)
    std::fill_n(slice.row(y), slice.width, value);
}

/// What became of one slice.
struct Decoded {
  std::string sha256;
  std::exception_ptr failure;
};

Decoded decode_slice(const DicomHeader& slice, SliceView<std::int16_t> hu, InputHash hash) {
  try {
    return {read_slice_hu(slice, hu, hash), nullptr};
  } catch (const DicomError&) {
    fill(hu, missing_hu);
    return {hash == InputHash::Compute ? sha256_hex_of_file(slice.file) : std::string(), std::current_exception()};
  }
}

/// Decodes every slice into its place. \throw DicomError when none can be decoded
void decode(const Headers& slices, const SliceStack& stack, Volume<std::int16_t>& hu, const ReadOptions& options,
            CtImage& image, std::vector<std::string>& damaged) {
  for (int z = 0, next = 0; z < stack.grid_slices; ++z) {
    if (z == stack.grid_z[static_cast<std::size_t>(next)])
      ++next;
    else
      fill(hu.slice(z), missing_hu);
  }
  const InputHash hash = options.hash_inputs ? InputHash::Compute : InputHash::Skip;
  const auto decoded = parallel_map(stack.order.size(), options.parallel, [&](std::size_t i) {
    return decode_slice(slices[stack.order[i]], hu.slice(stack.grid_z[i]), hash);
  });
  std::string hashes;
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    hashes += decoded[i].sha256;
    if (decoded[i].failure)
      damaged.push_back(slices[stack.order[i]].file.filename().string());
  }
  if (std::all_of(decoded.begin(), decoded.end(), [](const Decoded& slice) { return slice.failure != nullptr; }))
    std::rethrow_exception(decoded.front().failure);
  if (options.hash_inputs)
    image.inputs_sha256 = sha256_hex(hashes);
  if (!damaged.empty())
    image.issues.push_back(unreadable(damaged));
}

} // namespace

CtImage read_dicom_ct(std::span<const std::filesystem::path> files, const ReadOptions& options) {
  CtImage image;
  std::vector<std::string> damaged;
  const Headers slices =
      chosen_series(without_headless(ct_slices(files, options.parallel, image.issues), damaged), options.series_uid);
  require_places(slices);
  require_one_geometry(slices);
  std::vector<SlicePosition> positions(slices.size());
  std::transform(slices.begin(), slices.end(), positions.begin(), [](const DicomHeader& slice) {
    return SlicePosition{*slice.position_mm, slice.instance_uid};
  });
  const Vec3 normal = stacking_direction(slices.front());
  const SliceStack stack = stack_slices(positions, normal);
  append(image.issues, stack.issues);
  require_hounsfield(slices);
  append(image.issues, pixel_doubts(slices));
  image.acquisition = acquisition_of(slices[stack.order.front()]);
  if (!image.acquisition.kvp_kv)
    image.issues.push_back(warning("IO-NO-KVP", "series",
                                   "the tube voltage is not in the header (thresholds and calibrations depend on it) "
                                   "pass it with --kvp if you know it"));
  const VolumeGeometry grid = grid_of(slices, stack, normal, image);
  require_memory(grid, sizeof(std::int16_t), options.memory_bytes, slices.front().file.filename().string());
  Volume<std::int16_t> hu(grid);
  decode(slices, stack, hu, options, image, damaged);
  image.hu = to_lps_order(std::move(hu));
  return image;
}

} // namespace osteocalc::io
