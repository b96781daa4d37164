// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/confounding.h"

#include "osteocalc/cohort/csv.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

std::optional<EValue> e_value(const std::string& family, Term term, const std::string& outcome = "y") {
  Plan plan;
  plan.models = {{.id = "m", .family = family, .outcome = outcome, .terms = {"x"}}};
  const PlanData data = prepare_plan_data(parse_csv("x,y,rare\n1,0,0\n2,2,0\n3,4,1\n4,6,0\n5,8,0\n", "t.csv"), plan);
  FittedModel fitted;
  fitted.spec = plan.models[0];
  fitted.exposure = "x";
  fitted.model.terms = {std::move(term)};
  return e_value_of(data, fitted);
}

double of_ratio(double ratio) {
  return ratio + std::sqrt(ratio * (ratio - 1));
}

TEST(Confounding, ALinearSlopeTakesItsOwnInterval) {
  const double sd = std::sqrt(10.0);     // of 0 2 4 6 8
  Term term = wald_term("x", 2, 0.5, 3); // Student's t with 3 degrees of freedom: to 0.409
  EXPECT_NEAR(e_value("linear", term)->estimate, of_ratio(std::exp(0.91 * 2 / sd)), 1e-12);
  EXPECT_NEAR(e_value("linear", term)->limit, of_ratio(std::exp(0.91 * *term.ci_low / sd)), 1e-12);
  term = wald_term("x", 2, 0.7, 3); // the normal interval would not cover zero, this one does
  EXPECT_EQ(e_value("linear", term)->limit, 1);
}

TEST(Confounding, RatesStandForThemselvesAndOthersHaveNone) {
  EXPECT_NEAR(e_value("negative_binomial", wald_term("x", std::log(2), 0.01))->estimate, of_ratio(2), 1e-12);
  EXPECT_NEAR(e_value("logistic", wald_term("x", std::log(4), 0.01), "rare")->estimate, of_ratio(2), 1e-12); // 20 %
  EXPECT_FALSE(e_value("tobit", wald_term("x", 1, 0.1)));
  EXPECT_FALSE(e_value("linear", Term{"x", 1}));
}

} // namespace
} // namespace osteocalc::cohort
