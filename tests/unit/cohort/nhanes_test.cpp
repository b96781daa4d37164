// SPDX-License-Identifier: Apache-2.0
// Against R 4.2 (sandwich's vcovHC type HC3, cor) on NHANES 2013-2014; the numbers are in nhanes_r.json beside the
// tables' description, repeated here because they are the expectation.
#include "osteocalc/cohort/analysis.h"
#include "osteocalc/cohort/csv.h"
#include "osteocalc/cohort/linear.h"
#include "osteocalc/cohort/model_frame.h"
#include "osteocalc/cohort/spearman.h"

#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

struct Expected {
  const char* name;
  double estimate, se;
};
constexpr Expected ols_hc3[] = {{"(Intercept)", -1.00047875451219, 0.0772442738030288},
                                {"standardize(DXXNKBMD)", -0.069551085960418, 0.0151437917440458},
                                {"RIDAGEYR", 0.0260492801918726, 0.0013634231051861},
                                {"RIAGENDR2", -0.0521599861060332, 0.0282757524318727}}; // 2 = female

class Nhanes : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("OSTEOCALC_SHARED_DATA");
    if (folder == nullptr)
      GTEST_SKIP() << "OSTEOCALC_SHARED_DATA is not set: the comparison with R on NHANES did NOT run";
    const std::filesystem::path tables = std::filesystem::path(folder) / "nhanes_2013_2014";
    request_ = {.tables = {tables / "DEMO_H.csv", tables / "DXXAAC_H.csv", tables / "DXXFEM_H.csv"},
                .outcome = "DXXAAC24",
                .exposure = "DXXNKBMD",
                .adjust = {"RIDAGEYR", "C(RIAGENDR)"}};
  }
  CohortRequest request_;
};

TEST_F(Nhanes, LeastSquaresWithHc3ErrorsAgreesWithR) {
  const CohortResult result = run_cohort(request_);
  const Model& model = fitted(result, "adjusted_sd").model;
  EXPECT_EQ(model.n, 2965U);
  EXPECT_EQ(model.df, 2961);
  for (std::size_t i = 0; i < model.terms.size(); ++i) {
    SCOPED_TRACE(ols_hc3[i].name);
    EXPECT_NEAR(model.terms[i].estimate / ols_hc3[i].estimate, 1, 1e-6);
    EXPECT_NEAR(*model.terms[i].se / ols_hc3[i].se, 1, 1e-5);
  }
  EXPECT_EQ(model.terms[3].name, "RIAGENDR2");
}

TEST_F(Nhanes, CorrelationsAgreeWithR) {
  const CohortResult result = run_cohort(request_);
  EXPECT_NEAR(exposure_slope(fitted(result, "spearman")).estimate / -0.190685148670087, 1, 1e-6);
  std::vector<double> x, y;
  for (const ScatterPoint& point : result.points) {
    x.push_back(point.exposure);
    y.push_back(std::expm1(point.outcome));
  }
  EXPECT_NEAR(pearson_correlation(x, y) / -0.209941715004302, 1, 1e-6);
}

TEST_F(Nhanes, AgeAndSexRemoveMostOfTheCrudeSlope) {
  const CohortResult result = run_cohort(request_);
  EXPECT_EQ(result.flow.rows, 10175U);
  EXPECT_EQ(result.flow.crude, 2965U);
  EXPECT_GT(*share_removed(result), 0.5);
  EXPECT_TRUE(has_rule(result.issues, "COHORT-CONFOUNDED"));
}

// The survey models of the same page of R, through a plan as the contract shows it.
TEST_F(Nhanes, APlanAgreesWithRsSurveyPackage) {
  Plan plan = parse_plan(R"toml(
[data]
tables = ["DEMO_H.csv", "DXXAAC_H.csv", "DXXFEM_H.csv"]
key = "SEQN"
[variables]
aac = "DXXAAC24"
fn10 = "DXXNKBMD * 10"
any = "DXXAAC24 > 0"
age = "RIDAGEYR"
female = "RIAGENDR == 2"
race = "RIDRETH3"
[design]
weights = "WTMEC2YR"
strata = "SDMVSTRA"
psu = "SDMVPSU"
domain = "defined(aac) && defined(fn10)"
[[model]]
id = "m2"
family = "linear"
design = "survey"
outcome = "aac"
terms = ["fn10", "age", "female", "C(race)"]
[[model]]
id = "any"
family = "logistic"
design = "survey"
outcome = "any"
terms = ["fn10", "age", "female", "C(race)"]
)toml");
  plan.tables = request_.tables;
  const CohortResult result = run_plan(plan);
  const auto near = [](const Term& term, double estimate, double se) {
    EXPECT_NEAR(term.estimate / estimate, 1, 1e-6) << term.name;
    EXPECT_NEAR(*term.se / se, 1, 1e-5) << term.name;
  };
  const Model& m2 = fitted(result, "m2").model;
  EXPECT_EQ(m2.n, 2965U);
  EXPECT_EQ(m2.df, 7);
  near(term(m2, "fn10"), -0.0952676589253634, 0.0469455531814105);
  near(term(m2, "race7"), 0.519211639214236, 0.495868227490632);
  EXPECT_NEAR(*term(m2, "fn10").p, 0.0819947271450295, 1e-8);
  near(term(fitted(result, "any").model, "fn10"), -0.0944836958745915, 0.0358185620802997);
  near(exposure_slope(fitted(result, "m2_crude")), -0.423479487168696, 0.0508463345968588);
  EXPECT_EQ(result.lead, "m2");
  EXPECT_EQ(result.findings.front().find("No association"), 0U);
}

} // namespace
} // namespace osteocalc::cohort
