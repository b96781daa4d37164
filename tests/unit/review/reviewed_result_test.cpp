// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/reviewed_result.h"

#include "osteocalc/core/error.h"
#include "osteocalc/review/machine_record.h"
#include "osteocalc/review/review_file.h"
#include "unit/review/review_subject.h"

#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osteocalc::review {
namespace {

using Json = nlohmann::json;

/// A study's folder with a machine's result that holds more than a review does.
std::filesystem::path study_folder() {
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  const Review machine(test::ReviewScan().subject());
  Json result = Json::parse(file_of(machine).values_json);
  result["schema"] = "osteocalc.study/1";
  result["study"] = {{"subject", nullptr}, {"age_years", 60},   {"sex", "F"},   {"kvp_kv", 120},
                     {"kernel", nullptr},  {"increment_mm", 3}, {"slices", 50}, {"contrast", "none"}};
  result["issues"] = Json::array({{{"level", "warning"}, {"rule", "CAL-NOISE"}, {"where", "aorta"}, {"text", "x"}}});
  result["provenance"] = {{"inputs_sha256", "made"}};
  for (Json& bed : result["calcium"]["beds"])
    bed["percentile"] = 50;
  for (Json& vertebra : result["bone"]["vertebrae"]) {
    vertebra["heights_mm"] = {{"anterior", 27}};
    vertebra["bmd_se_mg_cm3"] = 4;
    vertebra["machine"] = vertebra["level"];
  }
  result["bone"]["calibration"] = {{"mode", "phantom"}, {"name", "QRM"},     {"material", "HA"},
                                   {"slope", 0.8},      {"intercept", -2.5}, {"curvature", 0}};
  std::ofstream(path / "result.json") << result.dump();
  std::ofstream(path / "run.json") << R"({"schema":"osteocalc.run/1","study": ["/scans/a"]})";
  return path;
}

Json bed(const Json& result, const std::string& name) {
  for (const Json& bed : result["calcium"]["beds"])
    if (bed["bed"] == name)
      return bed;
  return {};
}

void review_as(const std::filesystem::path& file, const std::string& reader) {
  Review review(test::ReviewScan().subject());
  review.apply(AssignLesion{"coronary_lad", {9, 9, 33}, 0}, {reader, "", "bypass clip"});
  review.apply(ShiftLevels{1}, {reader, "", ""});
  write_review(file_of(review), file);
}

TEST(ReviewedResult, WithoutAReviewTheMachinesStands) {
  const ReviewedResult reviewed = reviewed_result(study_folder());
  EXPECT_EQ(reviewed.state, ReviewState::None);
  const Json json = Json::parse(reviewed.result_json);
  EXPECT_EQ(json["review"]["state"], "none");
  EXPECT_GT(bed(json, "coronary_lad")["agatston"], 0);
}

TEST(ReviewedResult, AReviewIsLaidOverAndSaid) {
  const auto study = study_folder();
  review_as(study / "review.json", "ann");
  const ReviewedResult reviewed = reviewed_result(study);
  EXPECT_EQ(reviewed.state, ReviewState::Reviewed);
  EXPECT_EQ(reviewed.readers, std::vector<std::string>{"ann"});
  EXPECT_TRUE(has_rule(reviewed.issues, "REVIEW-USED"));
  const Json json = Json::parse(reviewed.result_json);
  EXPECT_EQ(bed(json, "coronary_lad")["agatston"], 0);
  EXPECT_TRUE(bed(json, "coronary_lad")["percentile"].is_null()); // of a score that no longer stands
  EXPECT_EQ(bed(json, "coronary_lcx")["percentile"], 50);
  EXPECT_EQ(json["review"]["edits"], 2);
  const Json& vertebra = json["bone"]["vertebrae"][0];
  EXPECT_EQ(vertebra["level"], "L2");
  EXPECT_EQ(vertebra["machine"], "L1"); // what the review does not hold goes with the vertebra, not with the name
  EXPECT_EQ(vertebra["heights_mm"]["anterior"], 27);
  EXPECT_EQ(json["study"]["age_years"], 60);
}

TEST(ReviewedResult, TwoReadersWaitForTheThird) {
  const auto study = study_folder();
  review_as(study / "review.ann.json", "ann");
  EXPECT_EQ(reviewed_result(study).state, ReviewState::Reviewed); // a reader alone
  review_as(study / "review.bob.json", "bob");
  const ReviewedResult reviewed = reviewed_result(study);
  EXPECT_EQ(reviewed.state, ReviewState::Unresolved);
  EXPECT_TRUE(has_rule(reviewed.issues, "REVIEW-UNRESOLVED"));
  EXPECT_GT(bed(Json::parse(reviewed.result_json), "coronary_lad")["agatston"], 0);
  review_as(study / "review.json", "eve");
  EXPECT_EQ(reviewed_result(study).readers, std::vector<std::string>{"eve"});
}

TEST(ReviewedResult, ADamagedReviewIsAnIssue) {
  const auto study = study_folder();
  std::ofstream(study / "review.json") << "{";
  const ReviewedResult reviewed = reviewed_result(study);
  EXPECT_EQ(reviewed.state, ReviewState::None);
  EXPECT_TRUE(has_rule(reviewed.issues, "REVIEW-UNREADABLE"));
  std::ofstream(study / "result.json") << "{";
  EXPECT_THROW(static_cast<void>(reviewed_result(study)), IoError);
}

TEST(MachineRecord, SaysHowTheMachineMeasured) {
  const MachineRecord record = read_machine_record(study_folder());
  EXPECT_EQ(record.scan, std::vector<std::filesystem::path>{"/scans/a"});
  EXPECT_EQ(record.options.calibration.mode, calibration::Mode::Phantom);
  EXPECT_EQ(record.options.calibration.slope, 0.8);
  EXPECT_EQ(record.options.calibration.material, calibration::Material::HA);
  EXPECT_EQ(record.info.sex, Sex::Female);
  EXPECT_EQ(record.info.contrast, study::Contrast::None);
  EXPECT_EQ(record.issues.size(), 1U);
  EXPECT_THROW(static_cast<void>(read_machine_record("/nowhere")), IoError);
}

} // namespace
} // namespace osteocalc::review
