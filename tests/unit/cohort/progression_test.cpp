// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/progression.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

TEST(Progression, HokansonsRuleAtItsEdge) {
  EXPECT_TRUE(progressed({100, 156.25, 3})); // 10 to 12.5
  EXPECT_FALSE(progressed({100, 156.24, 3}));
  EXPECT_TRUE(progressed({0, 6.25, 1}));   // from none
  EXPECT_FALSE(progressed({400, 100, 1})); // a fall is not progression
}

TEST(Progression, RatesPerYear) {
  EXPECT_NEAR(annual_sqrt_change({100, 144, 4}), 0.5, 1e-12);
  EXPECT_NEAR(annual_log_change({0, std::expm1(1.0), 2}), 0.5, 1e-12);
  EXPECT_NEAR(annual_percent_change(120, 114, 2.5), -2, 1e-12);
}

TEST(Progression, BoneChangesOnlyBeyondTheLeastSignificantChange) {
  EXPECT_EQ(bone_change(120, 112, 8), BoneChange::Stable);
  EXPECT_EQ(bone_change(120, 111.9, 8), BoneChange::Lost);
  EXPECT_EQ(bone_change(120, 130, 8), BoneChange::Gained);
}

} // namespace
} // namespace osteocalc::cohort
