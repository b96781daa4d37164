// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/reviewed_result.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/review/edit_json.h"
#include "osteocalc/review/review_file.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

namespace osteocalc::review {
namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return stream ? text.str() : std::string();
}

Json parsed_result(const std::string& text, const std::filesystem::path& file) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || json.value("schema", "") != "osteocalc.study/1")
    throw IoError(file.string() + " is no result of a study (missing, damaged or of another schema); analyze it again");
  return json;
}

/// The element of a list whose `key` is `value`, or null.
Json element(const Json& list, const std::string& key, const Json& value) {
  for (const Json& item : list)
    if (item.at(key) == value)
      return item;
  return {};
}

/// Every item of `over`, on top of the machine's item that it is matched with.
Json laid_over(const Json& machine, const std::string& machine_key, const Json& over, const std::string& key) {
  Json list = Json::array();
  for (const Json& item : over) {
    Json merged = element(machine, machine_key, item.at(key));
    if (merged.is_null())
      merged = Json::object();
    for (const auto& [name, value] : item.items())
      if (name != "machine_level")
        merged[name] = value;
    list.push_back(merged);
  }
  return list;
}

/// What hangs on a number that was reviewed must not stay as the machine's.
void drop_stale(const Json& machine, Json& beds) {
  for (Json& bed : beds) {
    const Json before = element(machine, "bed", bed.at("bed"));
    if (before.is_null() || before.at("agatston") == bed.at("agatston"))
      continue;
    for (const char* key :
         {"percentile", "isotropic_volume_mm3", "hu_volume_hu_mm3", "integrated_mass_mg", "spatially_weighted"})
      bed[key] = nullptr;
    for (const char* key : {"categories", "percentile_table", "arterial_age_years", "valve_ratio"})
      bed.erase(key);
  }
}

/// The standard error of another volume of interest was not worked out.
void drop_stale_errors(const Json& machine, const Json& reviewed, Json& vertebrae) {
  for (std::size_t i = 0; i < vertebrae.size(); ++i) {
    const Json before = element(machine, "level", reviewed.at(i).at("machine_level"));
    if (before.is_null() || before.at("trabecular_hu") != vertebrae[i].at("trabecular_hu"))
      vertebrae[i]["bmd_se_mg_cm3"] = vertebrae[i]["uncertainty_hu"] = nullptr;
  }
}

void lay_over(const ReviewFile& review, Json& result) {
  const Json values = Json::parse(review.values_json);
  Json beds = laid_over(result["calcium"]["beds"], "bed", values.at("calcium").at("beds"), "bed");
  drop_stale(result["calcium"]["beds"], beds);
  result["calcium"]["beds"] = beds;
  result["calcium"]["vessels_with_calcium"] = values.at("calcium").at("vessels_with_calcium");
  if (result["bone"].is_object()) {
    Json& bone = result["bone"];
    const Json& reviewed = values.at("bone").at("vertebrae");
    Json vertebrae = laid_over(bone["vertebrae"], "level", reviewed, "machine_level");
    drop_stale_errors(bone["vertebrae"], reviewed, vertebrae);
    bone["vertebrae"] = vertebrae;
    const Json& summary = values.at("bone").at("summary");
    if (summary != Json() && bone["summary"].is_object())
      bone["summary"].update(summary);
    else
      bone["summary"] = summary;
  }
  result["paradox"] = values.at("paradox");
}

void add_issue(const Issue& issue, ReviewedResult& reviewed, Json& result) {
  reviewed.issues.push_back(issue);
  result["issues"].push_back(
      {{"level", to_string(issue.level)}, {"rule", issue.rule}, {"where", issue.where}, {"text", issue.text}});
}

} // namespace

std::string_view to_string(ReviewState state) noexcept {
  return state == ReviewState::None ? "none" : state == ReviewState::Reviewed ? "reviewed" : "unresolved";
}

std::vector<std::filesystem::path> review_files(const std::filesystem::path& study) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(study)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("review.") && name.ends_with(".json"))
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

ReviewedResult reviewed_result(const std::filesystem::path& study) {
  ReviewedResult reviewed;
  const std::string text = text_of(study / "result.json");
  Json result = parsed_result(text, study / "result.json");
  std::vector<std::filesystem::path> files = review_files(study);
  if (std::filesystem::exists(study / "review.json"))
    files = {study / "review.json"};
  std::size_t edits = 0;
  std::string last_edit;
  if (files.size() > 1) {
    reviewed.state = ReviewState::Unresolved;
    add_issue(warning("REVIEW-UNRESOLVED", "review",
                      std::to_string(files.size()) + " readers have reviewed the study and nobody has decided between "
                                                     "them (the machine's values are used) adjudicate"),
              reviewed, result);
  } else if (files.size() == 1) {
    try {
      const ReviewFile review = read_review(files.front());
      if (!review.result_sha256.empty() && review.result_sha256 != sha256_hex(text))
        throw Error("the machine has measured the study again since; open it in osteocalc-viewer, look, and edit on");
      Json laid = result;
      lay_over(review, laid);
      result = std::move(laid);
      reviewed.state = ReviewState::Reviewed;
      edits = review.edits.size();
      std::set<std::string> readers;
      for (const Edit& edit : review.edits) {
        readers.insert(edit.reader);
        last_edit = std::max(last_edit, edit.time);
      }
      reviewed.readers.assign(readers.begin(), readers.end());
      add_issue(info("REVIEW-USED", "review", std::to_string(edits) + " edits of a reader stand in the values"),
                reviewed, result);
    } catch (const std::exception& error) { // JSON's own too
      add_issue(warning("REVIEW-UNUSABLE", "review", std::string(error.what()) + " (the machine's values are used)"),
                reviewed, result);
    }
  }
  result["review"] = {
      {"state", to_string(reviewed.state)}, {"readers", reviewed.readers}, {"edits", edits}, {"last_edit", last_edit}};
  reviewed.result_json = result.dump(2) + "\n";
  return reviewed;
}

} // namespace osteocalc::review
