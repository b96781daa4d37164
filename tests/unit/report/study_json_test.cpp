// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/study_json.h"

#include "unit/report/study_sample.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

namespace osteocalc::report {
namespace {

using Json = nlohmann::json;
using Keys = std::set<std::string>;

Keys keys_of(const Json& object) {
  Keys keys;
  for (const auto& [key, value] : object.items())
    keys.insert(key);
  return keys;
}

Json sample() {
  return Json::parse(study_json(test::sample_study()));
}

// The keys below are the contract's (osteocalc.study/1), not whatever the writer happens to write.
TEST(StudyJson, HasTheContractsKeysAtEveryLevel) {
  const Json json = sample();
  EXPECT_EQ(json.at("schema"), "osteocalc.study/1");
  EXPECT_EQ(keys_of(json), (Keys{"schema", "study", "calcium", "bone", "dxa", "paradox", "issues", "provenance"}));
  EXPECT_EQ(keys_of(json["study"]), (Keys{"subject", "age_years", "sex", "modality", "kvp_kv", "kernel", "increment_mm",
                                          "slices", "contrast"}));
  EXPECT_EQ(keys_of(json["calcium"]),
            (Keys{"variant", "beds", "variants", "contact_guard", "noise", "vessels_with_calcium"}));
  EXPECT_EQ(keys_of(json["calcium"]["beds"][0]),
            (Keys{"bed", "agatston", "volume_mm3", "mass_mg", "density_score", "lesions", "category", "percentile",
                  "complete", "expected_false_lesions", "hu_volume_hu_mm3", "incomplete_reason", "integrated_mass_mg",
                  "isotropic_volume_mm3", "max_hu", "spatially_weighted"}));
  EXPECT_EQ(keys_of(json["calcium"]["variants"][0]), (Keys{"bed", "variant", "agatston", "category"}));
  EXPECT_EQ(keys_of(json["bone"]),
            (Keys{"calibration", "volume_of_interest", "vertebrae", "summary", "summary_l1_l3", "soft_tissue_l3"}));
  EXPECT_EQ(keys_of(json["bone"]["calibration"]), (Keys{"mode", "name", "material", "slope", "intercept", "curvature",
                                                        "r2", "model_se_fraction", "se_mg_cm3"}));
  for (const char* key : {"level", "trabecular_hu", "bmd_mg_cm3", "bmd_se_mg_cm3", "heights_mm", "excluded"})
    EXPECT_TRUE(json["bone"]["vertebrae"][0].contains(key)) << key;
  EXPECT_EQ(keys_of(json["bone"]["vertebrae"][0]["trabecular_hu"]), (Keys{"mean", "sd", "n"}));
  EXPECT_EQ(keys_of(json["bone"]["vertebrae"][0]["heights_mm"]), (Keys{"anterior", "middle", "posterior"}));
  EXPECT_EQ(json["bone"]["vertebrae"][0]["heights_se_mm"],
            (Json{{"anterior", 0.5}, {"middle", 0.75}, {"posterior", 1.25}}));
  EXPECT_EQ(keys_of(json["bone"]["summary"]),
            (Keys{"levels", "mean_hu", "bmd_mg_cm3", "bmd_se_mg_cm3", "category", "category_table", "l1_hu_category",
                  "l1_hu_category_table", "l1_hu_normative"}));
  EXPECT_EQ(keys_of(json["paradox"]), (Keys{"high_calcium", "low_bone", "quadrant"}));
  EXPECT_EQ(keys_of(json["issues"][0]), (Keys{"level", "rule", "where", "text"}));
  EXPECT_EQ(keys_of(json["provenance"]), (Keys{"version", "commit", "options", "tables", "inputs_sha256"}));
}

TEST(StudyJson, HoldsTheValues) {
  const Json json = sample();
  EXPECT_EQ(json["study"]["subject"], "0123456789abcdef");
  EXPECT_EQ(json["study"]["sex"], "F");
  EXPECT_EQ(json["study"]["contrast"], "none");
  EXPECT_EQ(json["calcium"]["variant"], "reference");
  EXPECT_EQ(json["calcium"]["beds"][0]["agatston"], 81.5);
  EXPECT_EQ(json["calcium"]["beds"][0]["lesions"], 1);
  EXPECT_EQ(json["calcium"]["variants"][1]["variant"], "qurai");
  EXPECT_EQ(json["calcium"]["variants"][1]["agatston"], 79);
  EXPECT_EQ(json["bone"]["calibration"]["material"], "HA");
  EXPECT_EQ(json["bone"]["vertebrae"][0]["trabecular_hu"]["n"], 1800);
  EXPECT_EQ(json["bone"]["summary"]["levels"], (Json{"L1", "L2"}));
  EXPECT_EQ(json["paradox"]["high_calcium"], false);
  EXPECT_EQ(json["paradox"]["quadrant"], "bone");
  EXPECT_EQ(json["issues"][2]["level"], "refused");
  EXPECT_EQ(json["provenance"]["options"]["labels"], "given");
}

TEST(StudyJson, WhatWasNotMeasuredIsNullAndNeverZero) {
  const Json json = sample();
  const Json& refused_bed = json["calcium"]["beds"][1];
  for (const char* key : {"agatston", "volume_mm3", "mass_mg", "density_score", "lesions", "category", "percentile"})
    EXPECT_TRUE(refused_bed[key].is_null()) << key;
  EXPECT_EQ(refused_bed["complete"], false);
  const Json& cut = json["bone"]["vertebrae"][2];
  for (const char* key : {"trabecular_hu", "bmd_mg_cm3", "bmd_se_mg_cm3", "heights_mm"})
    EXPECT_TRUE(cut[key].is_null()) << key;
  EXPECT_TRUE(json["bone"]["vertebrae"][0]["excluded"].is_null());

  const Json nothing = Json::parse(study_json({}));
  for (const char* key : {"subject", "age_years", "sex", "kvp_kv", "kernel"})
    EXPECT_TRUE(nothing["study"][key].is_null()) << key;
  EXPECT_TRUE(nothing["bone"].is_null());
  for (const char* key : {"high_calcium", "low_bone", "quadrant"})
    EXPECT_TRUE(nothing["paradox"][key].is_null()) << key;
  EXPECT_TRUE(nothing["calcium"]["beds"].empty());
}

TEST(StudyJson, AScoreOfZeroIsZeroAndNotNull) {
  study::StudyResult result;
  result.beds.push_back({"coronary", calcium::VariantScore{}, {}, {}, true});
  const Json json = Json::parse(study_json(result));
  EXPECT_EQ(json["calcium"]["beds"][0]["agatston"], 0);
  EXPECT_TRUE(json["calcium"]["beds"][0]["density_score"].is_null());
}

TEST(StudyJson, TheSameStudyGivesTheSameBytes) {
  EXPECT_EQ(study_json(test::sample_study()), study_json(test::sample_study()));
}

TEST(BoneResultJson, IsTheBoneObjectWithItsIssues) {
  const study::StudyResult study = test::sample_study();
  const Json json = Json::parse(bone_result_json(*study.bone, study.issues));
  const Json in_study = sample()["bone"];
  EXPECT_EQ(json["schema"], "osteocalc.bone/1");
  EXPECT_EQ(json["issues"].size(), 3U);
  EXPECT_EQ(json["calibration"], in_study["calibration"]);
  EXPECT_EQ(json["summary"], in_study["summary"]);
  for (std::size_t i = 0; i < 3; ++i)
    for (const char* key : {"level", "trabecular_hu", "bmd_mg_cm3", "heights_mm", "excluded"})
      EXPECT_EQ(json["vertebrae"][i][key], in_study["vertebrae"][i][key]) << i << key;
}

TEST(LesionsCsv, HasARowALesionWithItsBed) {
  EXPECT_EQ(lesions_csv(test::sample_study()),
            "bed,lesion,x_mm,y_mm,z_mm,agatston,volume_mm3,max_hu,mean_hu,first_slice,last_slice,"
            "integrated_mass_mg,integrated_mass_se_mg\n"
            "coronary,1,-12.35,30.50,-100.25,81.5,61.125,512,301.26,4,6,,\n");
}

TEST(VertebraeCsv, LeavesCellsEmptyAndQuotesReasons) {
  const std::string header =
      "level,volume_of_interest,mean_hu,sd_hu,n,bmd_mg_cm3,bmd_se_mg_cm3,noise_se_hu,placement_se_hu,"
      "integral_hu,integral_bmd_mg_cm3,shell_hu,shell_bmd_mg_cm3,anterior_mm,middle_mm,posterior_mm,"
      "anterior_se_mm,middle_se_mm,posterior_se_mm,"
      "height_loss_genant,height_loss_front_over_back,height_loss_min_over_max,genant_height_only,"
      "l3_muscle_cm2,l3_fat_cm2,excluded\n";
  EXPECT_EQ(vertebrae_csv(test::sample_study()),
            header + "L1,ellipse-slab,125.5,31.25,1800,105.4,3.25,2.5,1.5,200.5,165.5,300.25,,27,26,28,0.5,0.75,1.25,0."
                     "0625,,0.125,0,,,\n"
                     "L2,ellipse-slab,900,200,1500,,,0,0,,,,,,,,,,,,,,,,,\"metal, \"\"screw\"\"\"\n"
                     "L3,ellipse-slab,,,,,,,,,,,,,,,,,,,,,,130.5,240.25,the body is cut by the field of view\n");
  EXPECT_EQ(vertebrae_csv({}), header);
}

TEST(StudyJson, CategoriesNameTheirTables) {
  const Json summary = sample()["bone"]["summary"];
  EXPECT_EQ(summary["category"], "low");
  EXPECT_EQ(summary["category_table"], "ACR QCT 120/80");
  EXPECT_EQ(summary["l1_hu_category"], "111-135");
  EXPECT_EQ(summary["l1_hu_category_table"], "L1 HU 160/135/110");
  EXPECT_TRUE(summary["l1_hu_normative"].is_null());
  EXPECT_FALSE(summary.contains("t_score"));
  study::StudyResult young = test::sample_study();
  young.bone->summary->l1_hu_normative = reference::L1Normative{226, 44, -2.25, "L1 HU by age, Jang 2019"};
  const Json normative = Json::parse(study_json(young))["bone"]["summary"]["l1_hu_normative"];
  EXPECT_EQ(normative["mean_hu"], 226);
  EXPECT_EQ(normative["sd_from_mean"], -2.25);
  EXPECT_EQ(normative["table"], "L1 HU by age, Jang 2019");
}

} // namespace
} // namespace osteocalc::report
