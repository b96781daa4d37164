// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/likelihood.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/cohort/linear.h"
#include "osteocalc/cohort/logistic.h"
#include "osteocalc/cohort/tobit.h"
#include "osteocalc/core/error.h"
#include "unit/cohort/simulated.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

TEST(Dual, DerivativesMatchDifferences) {
  const auto f = [](const auto& x, const auto& y) {
    return log_logistic(x * y) + log_gamma(exp(x) + 2.0) * log(y) - log_normal_cdf(x - 3.0 * y);
  };
  const double x = 0.7, y = 1.9, h = 1e-4;
  const auto at = [&](double a, double b) { return f(Dual<2>(a), Dual<2>(b)).value; };
  const Dual<2> d = f(Dual<2>::variable(x, 0), Dual<2>::variable(y, 1));
  EXPECT_NEAR(d.gradient[0], (at(x + h, y) - at(x - h, y)) / (2 * h), 1e-7);
  EXPECT_NEAR(d.gradient[1], (at(x, y + h) - at(x, y - h)) / (2 * h), 1e-7);
  EXPECT_NEAR(d.hessian[0][0], (at(x + h, y) - 2 * at(x, y) + at(x - h, y)) / (h * h), 1e-6);
  EXPECT_NEAR(d.hessian[0][1],
              (at(x + h, y + h) - at(x + h, y - h) - at(x - h, y + h) + at(x - h, y - h)) / (4 * h * h), 1e-6);
  EXPECT_EQ(d.hessian[0][1], d.hessian[1][0]);
}

TEST(Dual, TailsKeepTheirDigits) {
  EXPECT_NEAR(log_normal_cdf(-30) / -454.321243956, 1, 1e-9); // ln Phi(-30)
  EXPECT_NEAR(log_normal_cdf(-20.0001) / log_normal_cdf(-19.9999), 1, 1e-4);
  EXPECT_NEAR(inverse_mills(-20.0001) / inverse_mills(-19.9999), 1, 1e-4);
  EXPECT_NEAR(log_logistic(Dual<1>::variable(-800, 0)).value, -800, 1e-9);
}

ModelFrame many_people(std::size_t n) {
  Table table = testing::simulated_people({.n = n, .bone_slope = -0.01}, 7);
  Numbers any = table.numbers("score"), censored = any;
  for (std::size_t i = 0; i < n; ++i) {
    any[i] = *any[i] > 400;
    censored[i] = std::max(0.0, std::log1p(*censored[i]) - 5.5);
  }
  table.add({"any", any});
  table.add({"censored", censored});
  return model_frame(table, "any", {"bmd", "age_years", "sex"});
}

TEST(Likelihood, AnyNumberOfThreadsGivesTheSameBytes) {
  const ModelFrame frame = many_people(5000);
  const Model one = fit_logistic(frame, {}, {1}), two = fit_logistic(frame, {}, {2}),
              five = fit_logistic(frame, {}, {5});
  for (std::size_t i = 0; i < one.terms.size(); ++i) {
    EXPECT_EQ(one.terms[i].estimate, two.terms[i].estimate);
    EXPECT_EQ(*one.terms[i].se, *five.terms[i].se);
  }
}

TEST(Likelihood, ShiftAndScaleOfAColumnDoNotMatter) {
  ModelFrame frame = many_people(800);
  const Model plain = fit_logistic(frame);
  for (double& value : frame.columns[1])
    value = 1e6 + 1e-3 * value;
  const Model shifted = fit_logistic(frame);
  EXPECT_NEAR(shifted.terms[1].estimate * 1e-3 / plain.terms[1].estimate, 1, 1e-6);
  EXPECT_NEAR(*shifted.terms[1].se * 1e-3 / *plain.terms[1].se, 1, 1e-6);
  EXPECT_NEAR(shifted.terms[2].estimate / plain.terms[2].estimate, 1, 1e-6);
}

TEST(Likelihood, ACombinationOfColumnsIsNamed) {
  ModelFrame frame = many_people(300);
  std::vector<double> sum = frame.columns[1];
  for (std::size_t i = 0; i < sum.size(); ++i)
    sum[i] += 2 * frame.columns[2][i] - 7;
  add_column(frame, "sum", sum);
  try {
    (void)fit_logistic(frame);
    FAIL();
  } catch (const TableError& error) {
    EXPECT_NE(std::string(error.what()).find("'sum' is a combination"), std::string::npos);
  }
}

TEST(Likelihood, WeightsCountRows) {
  // a row of weight 2 is the row twice
  const ModelFrame twice = model_frame(parse_csv("x,y\n0,1\n0,1\n1,3\n2,2\n3,5\n3,5\n", "t"), "y", {"x"});
  const ModelFrame once = model_frame(parse_csv("x,y\n0,1\n1,3\n2,2\n3,5\n", "t"), "y", {"x"});
  const Model a = fit_linear(twice, Sampling{}), b = fit_linear(once, weighted({2, 1, 1, 2}));
  EXPECT_NEAR(a.terms[1].estimate, b.terms[1].estimate, 1e-12);
}

TEST(Tobit, WithoutCensoringItIsLeastSquares) {
  const ModelFrame frame = model_frame(parse_csv("x,y\n0,1\n1,3\n2,2\n3,5\n4,4\n", "t"), "y", {"x"});
  const Model tobit = fit_tobit(frame, 0), linear = fit_linear(frame, Errors::Classical);
  EXPECT_NEAR(tobit.terms[1].estimate, linear.terms[1].estimate, 1e-9);
  EXPECT_NEAR(*tobit.scale, *linear.scale * std::sqrt(3.0 / 5), 1e-9); // rss / n instead of rss / (n - k)
  EXPECT_NEAR(*tobit.log_likelihood, *linear.log_likelihood, 1e-9);
}

TEST(Tobit, ASurveyGivesItLinearizedErrorsToo) {
  const Table table =
      parse_csv("y,x,p,w\n0,2,1,1\n2,3,1,2\n3,5,2,1\n5,4,2,1\n0,1,3,2\n4,6,3,1\n1,2,4,1\n0,3,4,1\n", "t");
  const ModelFrame frame = model_frame(table, "y", {"x"});
  const Model model = fit_tobit(frame, 0, domain_sampling(survey_design(table, "w", "", "p"), frame));
  EXPECT_EQ(model.errors, "linearized");
  EXPECT_EQ(model.df, 4 - 1 - 1);
  EXPECT_GT(*model.terms[1].se, 0);
}

TEST(Tobit, TheCensoredMeanIsThatOfManyDraws) {
  testing::Normals random(8);
  double sum = 0;
  for (int i = 0; i < 40000; ++i)
    sum += std::fmax(0.5, 0.3 + 2 * random());
  EXPECT_NEAR(censored_mean(0.3, 2, 0.5), sum / 40000, 4 * 1.2 / 200);
}

TEST(Tobit, TooFewSeenValuesAreRefused) {
  EXPECT_THROW((void)fit_tobit(model_frame(parse_csv("x,y\n0,0\n1,0\n2,0\n3,5\n", "t"), "y", {"x"})), TableError);
}

} // namespace
} // namespace osteocalc::cohort
