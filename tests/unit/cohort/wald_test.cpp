// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/wald.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/cohort/diagnostics.h"
#include "osteocalc/cohort/linear.h"
#include "unit/cohort/simulated.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

TEST(JointTest, OfOneTermIsItsSquare) {
  const Model model =
      fit_linear(model_frame(testing::simulated_people({}, 3), "score", {"bmd", "age_years", "sex"}), Errors::Hc3);
  const ModelTest test = joint_test(model, "age", {"age_years"});
  EXPECT_NEAR(test.statistic, std::pow(*term(model, "age_years").statistic, 2), 1e-9 * test.statistic);
  EXPECT_NEAR(test.p, *term(model, "age_years").p, 1e-12);
  EXPECT_EQ(*test.df2, model.df);
}

TEST(Combination, TheSlopeAmongMenIsTheirOwnModelsSlope) {
  ModelFrame frame = model_frame(testing::simulated_people({.bone_slope = -0.01}, 5), "score", {"bmd", "sex"});
  add_interaction(frame, "bmd", "sexM");
  const Term men = combination(fit_linear(frame, Errors::Classical), "bmd in men", {"bmd", "bmd:sexM"}, {1, 1});
  std::vector<bool> keep;
  for (const double male : frame.columns[2])
    keep.push_back(male == 1);
  ModelFrame only_men = keep_rows(frame, keep);
  remove_column(only_men, "sexM");
  remove_column(only_men, "bmd:sexM");
  EXPECT_NEAR(men.estimate, fit_linear(only_men, Errors::Classical).terms[1].estimate, 1e-9 * std::abs(men.estimate));
}

TEST(Heterogeneity, ByHand) {
  const std::vector<Term> slopes{wald_term("a", 1, 1), wald_term("b", 4, 0.5)};
  EXPECT_NEAR(pooled_estimate(slopes).estimate, (1 + 16) / 5.0, 1e-12);
  EXPECT_NEAR(*pooled_estimate(slopes).se, std::sqrt(1 / 5.0), 1e-12);
  EXPECT_NEAR(heterogeneity(slopes).statistic, 9 / 1.25, 1e-12); // (4 - 1)^2 / (1 + 0.25)
}

TEST(Influence, LeavingARowOutIsRefitting) {
  const ModelFrame frame = model_frame(parse_csv("x,y\n0,1\n1,3\n2,2\n3,9\n5,4\n", "t"), "y", {"x"});
  const double all = fit_linear(frame, Errors::Classical).terms[1].estimate;
  const Influence rows = influence(frame, "x");
  const Model less = fit_linear(keep_rows(frame, {true, true, true, false, true}), Errors::Classical);
  EXPECT_NEAR(rows.dfbeta[3], less.terms[1].estimate - all, 1e-12);
  EXPECT_LE(rows.slope_low, less.terms[1].estimate);
}

TEST(VarianceInflation, OfUnrelatedColumnsIsOne) {
  const ModelFrame frame = model_frame(parse_csv("a,b,y\n0,0,1\n0,1,3\n1,0,2\n1,1,5\n", "t"), "y", {"a", "b"});
  EXPECT_NEAR(variance_inflation(frame)[0].value, 1, 1e-12);
  EXPECT_NEAR(residual_sd(frame, "a"), std::sqrt(1.0 / 3), 1e-12);
}

} // namespace
} // namespace osteocalc::cohort
