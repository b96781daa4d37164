// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/reviewed_result.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/review/edit_json.h"
#include "osteocalc/review/machine_record.h"
#include "osteocalc/review/review_file.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <utility>

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

/// The sites of one exam, in their place among the others, and the AAC of a lateral image.
void lay_over_exam(const ReviewFile& review, const std::string& exam, Json& result) {
  const Json values = Json::parse(review.values_json).at("dxa");
  Json& dxa = result["dxa"];
  if (!dxa.is_object())
    dxa = {{"exams", Json::array()}, {"sites", Json::array()}, {"aac24", nullptr}};
  const auto is_this = [&](const Json& item) {
    return item.at("exam") == exam || (item.at("exam").is_null() && exam == "dxa");
  };
  Json machine = Json::array(), sites = Json::array();
  for (const Json& site : dxa["sites"])
    if (is_this(site))
      machine.push_back(site);
  Json reviewed = laid_over(machine, "site", values.at("sites"), "site");
  for (Json& site : reviewed)
    site["exam"] = exam == "dxa" ? Json() : Json(exam);
  bool placed = false;
  const auto place = [&] {
    if (!std::exchange(placed, true))
      sites.insert(sites.end(), reviewed.begin(), reviewed.end());
  };
  for (const Json& site : dxa["sites"])
    if (is_this(site))
      place();
    else
      sites.push_back(site);
  place();
  dxa["sites"] = sites;
  if (reviewed != machine)
    for (Json& each : dxa["exams"])
      if (is_this(each))
        each["texture_tbs_like"] = nullptr; // of the regions as they were
  if (const Json& aac = values.at("aac24"); aac.is_object()) {
    if (dxa["aac24"].is_object())
      dxa["aac24"].update(aac);
    else
      dxa["aac24"] = aac;
  }
}

/// Whether the scan itself says if bone is low (study::classify_paradox): DXA is asked only where it does not.
bool scan_judges_bone(const Json& result, const MachineRecord& record) {
  const Json& bone = result.at("bone");
  if (!bone.is_object())
    return false;
  const Json summary = bone.value("summary", Json());
  if (calibration::is_absolute(record.options.calibration) && summary.is_object() &&
      summary.at("bmd_mg_cm3").is_number())
    return true;
  const Json l1 = element(bone.at("vertebrae"), "level", "L1");
  return l1.is_object() && l1.at("trabecular_hu").is_object() && l1.at("excluded").is_null() &&
         record.info.kvp_kv == 120.0 && record.info.contrast != study::Contrast::Present;
}

/// The flag by the lowest T-score of all sites that are used.
void judge_by_dxa(const MachineRecord& record, Json& result) {
  std::optional<double> lowest;
  for (const Json& site : result["dxa"]["sites"])
    if (site.at("t_score").is_number() && site.value("excluded", Json()).is_null())
      lowest = std::min(lowest.value_or(1e9), site.at("t_score").get<double>());
  Json& paradox = result["paradox"];
  paradox["low_bone"] = lowest ? Json(*lowest <= record.options.paradox.low_t_score) : Json();
  const Json &calcium = paradox["high_calcium"], &low = paradox["low_bone"];
  if (calcium.is_null() || low.is_null())
    paradox["quadrant"] = nullptr;
  else
    paradox["quadrant"] =
        calcium.get<bool>() ? (low.get<bool>() ? "both" : "calcium") : (low.get<bool>() ? "bone" : "neither");
}

void add_issue(const Issue& issue, ReviewedResult& reviewed, Json& result) {
  reviewed.issues.push_back(issue);
  result["issues"].push_back(
      {{"level", to_string(issue.level)}, {"rule", issue.rule}, {"where", issue.where}, {"text", issue.text}});
}

