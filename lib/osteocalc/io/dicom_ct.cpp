// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicom_ct.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/image/resample.h"
#include "osteocalc/io/memory_budget.h"
#include "osteocalc/io/technical_text.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <span>
#include <string>
#include <vector>

namespace osteocalc::io {
namespace {

using Headers = std::vector<DicomHeader>;

constexpr std::int16_t missing_hu = -1024;

std::string file_names(const std::vector<std::string>& names) {
  return names.front() + (names.size() > 1 ? " and " + std::to_string(names.size() - 1) + " more" : "");
}

Issue unreadable(const std::vector<std::string>& names) {
  return warning("IO-UNREADABLE-SLICE", file_names(names),
                 "slices cut off or damaged: " + std::to_string(names.size()) +
                     " (they count as missing: -1024 HU, "
                     "nothing is measured there) copy these files again from their source");
}

CtAcquisition acquisition_of(const DicomHeader& header) {
  CtAcquisition acquisition;
  if (header.kvp_kv && *header.kvp_kv > 0)
    acquisition.kvp_kv = header.kvp_kv;
  if (header.thickness_mm && *header.thickness_mm > 0)
    acquisition.nominal_thickness_mm = header.thickness_mm;
  acquisition.kernel = shown_kernel(header.kernel);
  acquisition.manufacturer = header.manufacturer;
  acquisition.model = header.model;
  acquisition.filter = header.filter;
  acquisition.scanner_serial = header.scanner_serial;
  acquisition.scan_date = header.scan_date;
  acquisition.table_height_mm = header.table_height_mm;
  acquisition.field_of_view_mm = header.field_of_view_mm;
  acquisition.contrast_hint = hints_at_contrast(header);
  acquisition.patient_id = header.patient_id;
  acquisition.series_uid = header.series_uid;
  acquisition.age_years = header.age_years;
  acquisition.sex = header.sex;
  return acquisition;
}

VolumeGeometry grid_of(const Series& series) {
  const SliceStack& stack = series.stack;
  const DicomHeader& first = series.first();
  VolumeGeometry grid;
  grid.size = {first.pixels.columns, first.pixels.rows, stack.grid_slices};
  grid.origin_mm = *first.position_mm;
  double increment_mm = stack.increment_mm;
  Vec3 axis = series.normal;
  if (stack.grid_slices > 1)
    axis = (1.0 / increment_mm) * stack.step_mm; // of length 1 but for a tilted gantry: positions and increment exact
  else if (first.thickness_mm.value_or(0) > 0)
    increment_mm = *first.thickness_mm;
  else
    throw GeometryError("a single slice without SliceThickness (its extent along z is unknown) pass the whole series");
  grid.spacing_mm = {(*first.spacing_mm)[0], (*first.spacing_mm)[1], increment_mm};
  grid.axes = {(*first.row_column_axes)[0], (*first.row_column_axes)[1], axis};
  return grid;
}

/// Numbers that are no HU cannot be measured whatever a policy says.
void require_hounsfield(const Series& series) {
  for (const Issue& finding : series.findings)
    if (finding.rule == "IO-NO-RESCALE" || finding.rule == "IO-RESCALE-TYPE" || !series.is_stack())
      throw Refusal(finding);
}

void fill(SliceView<std::int16_t> slice, std::int16_t value) {
  for (int y = 0; y < slice.height; ++y)
    std::fill_n(slice.row(y), slice.width, value);
}

/// Pixels have the value of the padding, and it is one that tissue may have.
bool holds_dense_padding(const DicomHeader& slice, SliceView<std::int16_t> hu) {
  constexpr double air_hu = -1000, highest_plausible_hu = 4095;
  const PixelLayout& pixels = slice.pixels;
  if (!pixels.padding)
    return false;
  const int stored = pixels.is_signed ? static_cast<std::int16_t>(*pixels.padding) : *pixels.padding;
  const double padding_hu = std::floor(*slice.slope * stored + *slice.intercept + 1e-3); // as pixels are rounded
  if (padding_hu <= air_hu || padding_hu > highest_plausible_hu)
    return false;
  const auto values = std::span(hu.data, static_cast<std::size_t>(hu.width) * static_cast<std::size_t>(hu.height));
  return std::ranges::find(values, static_cast<std::int16_t>(padding_hu)) != values.end();
}

/// What became of one slice.
struct Decoded {
  std::string sha256;
  std::exception_ptr failure;
  bool dense_padding = false;
};

Decoded decode_slice(const DicomHeader& slice, SliceView<std::int16_t> hu, InputHash hash) {
  try {
    std::string sha256 = read_slice_hu(slice, hu, hash);
    return {std::move(sha256), nullptr, holds_dense_padding(slice, hu)};
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
  if (const auto padded = std::ranges::count_if(decoded, &Decoded::dense_padding); padded > 0)
    image.issues.push_back(warning("IO-PADDING", "series",
                                   "slices with pixels of the PixelPaddingValue, which is an HU of tissue: " +
                                       std::to_string(padded) + " of " + std::to_string(decoded.size()) +
                                       " (padding cannot be told from tissue, and is measured as such) look at the "
                                       "picture, or export the series again"));
}

/// The only stack, or the only one whose UID ends as wanted; things set aside do not count.
const Series& only_scan(const Inventory& inventory, const std::string& wanted, std::size_t files) {
  std::vector<const Series*> stacks, matching;
  for (const Series& series : inventory.series)
    if (series.is_stack()) {
      stacks.push_back(&series);
      if (series.first().series_uid.ends_with(wanted)) // every UID ends with an empty text
        matching.push_back(&series);
    }
  if (stacks.empty()) {
    std::string found = inventory.series.empty() ? "" : ", found: " + inventory.series.front().findings.front().text;
    throw DicomError("no CT slice among " + std::to_string(files) + " files" + found +
                     " (there is nothing to measure) pass a folder of CT images");
  }
  if (matching.size() == 1)
    return *matching.front();
  std::string list;
  for (const Series* series : stacks)
    list += "\n  " + describe(*series);
  throw Refusal(refused("IO-SEVERAL-SERIES", "input",
                        std::to_string(matching.size()) + " of " + std::to_string(stacks.size()) + " CT scans match" +
                            (wanted.empty() ? "" : " " + wanted) +
                            " (a measurement is of one) pass the folder of one series, or the end of its "
                            "series UID:" +
                            list));
}

/// One line for all that was set aside.
void name_what_is_aside(const Inventory& inventory, Issues& issues) {
  std::size_t count = 0;
  std::string reasons;
  for (const Series& series : inventory.series)
    if (!series.is_stack()) {
      count += series.slices.size();
      const std::string& rule = series.findings.front().rule;
      if (reasons.find(rule) == std::string::npos)
        reasons += (reasons.empty() ? "" : ", ") + rule;
    }
  if (count > 0)
    issues.push_back(info("IO-NOT-CT-SLICE", "input",
                          "DICOM objects that are no CT slices: " + std::to_string(count) + " (" + reasons +
                              "; they are not part of the scan) nothing to do"));
}

} // namespace

CtImage read_series(const Series& series, const ReadOptions& options) {
  require_hounsfield(series);
  OSTEOCALC_EXPECT(series.is_stack());
  CtImage image;
  image.issues = series.findings;
  std::erase_if(image.issues, [](const Issue& issue) { return issue.rule == "IO-UNREADABLE-SLICE"; }); // named below
  image.acquisition = acquisition_of(series.first());
  const VolumeGeometry grid = grid_of(series);
  require_memory(grid, sizeof(std::int16_t), options.memory_bytes, series.first().file.filename().string());
  Volume<std::int16_t> hu(grid);
  std::vector<std::string> damaged = series.damaged;
  decode(series.slices, series.stack, hu, options, image, damaged);
  image.hu = to_lps_order(std::move(hu));
  return image;
}

CtImage read_dicom_ct(const FileTree& tree, const ReadOptions& options) {
  const Inventory inventory = take_inventory(tree, options.parallel);
  CtImage image = read_series(only_scan(inventory, options.series_uid, tree.files.size()), options);
  Issues issues = inventory.issues;
  name_what_is_aside(inventory, issues);
  append(issues, image.issues);
  image.issues = std::move(issues);
  return image;
}

} // namespace osteocalc::io
