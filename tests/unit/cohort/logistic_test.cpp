// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/logistic.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

/// Rows of a four-fold table: exposed with and without the event, unexposed with and without.
ModelFrame four_fold(int a, int b, int c, int d) {
  std::string csv = "x,y\n";
  const auto rows = [&](int count, const char* row) {
    for (int i = 0; i < count; ++i)
      csv += row;
  };
  rows(a, "1,1\n");
  rows(b, "1,0\n");
  rows(c, "0,1\n");
  rows(d, "0,0\n");
  return model_frame(parse_csv(csv, "t"), "y", {"x"});
}

TEST(FitLogistic, AFourFoldTableByHand) {
  const Model model = fit_logistic(four_fold(8, 12, 5, 25));
  EXPECT_NEAR(model.terms[1].estimate, std::log(8.0 * 25 / (12 * 5)), 1e-10);
  EXPECT_NEAR(*model.terms[1].se, std::sqrt(1.0 / 8 + 1.0 / 12 + 1.0 / 5 + 1.0 / 25), 1e-8);
  EXPECT_NEAR(model.diagnostics[1].value, 13, 1e-12); // events per term
}

TEST(FitLogistic, SeparationIsNamed) {
  const Model model = fit_logistic(four_fold(0, 12, 5, 25));
  EXPECT_FALSE(model.converged);
  ASSERT_TRUE(has_rule(model.issues, "MODEL-SEPARATION"));
  EXPECT_EQ(model.issues.front().where, "x");
  EXPECT_FALSE(model.terms[1].p);
}

TEST(FitLogistic, ACompletelySeparatingLineIsNamed) {
  const Model model = fit_logistic(model_frame(parse_csv("x,y\n1,0\n2,0\n3,0\n4,1\n5,1\n6,1\n", "t"), "y", {"x"}));
  EXPECT_TRUE(has_rule(model.issues, "MODEL-SEPARATION"));
}

TEST(FitLogistic, WrongOutcomesAreRefused) {
  EXPECT_THROW((void)fit_logistic(model_frame(parse_csv("x,y\n1,0\n2,2\n3,1\n", "t"), "y", {"x"})), TableError);
  EXPECT_THROW((void)fit_logistic(four_fold(3, 0, 4, 0)), TableError);
}

TEST(FitFirth, AFourFoldTableGetsHalfARowInEachCell) {
  // Firth's penalty on a saturated table is Haldane's: add 1/2 to each of the cells
  const Model model = fit_firth(four_fold(0, 12, 5, 25));
  EXPECT_NEAR(model.terms[1].estimate, std::log(0.5 * 25.5 / (12.5 * 5.5)), 1e-9);
  EXPECT_NEAR(model.terms[0].estimate, std::log(5.5 / 25.5), 1e-9);
  EXPECT_TRUE(model.terms[1].ci_low && model.terms[1].ci_high);
  EXPECT_LT(*model.terms[1].ci_low, *model.terms[1].ci_high);
}

TEST(AreaUnderCurve, CountsPairs) {
  const std::vector<double> score{1, 2, 3, 3, 5}, outcome{0, 1, 0, 1, 1};
  EXPECT_NEAR(area_under_curve(score, outcome), (1 + 0 + 1 + 0.5 + 1 + 1) / 6, 1e-12);
}

TEST(HosmerLemeshow, ThreeGroupsByHand) {
  const std::vector<double> fitted{0.2, 0.2, 0.5, 0.5, 0.6, 0.6}, outcome{0, 1, 1, 0, 1, 1};
  const ModelTest test = hosmer_lemeshow(fitted, outcome, 3);
  EXPECT_NEAR(test.statistic, 0.6 * 0.6 / (0.4 * 0.8) + 0 + 0.8 * 0.8 / (1.2 * 0.4), 1e-12);
  EXPECT_EQ(test.df, 1);
}

} // namespace
} // namespace osteocalc::cohort
