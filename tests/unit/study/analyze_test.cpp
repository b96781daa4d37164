// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/analyze.h"

#include "unit/study/aorta_scan.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::study {
namespace {

const BedScore& bed(const StudyResult& result, const std::string& name) {
  return *std::ranges::find(result.beds, name, &BedScore::bed);
}

AnalyzeOptions with_all_variants() {
  AnalyzeOptions options;
  options.calcium.variants.assign(calcium::all_variants().begin(), calcium::all_variants().end());
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

/// A heart's territory with an LAD lesion of 2 x 2 pixels of 4 mm2, in the aorta's scan.
test::AortaScan with_coronaries(std::int16_t lesion_hu) {
  test::AortaScan scan(45);
  scan.for_each_voxel([&](int x, int y, int z, const Vec3& at) {
    if (std::abs(at[0] - 24) < 8 && std::abs(at[1]) < 12 && std::abs(at[2] + 40) < 12)
      scan.labels.voxels(x, y, z) = label::coronary_territory;
  });
  for (const int x : {32, 33})
    for (const int y : {20, 21}) {
      scan.image.hu(x, y, 36) = lesion_hu;
      scan.labels.voxels(x, y, 36) = label::coronary_lad;
    }
  return scan;
}

AnalyzeOptions of_person(double age_years, Sex sex) {
  AnalyzeOptions options;
  options.age_years = age_years;
  options.sex = sex;
  return options;
}

TEST(Analyze, JudgesTheCoronaryScore) {
  const test::AortaScan scan = with_coronaries(450); // 16 mm2 at weight 4: 64
  StudyResult result = analyze(scan.image, scan.labels, of_person(62, Sex::Male));
  const BedScore& coronary = bed(result, "coronary");
  EXPECT_DOUBLE_EQ(coronary.reference->agatston, 64);
  ASSERT_TRUE(coronary.category);
  EXPECT_EQ(coronary.category->scheme, "cac-drs");
  EXPECT_EQ(coronary.category->level, "A1/N1");
  EXPECT_EQ(coronary.categories.size(), 3U);
  EXPECT_EQ(coronary.percentile->table, "Hoff 2001");
  EXPECT_NEAR(*coronary.arterial_age_years, 39.1 + 7.25 * std::log(65.0), 1e-9);
  EXPECT_EQ(result.vessels_with_calcium, 1);
  EXPECT_EQ(bed(result, "coronary_rca").reference->agatston, 0); // looked at and empty
  AnalyzeOptions mesa = of_person(62, Sex::Male);
  mesa.calcium.mesa_group = "white";
  result = analyze(scan.image, scan.labels, mesa);
  EXPECT_EQ(bed(result, "coronary").percentile->table, "MESA 2006");
  mesa.age_years = 90;
  result = analyze(scan.image, scan.labels, mesa);
  EXPECT_FALSE(bed(result, "coronary").percentile);
  EXPECT_TRUE(has_rule(result.issues, "CAL-NO-PERCENTILE"));
}

TEST(Analyze, ALowerBoundIsNoClass) {
  test::AortaScan scan = with_coronaries(450);
  scan.image.issues.push_back(warning("SEG-HEART-UNGATED", "heart", "not gated"));
  const StudyResult result = analyze(scan.image, scan.labels, of_person(62, Sex::Male));
  EXPECT_TRUE(has_rule(result.issues, "CAL-LOWER-BOUND"));
  EXPECT_DOUBLE_EQ(bed(result, "coronary").reference->agatston, 64);
  EXPECT_FALSE(bed(result, "coronary").category);
  EXPECT_FALSE(bed(result, "coronary").percentile);
}

TEST(Analyze, AHeartInDoubtIsNoWholeBed) {
  test::AortaScan scan = with_coronaries(450);
  scan.image.issues.push_back(warning("SEG-HEART-ROOT", "heart", "not certain"));
  const StudyResult result = analyze(scan.image, scan.labels, of_person(62, Sex::Male));
  EXPECT_FALSE(bed(result, "coronary").complete);
  EXPECT_FALSE(bed(result, "coronary_rca").complete);
  EXPECT_FALSE(bed(result, "coronary").category);
  EXPECT_TRUE(has_rule(result.issues, "CAL-INCOMPLETE"));
}

TEST(Analyze, MassNeedsACalibrationOnTheRightScale) {
  const test::AortaScan scan = with_coronaries(450);
  AnalyzeOptions options;
  EXPECT_FALSE(bed(analyze(scan.image, scan.labels, options), "coronary").reference->mass_mg);
  options.calibration.mode = calibration::Mode::Phantom;
  options.calibration.slope = 0.8;
  options.calibration.intercept = 0;
  options.calibration.material = calibration::Material::K2HPO4;
  StudyResult result = analyze(scan.image, scan.labels, options);
  EXPECT_FALSE(bed(result, "coronary").reference->mass_mg);
  EXPECT_TRUE(has_rule(result.issues, "CAL-NO-MASS"));
  options.calibration.material = calibration::Material::HA;
  result = analyze(scan.image, scan.labels, options);
  EXPECT_NEAR(*bed(result, "coronary").reference->mass_mg, 0.8 * 450 * 48 / 1000, 1e-9);
  EXPECT_TRUE(bed(result, "coronary").integrated_mass_mg);
}

TEST(Analyze, StrictSlicesRefuseOverlap) {
  test::AortaScan scan = with_coronaries(450);
  scan.image.acquisition.nominal_thickness_mm = 5;
  AnalyzeOptions options;
  EXPECT_TRUE(has_rule(analyze(scan.image, scan.labels, options).issues, "CAL-OVERLAP"));
  EXPECT_TRUE(bed(analyze(scan.image, scan.labels, options), "coronary").reference);
  options.calcium.strict_slices = true;
  EXPECT_FALSE(bed(analyze(scan.image, scan.labels, options), "coronary").reference);
}

TEST(Analyze, TheIsotropicVolumeFollowsTheVoltagesBound) {
  test::AortaScan scan = with_coronaries(140); // below the 145 HU published for 100 kV
  for (const int z : {35, 37})                 // on three slices, so that the middle one is not averaged away
    for (const int x : {32, 33})
      for (const int y : {20, 21}) {
        scan.image.hu(x, y, z) = 140;
        scan.labels.voxels(x, y, z) = label::coronary_lad;
      }
  AnalyzeOptions options;
  options.kvp_kv = 100;
  EXPECT_GT(bed(analyze(scan.image, scan.labels, options), "coronary").isotropic_volume_mm3, 0);
  options.calcium.kvp.policy = calcium::KvpPolicy::Grani;
  const StudyResult result = analyze(scan.image, scan.labels, options);
  EXPECT_EQ(bed(result, "coronary").reference->agatston, 0);
  EXPECT_EQ(bed(result, "coronary").isotropic_volume_mm3, 0);
}

TEST(Analyze, EnhancedBloodIsNotTakenForBone) {
  test::AortaScan scan(250);
  scan.for_each_voxel([&](int x, int y, int z, const Vec3& at) {
    if (at[1] > 10) {
      scan.image.hu(x, y, z) = 300;
      scan.labels.voxels(x, y, z) = whole_vertebra_label(Vertebra::L1);
    }
  });
  const StudyResult result = analyze(scan.image, scan.labels, {});
  EXPECT_TRUE(has_rule(result.issues, "CAL-CONTRAST"));
  EXPECT_FALSE(has_rule(result.issues, "CAL-OSTEOPHYTE"));
  EXPECT_FALSE(has_rule(result.issues, "CAL-BONE-CONTACT"));
}

TEST(Analyze, CombinedSlicesAreScoredAndSaid) {
  const test::AortaScan scan = with_coronaries(450);
  AnalyzeOptions options;
  options.calcium.combine_slices_mm = 6;
  const StudyResult result = analyze(scan.image, scan.labels, options);
  EXPECT_TRUE(has_rule(result.issues, "CAL-COMBINED"));
  // (450 + 30) / 2 = 240 HU on one slice of 6 mm.
  EXPECT_DOUBLE_EQ(bed(result, "coronary").reference->agatston, 16 * 2 * 2);
  EXPECT_EQ(result.study.increment_mm, 3);
}

TEST(Analyze, TheContactGuardFallsWithDistance) {
  test::AortaScan scan(45);
  scan.plaque({0, 8, -60}, 4, 450);
  scan.for_each_voxel([&](int x, int y, int z, const Vec3& at) {
    if (at[1] > 13) {
      scan.image.hu(x, y, z) = 300;
      scan.labels.voxels(x, y, z) = whole_vertebra_label(Vertebra::L1);
    }
  });
  const StudyResult result = analyze(scan.image, scan.labels, {});
  std::vector<double> by_distance;
  for (const ContactGuard& guard : result.contact_guard)
    if (guard.bed == result.beds.front().bed)
      by_distance.push_back(guard.agatston);
  ASSERT_EQ(by_distance.size(), 6U);
  EXPECT_GT(by_distance[3], 0); // the plaque ends at y = 10, bone begins at 14: 4 mm
  EXPECT_EQ(by_distance[4], 0);
}

} // namespace
} // namespace osteocalc::study