/// What the reviews laid over so far add up to.
struct Tally {
  ReviewedResult& reviewed;
  std::set<std::string> readers;
  std::size_t edits = 0;
  std::string last_edit;
};

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("review.") && name.ends_with(".json"))
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// One folder's review over the result. \param exam of a DXA image; empty: the scan
void use_review(const std::filesystem::path& folder, const std::string& exam, Tally& tally, Json& result) {
  std::vector<std::filesystem::path> files = files_in(folder);
  if (files.empty())
    return;
  const std::string where = exam.empty() ? "review" : "review of " + exam;
  if (std::filesystem::exists(folder / "review.json"))
    files = {folder / "review.json"};
  if (files.size() > 1) {
    tally.reviewed.state = ReviewState::Unresolved;
    return add_issue(warning("REVIEW-UNRESOLVED", where,
                             std::to_string(files.size()) +
                                 " readers have reviewed the study and nobody has decided between "
                                 "them (the machine's values are used) adjudicate"),
                     tally.reviewed, result);
  }
  try {
    const ReviewFile review = read_review(files.front());
    const std::string machine = text_of(folder / (exam.empty() ? "result.json" : "dxa.json"));
    if (!review.result_sha256.empty() && review.result_sha256 != sha256_hex(machine))
      throw Error("the machine has measured the study again since; open it in osteocalc-viewer, look, and edit on");
    Json laid = result;
    if (exam.empty())
      lay_over(review, laid);
    else
      lay_over_exam(review, exam, laid);
    result = std::move(laid);
    tally.reviewed.state = std::max(tally.reviewed.state, ReviewState::Reviewed);
    tally.edits += review.edits.size();
    for (const Edit& edit : review.edits) {
      tally.readers.insert(edit.reader);
      tally.last_edit = std::max(tally.last_edit, edit.time);
    }
    add_issue(
        info("REVIEW-USED", where, std::to_string(review.edits.size()) + " edits of a reader stand in the values"),
        tally.reviewed, result);
  } catch (const std::exception& error) { // JSON's own too
    add_issue(warning("REVIEW-UNUSABLE", where, std::string(error.what()) + " (the machine's values are used)"),
              tally.reviewed, result);
  }
}

} // namespace

std::string_view to_string(ReviewState state) noexcept {
  return state == ReviewState::None ? "none" : state == ReviewState::Reviewed ? "reviewed" : "unresolved";
}

std::vector<std::filesystem::path> review_folders(const std::filesystem::path& study) {
  std::vector<std::filesystem::path> exams;
  if (std::filesystem::is_directory(study / "dxa"))
    for (const auto& entry : std::filesystem::directory_iterator(study / "dxa"))
      if (entry.is_directory())
        exams.push_back(entry.path());
  std::ranges::sort(exams);
  exams.insert(exams.begin(), study);
  return exams;
}

std::vector<std::filesystem::path> review_files(const std::filesystem::path& study) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& folder : review_folders(study))
    for (std::filesystem::path& file : files_in(folder))
      files.push_back(std::move(file));
  return files;
}

ReviewedResult reviewed_result(const std::filesystem::path& study) {
  ReviewedResult reviewed;
  Json result = parsed_result(text_of(study / "result.json"), study / "result.json");
  Tally tally{reviewed, {}, 0, {}};
  for (const std::filesystem::path& folder : review_folders(study))
    use_review(folder, folder == study ? "" : folder.filename().string(), tally, result);
  if (reviewed.state != ReviewState::None && result["dxa"].is_object())
    if (const MachineRecord record = read_machine_record(study); !scan_judges_bone(result, record))
      judge_by_dxa(record, result);
  reviewed.readers.assign(tally.readers.begin(), tally.readers.end());
  result["review"] = {{"state", to_string(reviewed.state)},
                      {"readers", reviewed.readers},
                      {"edits", tally.edits},
                      {"last_edit", tally.last_edit}};
  reviewed.result_json = result.dump(2) + "\n";
  return reviewed;
}

} // namespace osteocalc::review
