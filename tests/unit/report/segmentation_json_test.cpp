// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/segmentation_json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace osteocalc::report {
namespace {

TEST(SegmentationJson, LevelsCarryTheirEvidence) {
  segmentation::Segmentation found;
  segmentation::VertebraFinding vertebra;
  vertebra.level = Vertebra::T12;
  vertebra.confidence = 0.7;
  vertebra.alternatives = {Vertebra::T11};
  found.vertebrae.push_back(vertebra);
  const auto json = nlohmann::json::parse(segmentation_json(found, {warning("SEG-X", "spine", "text")}));
  EXPECT_EQ(json["schema"], "osteocalc.segment/1");
  EXPECT_EQ(json["vertebrae"][0]["level"], "T12");
  EXPECT_EQ(json["vertebrae"][0]["level_confidence"], 0.7);
  EXPECT_EQ(json["vertebrae"][0]["level_alternatives"], nlohmann::json::array({"T11"}));
  EXPECT_EQ(json["issues"][0]["rule"], "SEG-X");
}

TEST(SegmentationJson, LesionsCarryWhatTheyWereTakenForAndWhy) {
  segmentation::Segmentation found;
  segmentation::LesionDecision lesion;
  lesion.kind = segmentation::LesionKind::Coronary;
  lesion.artery = segmentation::CoronaryArtery::RCA;
  lesion.probability = 0.75;
  lesion.reason = "course";
  lesion.evidence = {{"fat_share", 0.25}};
  found.lesions = {lesion, {}};
  found.lesions[1].kind = segmentation::LesionKind::Node;
  const auto lesions = nlohmann::json::parse(segmentation_json(found, {}))["lesions"];
  ASSERT_EQ(lesions.size(), 2U);
  EXPECT_EQ(lesions[0]["decision"], "coronary");
  EXPECT_EQ(lesions[0]["artery"], "coronary_rca");
  EXPECT_EQ(lesions[0]["probability"], 0.75);
  EXPECT_EQ(lesions[0]["evidence"]["fat_share"], 0.25);
  EXPECT_EQ(lesions[1]["decision"], "node");
  EXPECT_TRUE(lesions[1]["artery"].is_null());
}

TEST(RefusalJson, HoldsEveryReason) {
  const auto json = nlohmann::json::parse(refusal_json({refused("A", "x", "one"), refused("B", "y", "two")}));
  ASSERT_EQ(json["issues"].size(), 2U);
  EXPECT_EQ(json["issues"][1]["rule"], "B");
  EXPECT_EQ(json["issues"][1]["level"], "refused");
}

} // namespace
} // namespace osteocalc::report
