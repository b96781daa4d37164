// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/height_loss.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::bone {
namespace {

TEST(HeightLossOf, DependsOnTheDefinition) {
  // The peers' example: posterior 25.5, middle 24.0, anterior 28.5 mm.
  const BodyHeights heights{28.5, 24.0, 25.5};
  EXPECT_NEAR(height_loss(heights, HeightLoss::MinOverMax), 0.158, 5e-4);
  EXPECT_NEAR(height_loss(heights, HeightLoss::FrontOverBack), 0.059, 5e-4);
  EXPECT_NEAR(height_loss(heights, HeightLoss::Genant), 0.059, 5e-4);
  EXPECT_NEAR(height_loss(heights, HeightLoss::Genant, 34.0), 0.25, 1e-12); // crushed against its neighbours
  EXPECT_NEAR(height_loss({30, 30, 25}, HeightLoss::FrontOverBack), -0.2, 1e-12);
}

TEST(HeightLossSe, IsTheRatiosOwnByPropagation) {
  const BodyHeights heights{18, 27, 27, 0.9, 0.9, 0.9}; // Ha/Hp = 2/3 with 5 and 3.3 % of error
  const double ratio_se = 18.0 / 27 * std::hypot(0.9 / 18, 0.9 / 27);
  EXPECT_NEAR(height_loss_se(heights, HeightLoss::FrontOverBack, {}, 0), ratio_se, 0.03 * ratio_se);
  const BodyHeights crushed{20, 20, 20, 0, 0, 0.8};
  const double crush_se = 20.0 / 27 * std::hypot(0.8 / 20, 0.6 / 27);
  EXPECT_NEAR(height_loss_se(crushed, HeightLoss::Genant, 27.0, 0.6), crush_se, 0.05 * crush_se);
  EXPECT_EQ(height_loss_se({28, 28, 28}, HeightLoss::MinOverMax, {}, 0), 0);
}

TEST(GenantGrade, BeginsAt20And25AndEndsAt40Percent) {
  EXPECT_EQ(genant_grade(-0.1), 0);
  EXPECT_EQ(genant_grade(0.199), 0);
  EXPECT_EQ(genant_grade(0.20), 1);
  EXPECT_EQ(genant_grade(0.249), 1);
  EXPECT_EQ(genant_grade(0.25), 2);
  EXPECT_EQ(genant_grade(0.40), 2);
  EXPECT_EQ(genant_grade(0.41), 3);
}

TEST(HeightLossOf, NamesAreDistinct) {
  EXPECT_EQ(to_string(HeightLoss::Genant), "genant");
  EXPECT_EQ(to_string(HeightLoss::FrontOverBack), "front-over-back");
  EXPECT_EQ(to_string(HeightLoss::MinOverMax), "min-over-max");
}

} // namespace
} // namespace osteocalc::bone
