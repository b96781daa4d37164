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

/// The study with a DXA of spine and hip beside the scan, as `analyze` leaves it.
std::filesystem::path study_with_dxa(bool scan_judges_bone) {
  const auto study = study_folder();
  std::ifstream stream(study / "result.json");
  Json result = Json::parse(stream);
  const auto site = [](const char* exam, const char* name, double abmd_g_cm2, double t) {
    return Json{{"site", name},
                {"exam", exam},
                {"abmd_g_cm2", abmd_g_cm2},
                {"t_score", t},
                {"z_score", -0.5},
                {"category", "osteopenia"},
                {"excluded", nullptr},
                {"reported_t_score", -1.5}};
  };
  result["dxa"] = {{"exams",
                    {{{"exam", "femur_left"}, {"texture_tbs_like", {{"slope", 1}}}},
                     {{"exam", "spine"}, {"texture_tbs_like", {{"slope", 2}}}}}},
                   {"sites", {site("femur_left", "neck", 0.9, -0.2), site("spine", "L1", 0.8, -1.5)}},
                   {"aac24", nullptr}};
  if (!scan_judges_bone)
    result["bone"] = nullptr;
  result["paradox"] = {{"high_calcium", true}, {"low_bone", true}, {"quadrant", "both"}};
  std::ofstream(study / "result.json") << result.dump();
  for (const char* exam : {"femur_left", "spine"}) {
    std::filesystem::create_directories(study / "dxa" / exam);
    std::ofstream(study / "dxa" / exam / "dxa.json") << "{}";
  }
  return study;
}

void review_spine(const std::filesystem::path& file, const char* reader, double abmd_g_cm2, double t) {
  const Json site{{"site", "L1"},       {"bmc_g", 10},        {"area_cm2", 12},       {"abmd_g_cm2", abmd_g_cm2},
                  {"t_score", t},       {"z_score", nullptr}, {"category", "normal"}, {"sbmd_mg_cm2", nullptr},
                  {"excluded", nullptr}};
  const Json aac{{"total", 7}, {"walls", Json::array()}};
  ReviewFile review;
  review.size = {10, 10, 1};
  review.edits = {{RemoveRegion{"L4"}, reader, "2026-01-02T03:04:05Z", "", "", "", {}}};
  review.values_json = Json{{"dxa", {{"exam", "spine"}, {"sites", Json::array({site})}, {"aac24", aac}}}}.dump();
  write_review(review, file);
}

TEST(ReviewedResult, ADxaReviewReplacesItsExamAndTheFlagFollows) {
  const auto study = study_with_dxa(false);
  review_spine(study / "dxa" / "spine" / "review.json", "ann", 1.1, -0.4);
  const ReviewedResult reviewed = reviewed_result(study);
  EXPECT_EQ(reviewed.state, ReviewState::Reviewed);
  EXPECT_EQ(reviewed.readers, std::vector<std::string>{"ann"});
  const Json json = Json::parse(reviewed.result_json);
  const Json& sites = json["dxa"]["sites"];
  ASSERT_EQ(sites.size(), 2U);
  EXPECT_EQ(sites[0]["abmd_g_cm2"], 0.9); // the hip was not touched
  EXPECT_EQ(sites[1]["abmd_g_cm2"], 1.1);
  EXPECT_EQ(sites[1]["exam"], "spine");
  EXPECT_EQ(sites[1]["category"], "normal");
  EXPECT_EQ(sites[1]["reported_t_score"], -1.5); // the scanner's stays
  EXPECT_EQ(json["dxa"]["aac24"]["total"], 7);
  EXPECT_FALSE(json["dxa"]["exams"][0]["texture_tbs_like"].is_null());
  EXPECT_TRUE(json["dxa"]["exams"][1]["texture_tbs_like"].is_null());
  EXPECT_EQ(json["paradox"]["low_bone"], false); // the lowest T is -0.4 now
  EXPECT_EQ(json["paradox"]["quadrant"], "calcium");
}

TEST(ReviewedResult, DxaDoesNotOverruleTheScan) {
  const auto study = study_with_dxa(true);
  review_spine(study / "dxa" / "spine" / "review.json", "ann", 1.1, -0.4);
  EXPECT_EQ(Json::parse(reviewed_result(study).result_json)["paradox"]["low_bone"], true);
}

TEST(ReviewedResult, ReviewsOfScanAndDxaAddUp) {
  const auto study = study_with_dxa(true);
  test::review_as(study / "review.json", "ann");
  review_spine(study / "dxa" / "spine" / "review.json", "bob", 1.1, -0.4);
  const ReviewedResult both = reviewed_result(study);
  EXPECT_EQ(both.readers, (std::vector<std::string>{"ann", "bob"}));
  EXPECT_EQ(Json::parse(both.result_json)["review"]["edits"], 3);
  EXPECT_EQ(review_files(study).size(), 2U);
  std::filesystem::remove(study / "dxa" / "spine" / "review.json");
  review_spine(study / "dxa" / "spine" / "review.ann.json", "ann", 1.1, -0.4);
  review_spine(study / "dxa" / "spine" / "review.bob.json", "bob", 1.0, -1.2);
  const ReviewedResult unresolved = reviewed_result(study);
  EXPECT_EQ(unresolved.state, ReviewState::Unresolved);
  EXPECT_EQ(Json::parse(unresolved.result_json)["dxa"]["sites"][1]["abmd_g_cm2"], 0.8);
}

TEST(ReviewedResult, NumbersOfADxaReviewCarryTheirExam) {
  const auto study = study_with_dxa(true);
  review_spine(study / "review.json", "ann", 1.1, -0.4);
  const auto numbers = numbers_of(read_review(study / "review.json"));
  EXPECT_EQ(numbers.at("spine.L1.abmd_g_cm2"), 1.1);
  EXPECT_EQ(numbers.at("aac24"), 7);
}

} // namespace
} // namespace osteocalc::review
