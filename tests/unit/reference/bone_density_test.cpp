// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/reference/bone_density.h"

#include <gtest/gtest.h>

namespace osteocalc::reference {
namespace {

TEST(SpineDensityCategory, at_the_edges) {
  EXPECT_EQ(spine_density_category(120.1).level, "normal");
  EXPECT_EQ(spine_density_category(120).level, "low");
  EXPECT_EQ(spine_density_category(80).level, "low");
  EXPECT_EQ(spine_density_category(79.9).level, "osteoporosis");
  EXPECT_EQ(spine_density_category(100).table, "ACR QCT 120/80");
}

TEST(L1HuCategory, at_the_edges) {
  EXPECT_EQ(l1_hu_category(-20).level, "<=110");
  EXPECT_EQ(l1_hu_category(110.4).level, "<=110"); // whole HU, as the thresholds are
  EXPECT_EQ(l1_hu_category(110.6).level, "111-135");
  EXPECT_EQ(l1_hu_category(135).level, "111-135");
  EXPECT_EQ(l1_hu_category(160).level, "136-160");
  EXPECT_EQ(l1_hu_category(161).level, ">160");
  EXPECT_EQ(l1_hu_category(161).table, "L1 HU 160/135/110");
}

TEST(L1Normative, only_for_ages_that_are_published) {
  const auto young = l1_normative(182, 25);
  ASSERT_TRUE(young);
  EXPECT_EQ(young->mean_hu, 226);
  EXPECT_EQ(young->sd_hu, 44);
  EXPECT_DOUBLE_EQ(young->sd_from_mean, -1);
  EXPECT_EQ(l1_normative(89, 93)->mean_hu, 89);
  EXPECT_FALSE(l1_normative(150, 30)); // no mean and SD of these ages are published
  EXPECT_FALSE(l1_normative(150, 61));
  EXPECT_FALSE(l1_normative(150, 12));
}

TEST(BoneDensitySource, names_its_publications) {
  for (const char* name : {"American College of Radiology", "Pickhardt", "Jang"})
    EXPECT_NE(bone_density_source().find(name), std::string::npos);
}

} // namespace
} // namespace osteocalc::reference
