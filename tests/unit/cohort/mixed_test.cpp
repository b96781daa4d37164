// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/mixed.h"

#include "osteocalc/cohort/linear.h"
#include "osteocalc/core/error.h"
#include "unit/cohort/simulated.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

/// `levels` levels of each patient. Between patients the slope is +1, within one it is -1.
struct Levels {
  ModelFrame frame{"y ~ x", {}, {}, {"(Intercept)", "x"}, {{}, {}}, {}};
  std::vector<double> patient;
};

Levels opposite_slopes(double sd_patient) {
  Levels result;
  testing::Normals random(9);
  for (std::size_t p = 0; p < 80; ++p) {
    const double center = 3 * random(), offset = sd_patient * random();
    for (int level = 0; level < 4; ++level) {
      const double within = random();
      result.frame.rows.push_back(result.frame.rows.size());
      result.frame.columns[0].push_back(1);
      result.frame.columns[1].push_back(center + within);
      result.frame.outcome.push_back(center - within + offset + 0.5 * random());
      result.patient.push_back(static_cast<double>(p));
    }
  }
  return result;
}

TEST(RandomIntercept, WithinAndBetweenAreToldApart) {
  const Levels data = opposite_slopes(0.7);
  const Model model = fit_random_intercept(split_within_between(data.frame, "x", data.patient), data.patient);
  const Term &within = term(model, "x (within)"), &between = term(model, "x (between)");
  EXPECT_NEAR(within.estimate, -1, 4 * *within.se);
  EXPECT_NEAR(between.estimate, 1, 4 * *between.se + 0.15); // the mean of 4 levels carries their noise
  EXPECT_EQ(*within.df, 320 - 80 - 1);
  EXPECT_EQ(*between.df, 80 - 1 - 1);
  EXPECT_NEAR(*model.scale, 0.5, 0.08);
}

TEST(RandomIntercept, BalancedOneWayByHand) {
  // groups (1 3) (6 8) (2 4): MSB = 2 sum (m - 4)^2 / 2 = 14, MSW = 2: variance between (14 - 2) / 2
  const ModelFrame frame{"y ~ 1", {0, 1, 2, 3, 4, 5}, {1, 3, 6, 8, 2, 4}, {"(Intercept)"}, {{1, 1, 1, 1, 1, 1}}, {}};
  const std::vector<double> group{1, 1, 2, 2, 3, 3};
  const Model model = fit_random_intercept(frame, group);
  EXPECT_NEAR(*model.scale, std::sqrt(2.0), 1e-6);
  EXPECT_NEAR(model.diagnostics[0].value, std::sqrt(6.0), 1e-5);
  EXPECT_NEAR(model.terms[0].estimate, 4, 1e-9);
  EXPECT_NEAR(*model.terms[0].se, std::sqrt(14.0 / 6), 1e-6); // MSB / n
}

TEST(RandomIntercept, GroupsThatDoNotDifferGiveLeastSquares) {
  // group means are equal, so the variance between them is estimated as 0
  const ModelFrame frame{
      "y ~ x", {0, 1, 2, 3, 4, 5}, {1, 5, 2, 4, 0, 6}, {"(Intercept)", "x"}, {{1, 1, 1, 1, 1, 1}, {1, 3, 2, 2, 0, 4}},
      {}};
  const std::vector<double> group{1, 1, 2, 2, 3, 3};
  const Model mixed = fit_random_intercept(frame, group), linear = fit_linear(frame, Errors::Classical);
  EXPECT_TRUE(has_rule(mixed.issues, "MODEL-NO-GROUPING"));
  EXPECT_NEAR(mixed.terms[1].estimate, linear.terms[1].estimate, 1e-9);
  EXPECT_NEAR(*mixed.terms[1].se, *linear.terms[1].se, 1e-9);
}

TEST(RandomIntercept, NothingNestedIsRefused) {
  const Levels data = opposite_slopes(1);
  const std::vector<double> same(data.patient.size(), 1.0);
  EXPECT_THROW((void)fit_random_intercept(data.frame, same), TableError);
}

} // namespace
} // namespace osteocalc::cohort
