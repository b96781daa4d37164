// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/reference/dxa_reference.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::reference {
namespace {

const DxaPerson woman{Sex::Female, 65.0, {}, ""}, man{Sex::Male, 65.0, {}, ""}, young_man{Sex::Male, 35.0, {}, ""};

TEST(DxaReference, TByHand) {
  const DxaScores neck = dxa_scores(default_dxa_reference, "neck", 0.738, woman, "Hologic");
  EXPECT_NEAR(*neck.t_score, -1.0, 1e-9); // (0.738 - 0.858) / 0.120
  EXPECT_EQ(neck.category, "normal");
  const DxaScores thin = dxa_scores(default_dxa_reference, "neck", 0.558, woman, "Hologic");
  EXPECT_NEAR(*thin.t_score, -2.5, 1e-9);
  EXPECT_EQ(thin.category, "osteoporosis");
  EXPECT_EQ(dxa_scores(default_dxa_reference, "total", 0.700, man, "Hologic").category, "low");
  EXPECT_NEAR(*dxa_scores("nhanes3-male-white", "neck", 0.797, man, "Hologic").t_score, -1.0, 1e-9);
}

TEST(DxaReference, ZByHand) {
  // Women of 61 to 70: 0.952 (0.142).
  EXPECT_NEAR(*dxa_scores(default_dxa_reference, "L1-L4", 0.810, woman, "Hologic").z_score, -1.0, 1e-9);
  EXPECT_EQ(dxa_scores(default_dxa_reference, "L1-L4", 0.800, young_man, "Hologic").category, "below expected");
}

TEST(DxaReference, NullAndWhy) {
  const DxaScores other = dxa_scores(default_dxa_reference, "neck", 0.8, woman, "GE Lunar");
  EXPECT_FALSE(other.t_score);
  EXPECT_NE(other.t_reason.find("Hologic"), std::string::npos);
  DxaPerson old = woman;
  old.age_years = 85;
  const DxaScores outside = dxa_scores(default_dxa_reference, "L1-L4", 0.9, old, "Hologic");
  EXPECT_TRUE(outside.t_score);
  EXPECT_FALSE(outside.z_score);
  EXPECT_NE(outside.z_reason.find("outside"), std::string::npos);
  EXPECT_FALSE(dxa_scores("nhanes3-male-white", "neck", 0.8, woman, "Hologic").t_score);
  EXPECT_FALSE(dxa_scores(default_dxa_reference, "neck", 0.8, woman, "").t_score);
  EXPECT_FALSE(dxa_scores(default_dxa_reference, "wards", 0.8, woman, "Hologic").category);
  EXPECT_THROW(static_cast<void>(dxa_scores("nobody", "neck", 0.8, woman, "Hologic")), ConfigError);
}

TEST(DxaReference, WhoOnlyOnItsOwnReference) {
  const DxaScores male = dxa_scores("nhanes3-male-white", "neck", 0.5, man, "Hologic");
  EXPECT_TRUE(male.t_score);
  EXPECT_FALSE(male.category);
}

TEST(DxaReference, Manufacturers) {
  EXPECT_EQ(dxa_manufacturer("HOLOGIC, Inc."), "Hologic");
  EXPECT_EQ(dxa_manufacturer("GE Healthcare"), "GE Lunar");
  EXPECT_EQ(dxa_manufacturer("Lunar Corp."), "GE Lunar");
  EXPECT_FALSE(dxa_manufacturer("OsteoCalc"));
}

} // namespace
} // namespace osteocalc::reference
