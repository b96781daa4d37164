// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/linear.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/core/error.h"
#include "unit/cohort/simulated.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

const std::string four_points = "x,y\n0,1\n1,3\n2,2\n3,5\n";

TEST(FitLinear, ClassicalErrorsByHand) {
  // Sxx = 5, Sxy = 5.5; residuals -.1 .8 -1.3 .6, so rss = 2.7 on 2 degrees of freedom
  const Model model = fit_linear(model_frame(parse_csv(four_points, "t.csv"), "y", {"x"}), Errors::Classical);
  EXPECT_EQ(model.n, 4U);
  EXPECT_EQ(model.df, 2);
  EXPECT_NEAR(term(model, "(Intercept)").estimate, 1.1, 1e-12);
  const Term& slope = term(model, "x");
  EXPECT_NEAR(slope.estimate, 1.1, 1e-12);
  EXPECT_NEAR(*slope.se, std::sqrt(1.35 / 5), 1e-12);
  const double t = 1.1 / std::sqrt(1.35 / 5);
  EXPECT_NEAR(*slope.statistic, t, 1e-12);
  EXPECT_NEAR(*slope.p, 1 - t / std::sqrt(2 + t * t), 1e-12); // closed form of t with 2 degrees of freedom
  EXPECT_NEAR(*slope.ci_high - slope.estimate, 4.302652729911275 * *slope.se, 1e-9);
  EXPECT_NEAR(*model.scale, std::sqrt(1.35), 1e-12);
  EXPECT_NEAR(*model.log_likelihood, -2 * (std::log(2 * M_PI * 2.7 / 4) + 1), 1e-12);
}

TEST(FitLinear, Hc3ErrorsByHand) {
  // leverages .7 .3 .3 .7, so e / (1 - h) = -1/3, 8/7, -13/7, 2
  const Model model = fit_linear(model_frame(parse_csv(four_points, "t.csv"), "y", {"x"}), Errors::Hc3);
  const double slope_variance = (2.25 / 9 + 0.25 * 64 / 49 + 0.25 * 169 / 49 + 2.25 * 4) / 25;
  const double intercept_variance = 0.49 / 9 + 0.16 * 64 / 49 + 0.01 * 169 / 49 + 0.04 * 4;
  EXPECT_NEAR(*term(model, "x").se, std::sqrt(slope_variance), 1e-12);
  EXPECT_NEAR(*term(model, "(Intercept)").se, std::sqrt(intercept_variance), 1e-12);
}

TEST(FitLinear, AnIndicatorIsTheDifferenceOfMeans) {
  const Table table = parse_csv("sex,y\nF,1\nF,3\nM,10\nM,14\nM,12\n", "t.csv");
  const Model model = fit_linear(model_frame(table, "y", {"sex"}), Errors::Hc3);
  EXPECT_NEAR(term(model, "(Intercept)").estimate, 2, 1e-12);
  EXPECT_NEAR(term(model, "sexM").estimate, 10, 1e-12);
}

TEST(FitLinear, RescalingAColumnRescalesItsSlopeOnly) {
  Table table = testing::simulated_people({}, 3);
  Numbers scaled = table.numbers("bmd");
  for (auto& cell : scaled)
    cell = *cell * 1e-3 + 5;
  table.add({"scaled", scaled});
  const Model a = fit_linear(model_frame(table, "score", {"bmd", "age_years"}), Errors::Hc3);
  const Model b = fit_linear(model_frame(table, "score", {"scaled", "age_years"}), Errors::Hc3);
  EXPECT_NEAR(term(b, "scaled").estimate * 1e-3 / term(a, "bmd").estimate, 1, 1e-9);
  EXPECT_NEAR(*term(b, "age_years").se / *term(a, "age_years").se, 1, 1e-9);
}

TEST(FitLinear, ACombinationOfColumnsIsNamed) {
  const Table table =
      parse_csv("y,a,b,c\n1,1,2,4\n2,2,1,4\n3,3,5,9\n5,4,4,9\n4,5,0,6\n6,6,1,8\n", "t.csv"); // c = a + b + 1
  try {
    (void)fit_linear(model_frame(table, "y", {"a", "b", "c"}), Errors::Hc3);
    FAIL();
  } catch (const TableError& error) {
    EXPECT_NE(std::string(error.what()).find("'c' is a combination"), std::string::npos);
  }
}

TEST(FitLinear, ALevelOfOneRowHasNoHc3Error) {
  const Table table = parse_csv("y,g\n1,1\n2,1\n3,2\n5,2\n4,3\n", "t.csv");
  const ModelFrame frame = model_frame(table, "y", {"C(g)"});
  EXPECT_NO_THROW((void)fit_linear(frame, Errors::Classical));
  try {
    (void)fit_linear(frame, Errors::Hc3);
    FAIL();
  } catch (const TableError& error) {
    EXPECT_NE(std::string(error.what()).find("row 5 of the table alone fixes the slope of 'g3'"), std::string::npos);
  }
}

TEST(FitLinear, AConstantOutcomeIsRefused) {
  EXPECT_THROW((void)fit_linear(model_frame(parse_csv("x,y\n0,1\n1,1\n2,1\n", "t"), "y", {"x"}), Errors::Hc3),
               TableError);
}

TEST(FitLinear, Hc3IntervalsCoverWhereTheSpreadGrows) {
  int covered = 0;
  constexpr int repeats = 400;
  const testing::Truth truth{.n = 80, .bone_slope = -0.01, .spread_by_age = 3};
  for (int i = 0; i < repeats; ++i) {
    Table table = testing::simulated_people(truth, 100U + static_cast<unsigned>(i));
    Numbers log_score = table.numbers("score");
    for (auto& cell : log_score)
      cell = std::log1p(*cell);
    table.add({"log_score", log_score});
    const Model model = fit_linear(model_frame(table, "log_score", {"bmd", "age_years"}), Errors::Hc3);
    const Term& age = term(model, "age_years");
    covered += *age.ci_low <= truth.age_slope && truth.age_slope <= *age.ci_high;
  }
  // 95 % of 400 is 380; four binomial standard deviations are 17
  EXPECT_GE(covered, 363);
  EXPECT_LE(covered, 397);
}

} // namespace
} // namespace osteocalc::cohort
