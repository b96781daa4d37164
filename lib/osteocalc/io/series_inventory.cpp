// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/series_inventory.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/image/volume.h"
#include "osteocalc/io/dcmtk_setup.h"
#include "osteocalc/io/pixel_doubts.h"
#include "osteocalc/io/series_split.h"
#include "osteocalc/io/technical_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

namespace osteocalc::io {
namespace {

using Headers = std::vector<DicomHeader>;

std::string decimals(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

bool can_be_placed(const DicomHeader& slice) {
  constexpr double farthest_mm = 1e5; // a scanner's table is shorter; also false for what is no number
  const auto near = [](double place_mm) { return std::abs(place_mm) < farthest_mm; };
  return slice.position_mm && std::ranges::all_of(*slice.position_mm, near) && slice.row_column_axes &&
         slice.spacing_mm && std::ranges::all_of(*slice.spacing_mm, near) && slice.pixels.rows > 0 &&
         slice.pixels.columns > 0;
}

/// A word of one of the values: "3D" is none of "3DRECON".
bool has_word(const std::string& image_type, std::string_view word) {
  constexpr std::string_view separators = "\\ _";
  for (std::size_t at = 0; (at = image_type.find(word, at)) != std::string::npos; at += word.size())
    if ((at == 0 || separators.find(image_type[at - 1]) != std::string_view::npos) &&
        (at + word.size() == image_type.size() ||
         separators.find(image_type[at + word.size()]) != std::string_view::npos))
      return true;
  return false;
}

/// Why images like this one are no scan; a stack of slices has none.
std::optional<Issue> set_aside(const DicomHeader& image) {
  const auto because = [](const char* rule, const std::string& text) {
    return std::optional(refused(rule, "series", text));
  };
  if (image.modality != "CT")
    return because("IO-NOT-CT", "the modality is " + shown_modality(image.modality) +
                                    " (measurements here are of CT) pass a CT series");
  if (has_word(image.image_type, "LOCALIZER") || has_word(image.image_type, "SCOUT"))
    return because("IO-LOCALIZER", "these are localizers (projections, without HU of places) pass the axial series");
  if (image.pixels.samples != 1 || contains(image.image_type, "SCREEN SAVE") ||
      image.sop_class_uid.starts_with("1.2.840.10008.5.1.4.1.1.7"))
    return because("IO-SCREEN-CAPTURE", "these are pictures of a screen (no HU) pass the series itself");
  if (has_word(image.image_type, "PROJECTION") || has_word(image.image_type, "MIP") ||
      has_word(image.image_type, "VOLREND") || has_word(image.image_type, "3D"))
    return because("IO-PROJECTION", "these are projections or renderings (their HU are of no place) pass the axial "
                                    "series");
  if (!image.problem.empty() && (image.pixels.encoding == PixelEncoding::None || !can_be_placed(image)))
    return because("IO-NO-PIXELS", "this object " + image.problem + " (nothing can be measured) pass the axial series");
  if (image.pixels.encoding == PixelEncoding::None)
    return because("IO-NO-PIXELS", "these objects have no pixels (nothing can be measured) pass the axial series");
  if (!can_be_placed(image))
    return because("IO-NO-PLACE", "ImagePositionPatient, ImageOrientationPatient or PixelSpacing is missing (slices "
                                  "cannot be placed or measured) export the series again from the archive");
  return std::nullopt;
}

/// Cut off within the header, so that nobody knows where it belongs.
bool is_headless(const DicomHeader& image) {
  return !image.pixels.complete && !can_be_placed(image) && (image.modality.empty() || image.modality == "CT");
}

bool same_pixels(const DicomHeader& a, const DicomHeader& b) {
  if (a.frame != b.frame || a.pixels.rows != b.pixels.rows || a.pixels.columns != b.pixels.columns)
    return false;
  if (a.pixels.frames == 1 && sha256_hex_of_file(a.file) == sha256_hex_of_file(b.file))
    return true;
  constexpr std::int64_t largest_pixels = std::int64_t{64} << 20U; // a header may claim any size
  if (!a.slope || !a.intercept || !b.slope || !b.intercept ||
      std::int64_t{a.pixels.rows} * a.pixels.columns > largest_pixels)
    return false;
  VolumeGeometry one;
  one.size = {a.pixels.columns, a.pixels.rows, 1};
  Volume<std::int16_t> first(one), second(one);
  try {
    static_cast<void>(read_slice_hu(a, first.slice(0), InputHash::Skip));
    static_cast<void>(read_slice_hu(b, second.slice(0), InputHash::Skip));
  } catch (const DicomError&) {
    return false;
  }
  return std::ranges::equal(first.voxels(), second.voxels());
}

/// Drops copies of one object; objects that share a UID but not their pixels stay, and are named.
/// \pre sorted by instance UID
Headers without_copies(Headers images, Issues& findings) {
  Headers kept;
  std::size_t copies = 0, conflicts = 0;
  for (DicomHeader& image : images) {
    const bool again = !kept.empty() && !image.instance_uid.empty() && kept.back().instance_uid == image.instance_uid &&
                       kept.back().frame == image.frame;
    if (again && same_pixels(kept.back(), image)) {
      ++copies;
      continue;
    }
    conflicts += again ? 1 : 0;
    kept.push_back(std::move(image));
  }
  if (copies > 0)
    findings.push_back(warning("IO-DUPLICATE", "series",
                               "copies of slices that are there already, pixel for pixel: " + std::to_string(copies) +
                                   " (each is measured once) nothing to do"));
  if (conflicts > 0)
    findings.push_back(
        warning("IO-DUPLICATE-CONFLICT", "series",
                "slices that share their SOPInstanceUID with another but not its pixels: " + std::to_string(conflicts) +
                    " (which one is true is unknown) copy the series again from its source"));
  return kept;
}

void find_faults_of_values(Series& series) {
  const auto any = [&](auto&& test) { return std::ranges::any_of(series.slices, test); };
  const auto add = [&](Issue issue) { series.findings.push_back(std::move(issue)); };
  const auto usable = [](const DicomHeader& s) { return s.pixels.complete && s.problem.empty(); };
  if (any([&](const DicomHeader& s) { return usable(s) && (!s.slope || !s.intercept || *s.slope == 0); }))
    add(refused("IO-NO-RESCALE", "series",
                "RescaleSlope or RescaleIntercept is absent or 0 (the stored numbers cannot be turned into HU) export "
                "the series again from the archive"));
  if (any([&](const DicomHeader& s) { return usable(s) && !s.rescale_type.empty() && s.rescale_type != "HU"; }))
    add(refused("IO-RESCALE-TYPE", "series",
                "RescaleType is not HU (every threshold here is in HU) pass the series in Hounsfield units"));
  if (series.first().kvp_kv.value_or(0) <= 0)
    add(warning("IO-NO-KVP", "series",
                "the tube voltage is not in the header (thresholds and calibrations depend on it) pass it with --kvp "
                "if you know it"));
  if (const std::string mixed = mixed_technique(series.slices); !mixed.empty())
    add(warning("IO-MIXED-TECHNIQUE", "series",
                "slices of one scan were made in different ways: " + mixed +
                    " (HU and noise are not those of one scan; the lowest slice speaks for all) separate them"));
  append(series.findings, pixel_doubts(series.slices));
  if (!any(usable))
    add(refused("IO-NO-PIXELS", "series",
                "none of the slices can be read: each " +
                    (series.first().problem.empty() ? "ends before its pixels do" : series.first().problem) +
                    " (nothing can be measured) copy or export the series again"));
  if (const auto damaged = std::ranges::count_if(series.slices, [&](const auto& s) { return !usable(s); });
      damaged > 0 || !series.damaged.empty())
    add(warning("IO-UNREADABLE-SLICE", "series",
                "slices cut off or damaged: " + std::to_string(damaged + std::ssize(series.damaged)) +
                    " (they count as missing: -1024 HU, nothing is measured there) copy these files again from their "
                    "source"));
}

void find_faults_of_grid(Series& series) {
  const DicomHeader& first = series.first();
  const double increment_mm = series.stack.increment_mm;
  if (series.stack.grid_slices == 1)
    series.findings.push_back(warning("IO-SINGLE-SLICE", "series",
                                      "there is one slice only (its nominal thickness stands for the slice "
                                      "increment) pass the whole series"));
  if (std::abs(series.normal[2]) < 0.5)
    series.findings.push_back(warning("IO-NOT-AXIAL", "series",
                                      "slices are not axial (scores are defined on axial slices) pass the axial "
                                      "reconstruction"));
  if (const auto& thickness = first.thickness_mm;
      increment_mm > 0 && thickness && *thickness > 0 && std::abs(*thickness - increment_mm) > 0.01 * increment_mm)
    series.findings.push_back(info(
        "IO-THICKNESS-INCREMENT", "series",
        "slices are " + decimals(*thickness) + " mm thick at an increment of " + decimals(increment_mm) + " mm (they " +
            (*thickness > increment_mm ? "overlap" : "leave gaps") + ") volumes use the increment"));
  constexpr double alike_deg = 0.5;
  if (const double stated = std::abs(first.gantry_tilt_deg.value_or(series.stack.tilt_deg));
      series.stack.grid_slices > 1 && std::abs(stated - series.stack.tilt_deg) > alike_deg)
    series.findings.push_back(
        warning("IO-TILT-HEADER", "series",
                "the header states a gantry tilt of " + decimals(stated) + " degrees, the positions one of " +
                    decimals(std::round(10 * series.stack.tilt_deg) / 10) +
                    " (the positions are followed) check whether the slices were corrected for the tilt"));
}

/// Slices that lie beside the line from the lowest to the highest by more than half a pixel. They are not of a tilted
/// gantry, which shifts every slice alike, so the grid stays upright.
void find_shifted_slices(Series& series) {
  SliceStack& stack = series.stack;
  const Vec3 origin_mm = *series.first().position_mm;
  const double half_pixel_mm = std::ranges::min(*series.first().spacing_mm) / 2;
  double farthest_mm = 0;
  for (std::size_t i = 0; i < stack.order.size(); ++i) {
    const Vec3 off = *series.slices[stack.order[i]].position_mm - origin_mm - double(stack.grid_z[i]) * stack.step_mm;
    farthest_mm = std::max(farthest_mm, norm(off - dot(off, series.normal) * series.normal));
  }
  if (farthest_mm <= half_pixel_mm)
    return;
  std::erase_if(stack.issues, [](const Issue& issue) { return issue.rule == "IO-TILT"; });
  stack.tilt_deg = 0;
  stack.step_mm = stack.increment_mm * series.normal;
  stack.issues.push_back(
      warning("IO-SHIFTED", "series",
              "slices lie up to " + decimals(std::round(10 * farthest_mm) / 10) +
                  " mm beside the line through the others in their plane (areas hold slice by slice, "
                  "shapes through slices do not) use a reconstruction of one field of view"));
}

/// One stack or thing set aside, with all that is to be said of it but its label.
Series make_series(SliceGroup group, std::vector<std::string> damaged) {
  Series series;
  series.part = std::move(group.part);
  series.slices = std::move(group.slices);
  series.damaged = std::move(damaged);
  if (std::optional<Issue> reason = set_aside(series.first())) {
    series.findings.push_back(std::move(*reason));
    return series;
  }
  series.normal = stacking_direction(series.first());
  std::vector<SlicePosition> positions(series.slices.size());
  std::ranges::transform(series.slices, positions.begin(), [](const DicomHeader& slice) {
    return SlicePosition{*slice.position_mm, slice.instance_uid};
  });
  try {
    series.stack = stack_slices(positions, series.normal);
  } catch (const GeometryError& error) {
    series.findings.push_back(refused("IO-MIXED-STEPS", "series", error.what()));
    return series;
  }
  find_shifted_slices(series);
  append(series.findings, series.stack.issues);
  find_faults_of_values(series);
  find_faults_of_grid(series);
  if (!series.part.empty())
    series.findings.push_back(info("IO-SPLIT", "series",
                                   "the series UID holds several scans, this one is: " + series.part +
                                       " (a measurement is of one) nothing to do if this is the one you mean"));
  return series;
}

/// What was read below one series UID.
struct UidContent {
  Headers images;
  std::vector<std::string> damaged;
};

/// Where a stack begins and ends along its normal, with half an increment at either end.
std::array<double, 2> extent_mm(const Series& series) {
  const double low = dot(*series.first().position_mm, series.normal);
  const double half = series.stack.increment_mm / 2;
  return {low - half, low + series.stack.increment_mm * (series.stack.grid_slices - 1) + half};
}

/// Says of each stack how far others under its UID, of the same direction, reach beyond it.
void find_what_is_left_out(std::vector<Series>& all) {
  const auto is_scan = [](const Series& series) { return series.stack.grid_slices > 1; };
  for (Series& series : all) {
    if (!is_scan(series))
      continue;
    const auto [low, high] = extent_mm(series);
    double below = 0, above = 0;
    for (const Series& other : all)
      if (is_scan(other) && dot(other.normal, series.normal) > 0.99 &&
          other.first().frame_of_reference_uid == series.first().frame_of_reference_uid) {
        below = std::max(below, low - extent_mm(other)[0]);
        above = std::max(above, extent_mm(other)[1] - high);
      }
    if (const double beyond = below + above; beyond > 1.5 * series.stack.increment_mm)
      series.findings.push_back(warning("IO-PART-OF-SCAN", "series",
                                        "other scans under this series UID reach " + decimals(std::round(beyond)) +
                                            " mm beyond this one (what lies there is not measured) measure those too, "
                                            "or a reconstruction of the whole"));
  }
}

std::vector<Series> series_of(UidContent content) {
  std::map<std::string, Headers> aside; // by the rule that sets them aside
  Headers slices;
  for (DicomHeader& image : content.images) {
    const std::optional<Issue> reason = set_aside(image);
    (reason ? aside[reason->rule] : slices).push_back(std::move(image));
  }
  std::vector<Series> all;
  if (!slices.empty()) {
    Issues findings;
    slices = without_copies(std::move(slices), findings);
    std::vector<SliceGroup> groups = split_series(std::move(slices));
    const auto largest = std::ranges::max_element(groups, {}, [](const SliceGroup& g) { return g.slices.size(); });
    const auto home = largest - groups.begin(); // damaged files went missing there, most likely
    for (std::ptrdiff_t i = 0; i < std::ssize(groups); ++i) {
      Series& series = all.emplace_back(make_series(std::move(groups[static_cast<std::size_t>(i)]),
                                                    i == home ? content.damaged : std::vector<std::string>{}));
      append(series.findings, findings);
      if (const auto unplaced = aside.find("IO-NO-PLACE"); i == home && unplaced != aside.end())
        series.findings.push_back(
            warning("IO-UNPLACED-SLICE", "series",
                    "slices that do not say where they lie: " + std::to_string(unplaced->second.size()) +
                        " (the scan may lack them) export the series again from the archive"));
    }
  }
  find_what_is_left_out(all);
  for (auto& [rule, images] : aside)
    all.push_back(make_series({std::move(images), ""}, {}));
  return all;
}

std::string unique_ending(const std::set<std::string>& all, const std::string& uid) {
  for (std::size_t length = 6; length < uid.size(); ++length) {
    const std::string ending = uid.substr(uid.size() - length);
    if (std::ranges::count_if(all, [&](const std::string& other) { return other.ends_with(ending); }) == 1)
      return "..." + ending;
  }
  return uid.empty() ? "without UID" : uid;
}

/// The folder all files of a series share.
std::string common_folder(const Headers& images, const FileTree& tree) {
  std::filesystem::path folder = images.front().file.parent_path();
  for (const DicomHeader& image : images)
    while (folder.has_relative_path() && !(image.file.string() + "/").starts_with(folder.string() + "/"))
      folder = folder.parent_path();
  return tree.shown(folder);
}

void name_series(std::vector<Series>& series, const FileTree& tree) {
  std::set<std::string> uids;
  for (const Series& one : series)
    uids.insert(one.first().series_uid);
  for (Series& one : series) {
    one.label = unique_ending(uids, one.first().series_uid) + (one.part.empty() ? "" : " (" + one.part + ")");
    one.folder = one.slices.size() == 1 ? tree.shown(one.first().file) : common_folder(one.slices, tree);
  }
}

using ByUid = std::map<std::pair<std::string, std::string>, UidContent>;

/// Sorts what was read by study and series UID. What cannot be sorted is named.
ByUid sort_images(std::vector<Headers> read, const FileTree& tree, Issues& issues) {
  ByUid by_uid;
  std::vector<std::string> lost;
  std::size_t not_dicom = 0;
  std::string first_not_dicom;
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (read[i].empty() && not_dicom++ == 0)
      first_not_dicom = tree.files[i].filename().string();
    for (DicomHeader& image : read[i]) {
      if (!is_headless(image))
        by_uid[{image.study_uid, image.series_uid}].images.push_back(std::move(image));
      else if (image.series_uid.empty())
        lost.push_back(image.file.filename().string());
      else
        by_uid[{image.study_uid, image.series_uid}].damaged.push_back(image.file.filename().string());
    }
  }
  for (auto at = by_uid.begin(); at != by_uid.end();) {
    if (!at->second.images.empty()) {
      ++at;
      continue;
    }
    lost.insert(lost.end(), at->second.damaged.begin(), at->second.damaged.end());
    at = by_uid.erase(at);
  }
  if (not_dicom > 0)
    issues.push_back(warning("IO-NOT-DICOM", first_not_dicom,
                             "files that are no DICOM: " + std::to_string(not_dicom) +
                                 " (a damaged slice would be among them) check that no slice is missing"));
  if (lost.size() > 0 && by_uid.size() == 1) // it can only have been a slice of this one
    by_uid.begin()->second.damaged.insert(by_uid.begin()->second.damaged.end(), lost.begin(), lost.end());
  else if (!lost.empty())
    issues.push_back(warning("IO-UNREADABLE-SLICE", lost.front(),
                             "files that are cut off before they name their series: " + std::to_string(lost.size()) +
                                 " (some scan lacks these slices) copy them again from their source"));
  return by_uid;
}

Headers headers_or_none(const std::filesystem::path& file, std::string& problem) {
  try {
    return read_dicom_headers(file);
  } catch (const Error& error) {
    problem = error.what();
    return {};
  }
}

} // namespace

Inventory take_inventory(const FileTree& tree, Parallel parallel) {
  setup_dcmtk(); // what ails the machine is said once, not of every file
  Inventory inventory;
  inventory.issues = tree.issues;
  std::vector<std::string> problems(tree.files.size());
  std::vector<Headers> read = parallel_map(tree.files.size(), parallel,
                                           [&](std::size_t i) { return headers_or_none(tree.files[i], problems[i]); });
  for (std::size_t i = 0; i < problems.size(); ++i)
    if (!problems[i].empty())
      inventory.issues.push_back(warning("IO-UNREADABLE-FILE", tree.shown(tree.files[i]), problems[i]));
  ByUid by_uid = sort_images(std::move(read), tree, inventory.issues);
  for (auto& [uid, content] : by_uid) {
    // Names and the order of files must not show in the result.
    std::ranges::sort(content.images, {},
                      [](const DicomHeader& image) { return std::tie(image.instance_uid, image.frame, image.file); });
    for (Series& one : series_of(std::move(content)))
      inventory.series.push_back(std::move(one));
  }
  name_series(inventory.series, tree);
  return inventory;
}

std::string describe(const Series& series) {
  const DicomHeader& first = series.first();
  const std::string kernel = shown_kernel(first.kernel);
  return series.label + ": " + shown_modality(first.modality) + ", " + std::to_string(series.slices.size()) +
         " slices, " + std::to_string(first.pixels.columns) + "x" + std::to_string(first.pixels.rows) +
         (kernel.empty() ? "" : ", kernel " + kernel) +
         (first.thickness_mm ? ", " + decimals(*first.thickness_mm) + " mm thick" : "") +
         (series.stack.increment_mm > 0 ? " every " + decimals(series.stack.increment_mm) + " mm" : "");
}

} // namespace osteocalc::io
