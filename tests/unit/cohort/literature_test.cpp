// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/literature.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

FittedModel model_of(const std::string& id, const std::string& family, double slope, std::vector<std::string> terms) {
  FittedModel fitted;
  fitted.spec = {.id = id, .family = family, .outcome = "y", .terms = std::move(terms)};
  fitted.model.n = 100;
  fitted.exposure = "x";
  fitted.model.terms = {wald_term("x", slope, 0.1)};
  return fitted;
}

Specification specification_of(double slope, std::vector<std::string> terms) {
  Specification one;
  one.spec = {.family = "linear", .outcome = "y", .terms = std::move(terms)};
  one.covariates = "set";
  one.n = 100;
  one.slope = slope;
  one.slope_se = 0.1;
  one.standardized = wald_term("x", slope * 3, 0.3); // an SD of 3
  return one;
}

TEST(Literature, TheNearestIsNamedWithTheNumberTried) {
  Plan plan;
  plan.published = {{.source = "P", .outcome = "y", .estimate = -0.17, .ci_low = -0.3, .ci_high = -0.1}};
  Specification failed = specification_of(-0.17, {"x", "c"});
  failed.failure = "no";
  const auto checks = compare_with_literature(
      plan, {model_of("far", "linear", -0.5, {"x"}), model_of("odds", "logistic", -0.17, {"x"})},
      {specification_of(-0.2, {"x", "a"}), specification_of(-0.5, {"x"}), failed});
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks[0].tried, 2U); // another scale, a repeat of a model and a failure do not count
  EXPECT_NE(checks[0].nearest.find("covariates set"), std::string::npos);
  EXPECT_NEAR(checks[0].estimate.estimate, -0.2, 1e-12);
  EXPECT_NEAR(*checks[0].estimate.ci_low, -0.2 - 1.96 * 0.1, 1e-4);
  EXPECT_DOUBLE_EQ(checks[0].low, -0.5);
}

TEST(Literature, RatiosAreComparedAsLogarithms) {
  Plan plan;
  plan.published = {{.source = "P", .outcome = "y", .ratio = true, .estimate = 0.9, .ci_low = 0.8, .ci_high = 1},
                    {.source = "P", .outcome = "z", .estimate = 1, .ci_low = 0, .ci_high = 2}};
  const auto checks = compare_with_literature(plan, {model_of("m", "logistic", std::log(0.8), {"x"})}, {});
  ASSERT_EQ(checks.size(), 1U); // nothing models z
  EXPECT_NEAR(checks[0].estimate.estimate, 0.8, 1e-12);
  EXPECT_EQ(checks[0].nearest, "model m");
}

} // namespace
} // namespace osteocalc::cohort
