// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/review_file.h"

#include "osteocalc/core/error.h"
#include "osteocalc/review/edit_json.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace osteocalc::review {
namespace {

constexpr const char* schema = "osteocalc.review/1";

[[noreturn]] void cannot_write(const std::filesystem::path& file) {
  throw IoError("cannot write " + file.string() + ": " + std::strerror(errno) +
                " (the edit is kept in the window only) make room or rights, then edit on");
}

void write_to_disk(const std::filesystem::path& file, const std::string& text) {
  const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (handle < 0)
    cannot_write(file);
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t now = ::write(handle, text.data() + written, text.size() - written);
    if (now < 0 && errno == EINTR)
      continue;
    if (now < 0)
      break;
    written += static_cast<std::size_t>(now);
  }
  const bool complete = written == text.size() && ::fsync(handle) == 0;
  const int reason = errno;
  ::close(handle);
  if (!complete) {
    ::unlink(file.c_str());
    errno = reason;
    cannot_write(file);
  }
}

/// The rename itself reaches the disk with its folder.
void sync_folder(const std::filesystem::path& folder) {
  const int handle = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle >= 0) {
    static_cast<void>(::fsync(handle)); // some file systems know no such thing; the file itself is on disk
    ::close(handle);
  }
}

} // namespace

std::filesystem::path review_path(const std::filesystem::path& study, const std::string& blind_reader) {
  if (!std::ranges::all_of(blind_reader, [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; }))
    throw ConfigError("a reader's name names a file: letters, digits, - and _ only");
  return study / (blind_reader.empty() ? "review.json" : "review." + blind_reader + ".json");
}

ReviewFile file_of(const Review& review, std::string result_sha256) {
  return {review.image().inputs_sha256, review.image().hu.geometry().size, review.edits(), std::move(result_sha256),
          values_json(review.values(), review.marks().level_shift).dump()};
}

void write_review(const ReviewFile& review, const std::filesystem::path& file) {
  Json json{{"schema", schema},
            {"study",
             {{"inputs_sha256", review.inputs_sha256}, {"size", review.size}, {"result_sha256", review.result_sha256}}},
            {"edits", Json::array()},
            {"values", Json::parse(review.values_json)}};
  for (const Edit& edit : review.edits)
    json["edits"].push_back(to_json(edit));
  const std::filesystem::path beside = file.string() + ".new";
  write_to_disk(beside, json.dump(1) + "\n");
  if (std::rename(beside.c_str(), file.c_str()) != 0)
    cannot_write(file);
  sync_folder(file.parent_path());
}

ReviewFile read_review(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream)
    throw IoError("cannot read " + file.string() + "; check that it is there and may be read");
  try {
    const Json json = Json::parse(text.str());
    if (json.at("schema") != schema)
      throw Error("its schema is not " + std::string(schema));
    const Json& study = json.at("study");
    ReviewFile review{
        study.at("inputs_sha256"), study.at("size"), {}, study.value("result_sha256", ""), json.at("values").dump()};
    for (const Json& edit : json.at("edits"))
      review.edits.push_back(edit_from(edit));
    return review;
  } catch (const std::exception& error) { // JSON's own exceptions too
    throw IoError(file.string() + " is no review that can be read: " + error.what() +
                  " (it is left as it is) restore it from a copy or move it away");
  }
}

void check_fits(const ReviewFile& review, const CtImage& image) {
  const bool other_scan =
      !review.inputs_sha256.empty() && !image.inputs_sha256.empty() && review.inputs_sha256 != image.inputs_sha256;
  if (other_scan || review.size != image.hu.geometry().size)
    throw Refusal(refused("REVIEW-OTHER-SCAN", "review",
                          "the review was made on another scan (its edits would land elsewhere) move it away or open "
                          "the scan it belongs to"));
}

EditComparison compare_edits(const ReviewFile& first, const ReviewFile& second) {
  EditComparison comparison;
  std::vector<Edit> rest = second.edits;
  for (const Edit& edit : first.edits) {
    const auto same = std::ranges::find(rest, edit.action, &Edit::action);
    (same == rest.end() ? comparison.only_first : comparison.both).push_back(edit);
    if (same != rest.end())
      rest.erase(same);
  }
  comparison.only_second = std::move(rest);
  return comparison;
}

std::map<std::string, std::optional<double>> numbers_of(const ReviewFile& review) {
  std::map<std::string, std::optional<double>> numbers;
  const auto put = [&](const std::string& name, const Json& value) {
    numbers[name] = value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
  };
  const Json values = Json::parse(review.values_json);
  if (values.contains("dxa")) {
    const Json& dxa = values.at("dxa");
    const Json exam = dxa.value("exam", Json());
    const std::string prefix = exam.is_string() ? exam.get<std::string>() + "." : "";
    for (const Json& site : dxa.at("sites"))
      for (const char* key : {"bmc_g", "area_cm2", "abmd_g_cm2", "t_score", "z_score"})
        put(prefix + site.at("site").get<std::string>() + "." + key, site.at(key));
    if (const Json& aac = dxa.at("aac24"); aac.is_object())
      put("aac24", aac.at("total"));
    return numbers;
  }
  for (const Json& bed : values.at("calcium").at("beds"))
    for (const char* key : {"agatston", "volume_mm3", "mass_mg", "density_score", "lesions"})
      put(bed.at("bed").get<std::string>() + "." + key, bed.at(key));
  for (const Json& vertebra : values.at("bone").at("vertebrae")) {
    const auto level = vertebra.at("level").get<std::string>();
    const Json& hu = vertebra.at("trabecular_hu");
    put(level + ".hu", hu.is_null() ? Json() : hu.at("mean"));
    put(level + ".bmd_mg_cm3", vertebra.at("bmd_mg_cm3"));
  }
  const Json summary = values.at("bone").value("summary", Json());
  put("spine.hu", summary.is_null() ? Json() : summary.at("mean_hu"));
  put("spine.bmd_mg_cm3", summary.is_null() ? Json() : summary.at("bmd_mg_cm3"));
  return numbers;
}

} // namespace osteocalc::review
