// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/reviews.h"

#include "osteocalc/batch/collect.h"
#include "unit/review/review_folder.h"

#include "support/dicom_scan.h"

namespace osteocalc::batch {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// The values of one row of a CSV file by column; no cell of these tables holds a comma.
std::map<std::string, std::string> row_of(const fs::path& table, const std::string& key) {
  std::ifstream stream(table);
  std::string header, line;
  std::getline(stream, header);
  while (std::getline(stream, line) && !line.starts_with(key + ",")) {
  }
  std::map<std::string, std::string> row;
  std::istringstream names(header), cells(line);
  for (std::string name, cell; std::getline(names, name, ',');) {
    std::getline(cells, cell, ',');
    row[name] = std::exchange(cell, {});
  }
  return row;
}

/// A batch's output with two measured studies, as a run leaves it.
class ReviewedBatch : public testing::Test {
 protected:
  ReviewedBatch() {
    State state(output_ / "state.sqlite");
    for (const std::string key : {"0a", "0b"}) {
      const fs::path study = fs::absolute(output_ / "studies" / key);
      test::study_folder(study);
      StudyPlan plan;
      plan.key = key;
      plan.fingerprint = "f";
      state.plan(plan);
      state.finish(plan, done_verdict(key, text_of(study / "result.json")));
    }
  }
  [[nodiscard]] fs::path study(const std::string& key) const { return output_ / "studies" / key; }
  [[nodiscard]] CollectResult merge() const { return collect({{output_}, folder_.path() / "merged", false, false}); }
  [[nodiscard]] fs::path table() const { return folder_.path() / "merged" / "results.csv"; }

  test::TemporaryFolder folder_;
  fs::path output_ = [this] {
    fs::create_directories(folder_.path() / "out");
    return folder_.path() / "out";
  }();
};

TEST_F(ReviewedBatch, ARowHoldsTheReadersValuesAndSaysSo) {
  const CollectResult before = merge();
  EXPECT_FALSE(has_rule(before.issues, "COLLECT-REVIEWED"));
  EXPECT_FALSE(row_of(table(), "0a").contains("review")); // nobody reviewed anything: no column
  const auto machine = row_of(table(), "0a");
  EXPECT_GT(std::stod(machine.at("coronary_lad_agatston")), 0);

  test::review_as(study("0a") / "review.json", "Ann Reader");
  EXPECT_TRUE(has_rule(merge().issues, "COLLECT-REVIEWED"));
  const auto reviewed = row_of(table(), "0a"), other = row_of(table(), "0b");
  EXPECT_EQ(reviewed.at("coronary_lad_agatston"), "0");
  EXPECT_EQ(reviewed.at("L2_hu"), machine.at("L1_hu")); // every level one lower
  EXPECT_EQ(reviewed.at("review"), "reviewed");
  EXPECT_EQ(reviewed.at("review_by").size(), 8U);
  EXPECT_EQ(reviewed.at("review_time"), "2026-01-02T03:04:05Z");
  EXPECT_EQ(text_of(table()).find("Ann"), std::string::npos) << "a reader's name travels with the table";
  EXPECT_EQ(other.at("coronary_lad_agatston"), machine.at("coronary_lad_agatston"));
  EXPECT_EQ(other.at("review"), "");
}

TEST_F(ReviewedBatch, TwoReadersWithoutADecisionLeaveTheMachinesValues) {
  test::review_as(study("0a") / "review.ann.json", "ann");
  test::review_as(study("0a") / "review.bob.json", "bob");
  EXPECT_TRUE(has_rule(merge().issues, "COLLECT-UNRESOLVED"));
  const auto row = row_of(table(), "0a");
  EXPECT_GT(std::stod(row.at("coronary_lad_agatston")), 0);
  EXPECT_EQ(row.at("review"), "unresolved");
}

TEST_F(ReviewedBatch, ADamagedReviewIsTold) {
  std::ofstream(study("0a") / "review.json") << "{";
  EXPECT_TRUE(has_rule(merge().issues, "COLLECT-REVIEW-UNUSABLE"));
  const auto row = row_of(table(), "0a");
  EXPECT_GT(std::stod(row.at("coronary_lad_agatston")), 0);
  EXPECT_NE(row.at("issues").find("REVIEW-UNUSABLE"), std::string::npos);
}

TEST_F(ReviewedBatch, ReviewsAreKeptWhenAStudyIsMeasuredAgain) {
  test::review_as(study("0a") / "review.ann.json", "ann");
  keep_reviews(study("0a"), folder_.path() / "again");
  EXPECT_EQ(text_of(folder_.path() / "again" / "review.ann.json"), text_of(study("0a") / "review.ann.json"));
  EXPECT_FALSE(fs::exists(folder_.path() / "again" / "result.json"));
  keep_reviews(folder_.path() / "nowhere", folder_.path() / "nothing");
  EXPECT_FALSE(fs::exists(folder_.path() / "nothing"));
}

} // namespace
} // namespace osteocalc::batch
