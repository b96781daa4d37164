// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/reviewed_result.h"

#include "osteocalc/core/error.h"
#include "osteocalc/review/machine_record.h"
#include "unit/review/review_folder.h"

#include <gtest/gtest.h>

namespace osteocalc::review {
namespace {

using Json = nlohmann::json;

Json bed(const Json& result, const std::string& name) {
  for (const Json& bed : result["calcium"]["beds"])
    if (bed["bed"] == name)
      return bed;
  return {};
}

std::filesystem::path study_folder() {
  return test::study_folder(testing::UnitTest::GetInstance()->current_test_info()->name());
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
  test::review_as(study / "review.json", "ann");
  const ReviewedResult reviewed = reviewed_result(study);
  EXPECT_EQ(reviewed.state, ReviewState::Reviewed);
  EXPECT_EQ(reviewed.readers, std::vector<std::string>{"ann"});
  EXPECT_TRUE(has_rule(reviewed.issues, "REVIEW-USED"));
  const Json json = Json::parse(reviewed.result_json);
  EXPECT_EQ(bed(json, "coronary_lad")["agatston"], 0);
  EXPECT_TRUE(bed(json, "coronary_lad")["percentile"].is_null()); // of a score that no longer stands
  EXPECT_EQ(bed(json, "coronary_lcx")["percentile"], 50);
  EXPECT_EQ(json["review"]["edits"], 2);
  EXPECT_EQ(json["review"]["last_edit"], "2026-01-02T03:04:05Z");
  const Json& vertebra = json["bone"]["vertebrae"][0];
  EXPECT_EQ(vertebra["level"], "L2");
  EXPECT_EQ(vertebra["machine"], "L1"); // what the review does not hold goes with the vertebra, not with the name
  EXPECT_EQ(vertebra["heights_mm"]["anterior"], 27);
  EXPECT_EQ(json["study"]["age_years"], 60);
}

TEST(ReviewedResult, TwoReadersWaitForTheThird) {
  const auto study = study_folder();
  test::review_as(study / "review.ann.json", "ann");
  EXPECT_EQ(reviewed_result(study).state, ReviewState::Reviewed); // a reader alone
  test::review_as(study / "review.bob.json", "bob");
  const ReviewedResult reviewed = reviewed_result(study);
  EXPECT_EQ(reviewed.state, ReviewState::Unresolved);
  EXPECT_TRUE(has_rule(reviewed.issues, "REVIEW-UNRESOLVED"));
  EXPECT_GT(bed(Json::parse(reviewed.result_json), "coronary_lad")["agatston"], 0);
  test::review_as(study / "review.json", "eve");
  EXPECT_EQ(reviewed_result(study).readers, std::vector<std::string>{"eve"});
}

TEST(ReviewedResult, AReviewOfAnOlderMeasurementIsNotLaidOverANewOne) {
  const auto study = study_folder();
  ReviewFile review = [&] {
    test::review_as(study / "review.json", "ann");
    return read_review(study / "review.json");
  }();
  review.result_sha256 = read_machine_record(study).result_sha256;
  write_review(review, study / "review.json");
  EXPECT_EQ(reviewed_result(study).state, ReviewState::Reviewed);
  std::ofstream(study / "result.json", std::ios::app) << "\n"; // measured again
  const ReviewedResult reviewed = reviewed_result(study);
  EXPECT_EQ(reviewed.state, ReviewState::None);
  EXPECT_TRUE(has_rule(reviewed.issues, "REVIEW-UNUSABLE"));
}

TEST(ReviewedResult, ADamagedReviewIsAnIssue) {
  const auto study = study_folder();
  std::ofstream(study / "review.json") << "{";
  const ReviewedResult reviewed = reviewed_result(study);
  EXPECT_EQ(reviewed.state, ReviewState::None);
  EXPECT_TRUE(has_rule(reviewed.issues, "REVIEW-UNUSABLE"));
  std::ofstream(study / "result.json") << "{";
  EXPECT_THROW(static_cast<void>(reviewed_result(study)), IoError);
}

TEST(MachineRecord, SaysHowCalciumWasScored) {
  const auto study = study_folder();
  Json result = Json::parse(std::ifstream(study / "result.json"));
  result["provenance"]["options"] = {
      {"kvp_policy", "custom"}, {"kvp_bounds_hu", "150,220,330,440"}, {"combine_slices_mm", "3"}};
  std::ofstream(study / "result.json") << result.dump();
  std::ofstream(study / "run.json") << R"({"study": ["/scans/a"], "series": "1.2.3"})";
  const MachineRecord record = read_machine_record(study);
  EXPECT_EQ(record.options.calcium.kvp.policy, calcium::KvpPolicy::Custom);
  EXPECT_EQ(record.options.calcium.kvp.custom_hu, (calcium::WeightBounds{150, 220, 330, 440}));
  EXPECT_EQ(record.options.calcium.combine_slices_mm, 3);
  EXPECT_EQ(record.series, "1.2.3");
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
