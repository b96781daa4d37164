// SPDX-License-Identifier: Apache-2.0
// Plans on NHANES 2013-2014 beside R: other reference levels, interactions, subpopulations, partial designs, splines.
#include "osteocalc/cohort/analysis.h"

#include "golden.h"

#include <cstdlib>

namespace osteocalc::cohort::testing {
namespace {

const std::string head = R"toml([data]
tables = ["DEMO_H.csv", "DXXAAC_H.csv", "DXXFEM_H.csv", "BMX_H.csv", "BIOPRO_H.csv", "DIQ_H.csv"]
key = "SEQN"
[variables]
aac = "DXXAAC24"
any = "aac > 0"
severe = "aac > 6"
y = "log1p(aac)"
grade = "(aac >= 1) + (aac >= 3) + (aac >= 6) + (aac >= 12)"
age = "RIDAGEYR"
female = "RIAGENDR == 2"
fn10 = "DXXNKBMD * 10"
bmi = "BMXBMI"
creatinine = "LBXSCR"
race3 = "RIDRETH3 == 3 ? 0 : RIDRETH3"
low = "DXXNKBMD < 0.7"
decade = "floor(age / 10)"
unit = "SDMVSTRA * 10 + SDMVPSU"
[design]
domain = "defined(aac) && defined(DXXNKBMD)"
weights = "WTMEC2YR"
)toml";
const std::string design = "strata = 'SDMVSTRA'\npsu = 'SDMVPSU'\n";

std::string model(const std::string& id, const std::string& lines) {
  return "[[model]]\nid = '" + id + "'\n" + lines + "\n";
}

class RFormulas : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("OSTEOCALC_SHARED_DATA") == nullptr)
      GTEST_SKIP() << "OSTEOCALC_SHARED_DATA is not set: the comparison with R on NHANES did NOT run";
    r_ = golden("formulas.json");
  }
  static Plan plan(const std::string& text) {
    Plan read = parse_plan(text);
    for (std::filesystem::path& table : read.tables)
      table = std::filesystem::path(std::getenv("OSTEOCALC_SHARED_DATA")) / "nhanes_2013_2014" / table;
    return read;
  }
  /// Fits the models of the text and holds each against R's of the same id.
  void expect_models(const std::string& text) const {
    const Plan asked = plan(text);
    const PlanData data = load_plan_data(asked);
    for (const ModelSpec& spec : asked.models) {
      SCOPED_TRACE(spec.id);
      expect_terms(fit_plan_model(data, asked, spec).model, r_.at(spec.id));
    }
  }
  nlohmann::json r_;
};

TEST_F(RFormulas, SurveysWithOtherLevelsInteractionsAndSubpopulations) {
  const std::string survey = "design = 'survey'\n";
  expect_models(
      head + design + model("other_reference", survey + "outcome = 'aac'\nterms = ['fn10', 'age', 'C(race3)']") +
      model("women", survey + "outcome = 'y'\nterms = ['fn10', 'age', 'bmi']\nsubset = 'female == 1'") +
      model("old_men", survey + "family = 'logistic'\noutcome = 'any'\nterms = ['fn10', 'age']\n"
                                "subset = 'female == 0 && age >= 60'") +
      model("interaction", survey + "outcome = 'aac'\nterms = ['fn10', 'female', 'age', 'fn10:female']") +
      model("factor_interaction", survey + "outcome = 'y'\nterms = ['fn10', 'age', 'C(RIAGENDR)', 'C(RIAGENDR):age']") +
      model("missing_covariates",
            survey + "family = 'logistic'\noutcome = 'severe'\nterms = ['fn10', 'age', 'creatinine']") +
      model("svy_tobit", survey + "family = 'tobit'\noutcome = 'y'\nterms = ['fn10', 'age', 'female']"));
}

TEST_F(RFormulas, SurveysWithAPartOfTheDesign) {
  const std::string lines = "design = 'survey'\noutcome = 'aac'\nterms = ['fn10', 'age']";
  expect_models(head + "psu = 'unit'\n" + model("no_strata", lines));
  expect_models(head + model("only_weights", lines));
}

TEST_F(RFormulas, UnweightedModels) {
  expect_models(
      head +
      model("spline_interaction",
            "outcome = 'y'\nterms = ['rcs(DXXNKBMD,3)', 'female', 'age', 'rcs(DXXNKBMD,3):female']") +
      model("spline_logistic", "family = 'logistic'\noutcome = 'any'\nterms = ['rcs(age,5)', 'DXXNKBMD', 'female']") +
      model("hc3", "outcome = 'y'\nterms = ['fn10', 'age', 'C(race3)']\nerrors = 'hc3'") +
      model("cluster", "outcome = 'y'\nterms = ['fn10', 'age', 'C(race3)']\nerrors = 'cluster(SDMVSTRA)'") +
      model("tobit_two", "family = 'tobit'\noutcome = 'aac'\nlimit = 2\nterms = ['fn10', 'age', 'C(race3)']") +
      model("ordinal_five", "family = 'ordinal'\noutcome = 'grade'\nterms = ['fn10', 'age', 'female']") +
      model("negative_binomial",
            "family = 'negative_binomial'\noutcome = 'aac'\nterms = ['fn10', 'age', 'female', 'C(race3)']"));
}

TEST_F(RFormulas, MantelAndHaenszelThroughAPlan) {
  const Plan asked = plan(head + model("mh", "family = 'mantel_haenszel'\noutcome = 'any'\nterms = ['low']\n"
                                             "group = 'decade'"));
  Issues issues;
  const auto fitted = fit_plan(load_plan_data(asked), asked, issues);
  ASSERT_EQ(fitted.size(), 2U); // the crude odds ratio beside
  const Term& ratio = fitted[0].model.terms[0];
  const auto& r = r_["mantel_haenszel"];
  expect_close(std::exp(ratio.estimate), r["or"], 1e-9, "ratio");
  expect_close(std::exp(*ratio.ci_low), r["low"], 1e-6, "low");
  expect_close(std::exp(*ratio.ci_high), r["high"], 1e-6, "high");
  expect_close(*ratio.p, r["p"], 1e-6, "p");
  EXPECT_NE(fitted[1].model.terms[0].estimate, ratio.estimate);
}

TEST_F(RFormulas, InfluenceIsThatOfSamplingUnits) {
  const Plan asked =
      plan(head + design + model("m", "design = 'survey'\noutcome = 'aac'\nterms = ['fn10', 'age', 'female']"));
  const CohortResult result = run_plan(asked);
  ASSERT_TRUE(result.checks.influence);
  const InfluenceCheck& found = *result.checks.influence;
  const auto& r = r_["without_psu"];
  EXPECT_EQ(found.unit, "PSU");
  EXPECT_EQ(found.units, 30U);
  expect_close(found.low, r["low"], 1e-8, "low");
  expect_close(found.high, r["high"], 1e-8, "high");
  EXPECT_EQ(found.most, "stratum 113, PSU 2");
}

} // namespace
} // namespace osteocalc::cohort::testing
