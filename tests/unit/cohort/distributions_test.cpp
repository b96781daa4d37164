// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/distributions.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace osteocalc::cohort {
namespace {

TEST(StudentT, AgreesWithTheClosedFormsForOneAndTwoDegrees) {
  for (const double t : {0.0, 0.5, -2.0, 30.0}) {
    EXPECT_NEAR(student_t_two_sided_p(t, 1), 1 - 2 / std::numbers::pi * std::atan(std::abs(t)), 1e-12);
    EXPECT_NEAR(student_t_two_sided_p(t, 2), 1 - std::abs(t) / std::sqrt(2 + t * t), 1e-12);
  }
  EXPECT_NEAR(student_t_975(1), std::tan(0.475 * std::numbers::pi), 1e-9);
}

TEST(StudentT, KeepsSmallProbabilities) {
  const double p = student_t_two_sided_p(40, 3000);
  EXPECT_GT(p, 0);
  EXPECT_LT(p, 1e-200);
}

TEST(Normal, TheFamiliarQuantile) {
  EXPECT_NEAR(normal_975(), 1.959963984540054, 1e-12);
  EXPECT_NEAR(student_t_975(1e9), normal_975(), 1e-6);
}

} // namespace
} // namespace osteocalc::cohort
