// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/reviews.h"

#include "osteocalc/report/results_csv.h"
#include "osteocalc/review/reviewed_result.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace osteocalc::batch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string joined(const std::vector<std::string>& cells) {
  return fmt::format("{}", fmt::join(cells, std::string(1, cell_separator)));
}

/// Issues as one text, for the table of issues.
std::string issues_text(const std::string& result_json) {
  std::string text;
  const Json record = Json::parse(result_json);
  for (const Json& issue : record["issues"])
    for (const char* key : {"level", "rule", "where", "text"})
      text += issue.value(key, "") + cell_separator;
  return text;
}

void count(std::size_t studies, Issue issue, Issues& issues) {
  issue.text = std::to_string(studies) + " " + issue.text;
  if (studies > 0)
    issues.push_back(std::move(issue));
}

} // namespace

Verdict done_verdict(const std::string& key, const std::string& result_json) {
  const report::ResultRow row = report::result_row(key, result_json);
  Verdict verdict;
  verdict.outcome = Outcome::Done;
  verdict.columns = joined(row.columns);
  verdict.cells = joined(row.cells);
  verdict.issues = issues_text(result_json);
  return verdict;
}

Reviews read_reviews(const std::vector<fs::path>& outputs) {
  Reviews reviews;
  std::size_t reviewed = 0, unresolved = 0, unreadable = 0;
  for (const fs::path& output : outputs)
    if (fs::is_directory(output / "studies"))
      for (const auto& study : fs::directory_iterator(output / "studies")) {
        const std::string key = study.path().filename().string();
        if (key.starts_with('.') || reviews.verdicts.contains(key) || review::review_files(study.path()).empty() ||
            !fs::exists(study.path() / "result.json"))
          continue;
        const review::ReviewedResult result = review::reviewed_result(study.path());
        reviews.verdicts.emplace(key, done_verdict(key, result.result_json));
        reviewed += result.state == review::ReviewState::Reviewed;
        unresolved += result.state == review::ReviewState::Unresolved;
        unreadable += result.state == review::ReviewState::None;
      }
  count(reviewed, info("COLLECT-REVIEWED", "reviews", "studies stand with a reader's values (column review)"),
        reviews.issues);
  count(unresolved,
        warning("COLLECT-UNRESOLVED", "reviews",
                "studies were read by several readers and nobody has decided between them (the machine's values "
                "stand) adjudicate them in osteocalc-viewer"),
        reviews.issues);
  count(unreadable,
        warning("COLLECT-REVIEW-UNUSABLE", "reviews",
                "studies have a review that cannot be used (the machine's values stand; the column issues says "
                "which) see to their review.json"),
        reviews.issues);
  return reviews;
}

void keep_reviews(const fs::path& from, const fs::path& to) {
  if (!fs::is_directory(from))
    return;
  for (const fs::path& file : review::review_files(from)) {
    const fs::path kept = to / file.lexically_relative(from);
    fs::create_directories(kept.parent_path());
    fs::copy_file(file, kept, fs::copy_options::overwrite_existing);
  }
}

} // namespace osteocalc::batch
