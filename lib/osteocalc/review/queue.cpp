// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/queue.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace osteocalc::review {
namespace {

using Json = nlohmann::json;

std::optional<double> number(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

bool is_true(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

void read_issues(const Json& issues, QueueRow& row) {
  for (const Json& issue : issues) {
    const auto level = issue.at("level").get<std::string>(), rule = issue.at("rule").get<std::string>();
    row.refused = row.refused || level == "refused";
    row.warnings += level == "warning" ? 1 : 0;
    row.short_field_of_view =
        row.short_field_of_view || rule == "CAL-INCOMPLETE" || rule == "LABEL-COVERAGE" || rule == "SEG-HEART-CUT";
  }
}

void read_bone(const Json& bone, QueueRow& row) {
  for (const Json& vertebra : bone.at("vertebrae")) {
    const std::optional<double> confidence = number(vertebra, "level_confidence");
    row.uncertain_levels = row.uncertain_levels || confidence.value_or(1) < 0.95;
    const Json excluded = vertebra.value("excluded", Json());
    row.short_field_of_view =
        row.short_field_of_view ||
        (excluded.is_string() && excluded.get<std::string>().find("field of view") != std::string::npos);
  }
  if (const Json summary = bone.value("summary", Json()); summary.is_object())
    row.spine_hu = number(summary, "mean_hu");
}

QueueRow read_row(const std::filesystem::path& folder) {
  QueueRow row;
  row.study = folder.filename().string();
  row.folder = folder;
  try {
    const ReviewedResult reviewed = reviewed_result(folder);
    const Json json = Json::parse(reviewed.result_json);
    row.review = reviewed.state;
    read_issues(json.at("issues"), row);
    for (const Json& bed : json.at("calcium").is_object() ? json.at("calcium").at("beds") : Json::array()) {
      if (bed.at("bed") == "coronary")
        row.coronary_agatston = number(bed, "agatston");
      if (bed.at("bed") == "aorta_abdominal")
        row.abdominal_agatston = number(bed, "agatston");
    }
    if (json.at("bone").is_object())
      read_bone(json.at("bone"), row);
    row.high_calcium = is_true(json.at("paradox"), "high_calcium");
    row.low_bone = is_true(json.at("paradox"), "low_bone");
  } catch (const std::exception&) { // no result, or a damaged one: it needs eyes all the more
    row.refused = true;
  }
  return row;
}

} // namespace

bool passes(const QueueRow& row, const QueueFilter& filter) noexcept {
  return (!filter.refused || row.refused) && (!filter.warned || row.warnings > 0) &&
         (!filter.high_calcium || row.high_calcium) && (!filter.low_bone || row.low_bone) &&
         (!filter.short_field_of_view || row.short_field_of_view) &&
         (!filter.not_reviewed || row.review != ReviewState::Reviewed);
}

int urgency(const QueueRow& row) noexcept {
  if (row.review == ReviewState::Reviewed)
    return -1;
  return (row.review == ReviewState::Unresolved ? 8000 : 0) + (row.refused ? 4000 : 0) +
         (row.uncertain_levels ? 2000 : 0) + (row.short_field_of_view ? 1000 : 0) + std::min(row.warnings, 999);
}

Queue::Queue(std::vector<QueueRow> rows) : rows_(std::move(rows)) {
  std::ranges::sort(rows_, {}, [](const QueueRow& row) { return std::pair(-urgency(row), row.study); });
  set_filter({});
}

void Queue::set_filter(const QueueFilter& filter) {
  const std::string study = current() ? current()->study : "";
  shown_.clear();
  std::ranges::copy_if(rows_, std::back_inserter(shown_), [&](const QueueRow& row) { return passes(row, filter); });
  at_ = 0;
  go_to(study);
}

const QueueRow* Queue::peek(int steps) const noexcept {
  const auto wanted = static_cast<std::ptrdiff_t>(at_) + steps;
  return wanted < 0 || wanted >= std::ssize(shown_) ? nullptr : &shown_[static_cast<std::size_t>(wanted)];
}

bool Queue::move(int steps) {
  if (!peek(steps))
    return false;
  at_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at_) + steps);
  return true;
}

bool Queue::go_to(const std::string& study) {
  const auto found = std::ranges::find(shown_, study, &QueueRow::study);
  if (found == shown_.end())
    return false;
  at_ = static_cast<std::size_t>(found - shown_.begin());
  return true;
}

std::vector<QueueRow> read_queue(const std::filesystem::path& batch, Parallel parallel) {
  const std::filesystem::path studies = batch / "studies";
  if (!std::filesystem::is_directory(studies))
    throw IoError(batch.string() + " is no output of batch (it has no folder \"studies\"); give the folder that was "
                                   "its -o");
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(studies))
    if (entry.is_directory())
      folders.push_back(entry.path());
  std::ranges::sort(folders);
  return parallel_map(folders.size(), parallel, [&](std::size_t i) { return read_row(folders[i]); });
}

} // namespace osteocalc::review
