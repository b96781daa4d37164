// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/analyze.h"

#include "unit/study/aorta_scan.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace osteocalc::study {
namespace {

const BedScore& bed(const StudyResult& result, const std::string& name) {
  return *std::ranges::find(result.beds, name, &BedScore::bed);
}

AnalyzeOptions with_all_variants() {
  AnalyzeOptions options;
  options.variants.assign(calcium::all_variants().begin(), calcium::all_variants().end());
  return options;
}

TEST(Analyze, ScoresThePlaqueInItsBedOnly) {
  test::AortaScan scan(45);
  scan.plaque({-8, 0, -60}, 6, 450); // 3 x 3 pixels of 4 mm2 on 3 slices, two of each nine beyond the wall
  const StudyResult result = analyze(scan.image, scan.labels, with_all_variants());
  ASSERT_EQ(result.beds.size(), 1U); // no vertebra: the aorta is one bed
  ASSERT_TRUE(bed(result, "aorta").reference);
  EXPECT_DOUBLE_EQ(bed(result, "aorta").reference->agatston, 4 * 7 * 4 * 3);
  EXPECT_EQ(bed(result, "aorta").lesions.size(), 1U);
  EXPECT_TRUE(has_rule(result.issues, "CAL-AORTA-UNSPLIT"));
  EXPECT_EQ(result.study.contrast, Contrast::None);
  EXPECT_EQ(result.study.kvp_kv, 120);
  EXPECT_EQ(result.study.increment_mm, 3);
  EXPECT_EQ(result.study.slices, 51);
  EXPECT_TRUE(result.measured());
}

TEST(Analyze, GivesEveryVariantOnce) {
  test::AortaScan scan(45);
  scan.plaque({-8, 0, -60}, 6, 450);
  const StudyResult result = analyze(scan.image, scan.labels, with_all_variants());
  ASSERT_EQ(bed(result, "aorta").variants.size(), calcium::all_variants().size());
  for (const calcium::Variant variant : calcium::all_variants())
    EXPECT_EQ(std::ranges::count(bed(result, "aorta").variants, variant, &calcium::VariantScore::variant), 1);
}

TEST(Analyze, EnhancedBloodRefusesCalciumAndKeepsTheBeds) {
  test::AortaScan scan(250);
  scan.plaque({-8, 0, -60}, 6, 900);
  const StudyResult result = analyze(scan.image, scan.labels, {});
  EXPECT_EQ(result.study.contrast, Contrast::Present);
  EXPECT_TRUE(has_rule(result.issues, "CAL-CONTRAST"));
  ASSERT_EQ(result.beds.size(), 1U);
  EXPECT_FALSE(result.beds[0].reference); // absent, not 0
  EXPECT_TRUE(result.beds[0].lesions.empty());
  EXPECT_FALSE(result.measured());
}

TEST(Analyze, TheBloodDecidesNotTheHeader) {
  test::AortaScan scan(45);
  scan.image.acquisition.contrast_hint = true;
  const StudyResult result = analyze(scan.image, scan.labels, {});
  EXPECT_EQ(result.study.contrast, Contrast::None);
  EXPECT_TRUE(has_rule(result.issues, "STUDY-CONTRAST-HINT"));
  EXPECT_TRUE(bed(result, "aorta").reference);
}

TEST(Analyze, WithoutAnArteryOrAVertebraEverythingIsRefused) {
  test::AortaScan scan(45);
  std::ranges::fill(scan.labels.voxels.voxels(), LabelId{1}); // a spleen
  const StudyResult result = analyze(scan.image, scan.labels, {});
  EXPECT_TRUE(has_rule(result.issues, "CAL-NO-BED"));
  EXPECT_TRUE(has_rule(result.issues, "BONE-NO-VERTEBRA"));
  EXPECT_EQ(result.study.contrast, Contrast::Unknown);
  EXPECT_FALSE(result.measured());
  EXPECT_FALSE(result.paradox.quadrant);
}

TEST(Analyze, OptionsReplaceTheHeader) {
  test::AortaScan scan(45);
  scan.image.acquisition.age_years = 50;
  scan.image.acquisition.sex = Sex::Male;
  scan.image.inputs_sha256 = "abc";
  StudyResult result = analyze(scan.image, scan.labels, {});
  EXPECT_EQ(result.study.age_years, 50);
  EXPECT_EQ(result.study.sex, Sex::Male);
  EXPECT_EQ(result.provenance.inputs_sha256, "abc");
  AnalyzeOptions options;
  options.age_years = 61;
  options.sex = Sex::Female;
  options.kvp_kv = 100;
  options.subject = "0123456789abcdef";
  result = analyze(scan.image, scan.labels, options);
  EXPECT_EQ(result.study.age_years, 61);
  EXPECT_EQ(result.study.sex, Sex::Female);
  EXPECT_EQ(result.study.kvp_kv, 100);
  EXPECT_EQ(result.study.subject, "0123456789abcdef");
  EXPECT_TRUE(has_rule(result.issues, "CAL-KVP-STANDARD")); // 100 kV under 130 HU thresholds
}

TEST(Analyze, IssuesOfTheReadingStay) {
  test::AortaScan scan(45);
  scan.image.issues.push_back(warning("IO-GAP", "series", "a slice is missing"));
  EXPECT_TRUE(has_rule(analyze(scan.image, scan.labels, {}).issues, "IO-GAP"));
}

} // namespace
} // namespace osteocalc::study
