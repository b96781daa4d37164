// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/nifti.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/image/resample.h"
#include "osteocalc/io/label_check.h"
#include "osteocalc/io/memory_budget.h"
#include "osteocalc/io/nifti_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <span>
#include <stdexcept>
#include <utility>

namespace osteocalc::io {
namespace {

constexpr std::int16_t outside_scan_hu = -1024;
constexpr std::size_t most_labels = 1024; // distinct values; a map of more is an image

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& problem) {
  throw IoError(file.filename().string() + " " + problem);
}

/// Rounded down and clamped, see CtImage.
std::int16_t to_hu(double value) {
  using Hu = std::numeric_limits<std::int16_t>;
  return static_cast<std::int16_t>(std::clamp<double>(std::floor(value + 1e-3), Hu::min(), Hu::max()));
}

bool is_label(double value) {
  return value >= 0 && value <= std::numeric_limits<LabelId>::max() && value == std::floor(value);
}

/// A whole file with each voxel turned into a T.
template <class T, class Convert>
Volume<T> read_voxels(NiftiReader& nifti, const std::string& name, const ReadOptions& options, const Convert& convert) {
  // Beside the volume, one slice as stored and one in floating point.
  const double slice_buffers = 2.0 * sizeof(double) / std::max(nifti.geometry().size[2], 1);
  require_memory(nifti.geometry(), sizeof(T) + slice_buffers, options.memory_bytes, name);
  Volume<T> volume(nifti.geometry());
  for (int z = 0; z < volume.size(2); ++z)
    std::ranges::transform(nifti.next_slice(), volume.slice(z).data, convert);
  return volume;
}

[[noreturn]] void refuse_as_labels(const std::filesystem::path& file, const std::string& problem) {
  throw Refusal(refused("IO-NOT-LABELS", file.filename().string(),
                        file.filename().string() + " is no label map: " + problem +
                            " (regions would be wrong) pass a NIfTI of whole label numbers, 0 for none"));
}

/// The names in a map's header.
std::map<LabelId, std::string> names_in(const NiftiReader& nifti) {
  std::map<LabelId, std::string> names;
  for (const auto& [id, name] : nifti.label_names())
    if (id > 0 && is_label(id))
      names.emplace(static_cast<LabelId>(id), name);
  return names;
}

/// \throw std::out_of_range when the text is no number from 0 to 65535
LabelId label_id(const std::string& text) {
  LabelId id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size())
    throw std::out_of_range(text);
  return id;
}

} // namespace

bool is_nifti_name(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name.ends_with(".nii") || name.ends_with(".nii.gz");
}

CtImage read_nifti_ct(const std::filesystem::path& file, const ReadOptions& options) {
  NiftiReader nifti(file);
  const std::string name = file.filename().string();
  CtImage image;
  std::size_t not_numbers = 0;
  Volume<std::int16_t> hu = read_voxels<std::int16_t>(nifti, name, options, [&](double value) {
    not_numbers += std::isnan(value) ? 1 : 0;
    return std::isnan(value) ? outside_scan_hu : to_hu(value);
  });
  if (looks_like_labels(hu.voxels()))
    throw Refusal(refused("IO-LABEL-MAP", file.filename().string(),
                          file.filename().string() +
                              " holds label numbers, not HU (every score would be 0) pass the CT "
                              "image here and this file with --mask"));
  image.hu = to_lps_order(std::move(hu));
  image.issues.push_back(
      warning("IO-NO-KVP", name,
              "NIfTI does not say the tube voltage (thresholds and calibrations depend on it) pass it "
              "with --kvp if you know it"));
  if (!nifti.has_orientation())
    image.issues.push_back(warning("IO-NO-ORIENTATION", name,
                                   "the file has neither sform nor qform (left and right may be exchanged) write it "
                                   "again with its orientation"));
  if (not_numbers > 0)
    image.issues.push_back(warning("IO-NAN", name,
                                   "voxels that are not a number: " + std::to_string(not_numbers) +
                                       " (they count as outside the scan, -1024 HU) check how the file was made"));
  if (options.hash_inputs)
    image.inputs_sha256 = sha256_hex(sha256_hex_of_file(file));
  return image;
}

LabelMap read_labels(const std::filesystem::path& file, const ReadOptions& options) {
  NiftiReader nifti(file);
  Volume<LabelId> labels = read_voxels<LabelId>(nifti, file.filename().string(), options, [&](double value) {
    if (!is_label(value))
      refuse_as_labels(file, value < 0 ? "it has values below 0, like a CT image" : "it has values that are no label");
    return static_cast<LabelId>(value);
  });
  LabelMap map{to_lps_order(std::move(labels)), read_label_names(label_names_file(file))};
  if (map.names.empty())
    map.names = names_in(nifti);
  const std::size_t found = labels_present(map).size();
  if (found > most_labels)
    refuse_as_labels(file, "it has " + std::to_string(found) + " different values, like a CT image");
  return map;
}

std::map<LabelId, std::string> read_label_names(const std::filesystem::path& file) {
  std::map<LabelId, std::string> names;
  std::ifstream in(file);
  if (!in)
    return names;
  try {
    const auto json = nlohmann::json::parse(in);
    if (json.at("schema") != "osteocalc.labels/1")
      fail(file, "has another schema than osteocalc.labels/1 (label names cannot be trusted) move it away");
    for (const auto& [id, name] : json.at("labels").items())
      names.emplace(label_id(id), name.get<std::string>());
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {
    fail(file, "is no list of label names (label names cannot be trusted) correct it or move it away");
  }
  return names;
}

void write_nifti(const Volume<std::int16_t>& volume, const std::filesystem::path& file) {
  write_nifti_file(file, volume.geometry(), NiftiType::Int16, std::as_bytes(volume.voxels()));
}

void write_nifti(const Volume<LabelId>& volume, const std::filesystem::path& file) {
  write_nifti_file(file, volume.geometry(), NiftiType::UInt16, std::as_bytes(volume.voxels()));
}

void write_labels(const LabelMap& labels, const std::filesystem::path& file) {
  write_nifti(labels.voxels, file);
  nlohmann::ordered_json json{{"schema", "osteocalc.labels/1"}, {"labels", nlohmann::ordered_json::object()}};
  for (const LabelId id : labels_present(labels))
    json["labels"][std::to_string(id)] = name_of(labels, id);
  const std::filesystem::path names = label_names_file(file);
  std::ofstream out(names);
  out << json.dump(2) << '\n';
  if (!out.flush())
    fail(names, "cannot be written (label names would be lost) check the folder and the space on the disk");
}

std::filesystem::path label_names_file(const std::filesystem::path& labels_file) {
  std::filesystem::path name = labels_file;
  if (name.extension() == ".gz")
    name.replace_extension();
  return name.replace_extension(".json");
}

std::filesystem::path label_parts_file(const std::filesystem::path& labels_file) {
  std::string name = labels_file.filename().string();
  const std::size_t dot = name.find(".nii");
  return labels_file.parent_path() / name.insert(dot == std::string::npos ? name.size() : dot, "_parts");
}

} // namespace osteocalc::io
