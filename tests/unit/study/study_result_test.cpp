// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/study_result.h"

#include <gtest/gtest.h>

namespace osteocalc::study {
namespace {

TEST(StudyResult, ContrastIsWrittenAsInTheContract) {
  EXPECT_EQ(to_string(Contrast::None), "none");
  EXPECT_EQ(to_string(Contrast::Present), "present");
  EXPECT_EQ(to_string(Contrast::Unknown), "unknown");
}

TEST(StudyResult, IsMeasuredByAScoreOrAVertebra) {
  StudyResult result;
  EXPECT_FALSE(result.measured());
  result.beds.push_back({"coronary", {}, {}, {}, true}); // refused
  result.bone = bone::BoneResult{};
  result.bone->vertebrae.emplace_back(); // without HU
  EXPECT_FALSE(result.measured());

  StudyResult scored = std::move(result);
  scored.beds[0].reference = calcium::VariantScore{}; // 0 is a finding
  EXPECT_TRUE(scored.measured());

  StudyResult dense;
  dense.bone = bone::BoneResult{};
  dense.bone->vertebrae.emplace_back();
  dense.bone->vertebrae[0].trabecular = bone::HuStatistics{0, 1, 2};
  EXPECT_TRUE(dense.measured());
}

} // namespace
} // namespace osteocalc::study
