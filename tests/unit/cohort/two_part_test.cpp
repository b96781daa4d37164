// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/two_part.h"

#include "osteocalc/core/error.h"
#include "unit/cohort/simulated.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

/// P(Y > 0) = logit^-1(0.3 - 0.6 x), ln Y = 2 - 0.5 x + noise of SD 0.8 where Y > 0.
ModelFrame two_part_people(std::size_t n) {
  testing::Normals random(21);
  ModelFrame frame{"y ~ x", {}, {}, {"(Intercept)", "x"}, {{}, {}}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    const double x = random(), some = random.uniform() < 1 / (1 + std::exp(-0.3 + 0.6 * x));
    frame.rows.push_back(i);
    frame.columns[0].push_back(1);
    frame.columns[1].push_back(x);
    frame.outcome.push_back(some * std::exp(2 - 0.5 * x + 0.8 * random()));
  }
  return frame;
}

TEST(FitTwoPart, RecoversItsParts) {
  const TwoPart model = fit_two_part(two_part_people(700), "x", {}, {.draws = 100});
  EXPECT_NEAR(model.any.terms[1].estimate, -0.6, 4 * *model.any.terms[1].se);
  EXPECT_NEAR(model.amount.terms[1].estimate, -0.5, 4 * *model.amount.terms[1].se);
  EXPECT_NEAR(model.smearing, std::exp(0.32), 0.2); // e^(0.8^2 / 2)
  EXPECT_LT(*model.total.terms[0].ci_high, 0);
  EXPECT_LT(model.total.terms[0].estimate, -0.5); // both parts pull the same way
  EXPECT_EQ(model.amount.formula, "ln(y) ~ x");
  EXPECT_EQ(model.any.formula, "(y > 0) ~ x");
}

TEST(FitTwoPart, AnyNumberOfThreadsGivesTheSameBytes) {
  const ModelFrame frame = two_part_people(200);
  const TwoPart one = fit_two_part(frame, "x", {}, {.draws = 60}, {1}),
                two = fit_two_part(frame, "x", {}, {.draws = 60}, {2});
  EXPECT_EQ(*one.total.terms[1].ci_low, *two.total.terms[1].ci_low);
  EXPECT_EQ(*one.total.terms[1].se, *two.total.terms[1].se);
}

TEST(FitTwoPart, NegativeOutcomesAreRefused) {
  ModelFrame frame = two_part_people(50);
  frame.outcome[3] = -1;
  EXPECT_THROW((void)fit_two_part(frame, "x"), TableError);
}

} // namespace
} // namespace osteocalc::cohort
