// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/findings.h"

#include "unit/cohort/simulated.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

FittedModel slope(double estimate, double low, double high) {
  FittedModel made;
  made.spec = {.id = "crude", .outcome = "log1p(score)", .terms = {"standardize(bmd)"}, .errors = "hc3"};
  made.model.family = "linear";
  made.model.n = 100;
  made.model.terms = {{"(Intercept)", 1}, {"x", estimate, 0.1, 2.0, 0.03, low, high}};
  made.exposure = "x";
  return made;
}

CohortResult result(FittedModel crude, FittedModel adjusted) {
  CohortResult made;
  adjusted.spec.id = "adjusted";
  adjusted.spec.terms = {"standardize(bmd)", "age", "sex"};
  made.models = {std::move(crude), std::move(adjusted)};
  made.lead = "adjusted";
  made.crude = "crude";
  made.outcome = made.log_of = "score";
  made.exposure = "bmd";
  made.per_sd = true;
  made.exposure_sd = 30;
  return made;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Findings, AnAdjustedIntervalOverZeroIsTheFirstThingSaid) {
  const auto sentences = findings(result(slope(-0.2, -0.3, -0.1), slope(-0.05, -0.15, 0.05)));
  EXPECT_TRUE(has(sentences[0], "No association"));
  EXPECT_TRUE(has(sentences[0], "the adjusted 95 % interval covers zero"));
  EXPECT_TRUE(has(sentences[1], "Crude"));
  EXPECT_TRUE(has(sentences[2], "removes 75 % of the crude slope"));
}

TEST(Findings, NoIntervalIsNotAnIntervalOverZero) {
  FittedModel adjusted = slope(-0.05, -0.15, 0.05);
  for (Term& term : adjusted.model.terms)
    term.ci_low = term.ci_high = term.p = std::nullopt;
  const auto sentences = findings(result(slope(-0.2, -0.3, -0.1), adjusted));
  EXPECT_TRUE(has(sentences[0], "cannot be said: the model gives no interval"));
  EXPECT_FALSE(has(sentences[0], "covers zero"));
}

TEST(Findings, AnAdjustedIntervalAwayFromZeroComesWithItsSizeFirst) {
  const auto sentences = findings(result(slope(-0.2, -0.3, -0.1), slope(-0.1, -0.15, -0.05)));
  EXPECT_TRUE(has(sentences[0], "after adjustment for age, sex: score + 1 is 9.5 % lower")); // exp(-0.1) = 0.905
  EXPECT_TRUE(has(sentences[0], "-13.9 % to -4.9 %"));
  EXPECT_TRUE(has(sentences[1], "18.1 % lower"));
  EXPECT_TRUE(has(sentences[2], "removes 50 %"));
}

TEST(Findings, OtherChangesAreNamedForWhatTheyAre) {
  EXPECT_TRUE(has(findings(result(slope(-0.2, -0.3, -0.1), slope(0.1, 0.05, 0.15)))[2], "turns the sign"));
  EXPECT_TRUE(has(findings(result(slope(-0.1, -0.15, -0.05), slope(-0.2, -0.3, -0.1)))[2], "100 % steeper"));
  EXPECT_TRUE(has(findings(result(slope(-0.2, -0.3, -0.1), slope(0.01, -0.1, 0.1)))[2], "the whole crude slope"));
  const auto unclear = findings(result(slope(-0.1, -0.3, 0.1), slope(-0.2, -0.3, -0.1)));
  EXPECT_TRUE(has(unclear[1], "an interval that covers zero"));
  EXPECT_TRUE(has(unclear[2], "no share removed by adjustment is given"));
}

TEST(Findings, NeverSpeakOfCausesOrConfirmation) {
  for (const double bone_slope : {-0.01, 0.0, 0.01})
    for (const std::vector<std::string>& adjust : {std::vector<std::string>{}, {"age_years"}, {"age_years", "sex"}}) {
      const CohortResult made = analyze_table(testing::simulated_people({.n = 200, .bone_slope = bone_slope}, 8),
                                              {.outcome = "score", .exposure = "bmd", .adjust = adjust});
      for (const std::string& sentence : made.findings)
        for (const char* word :
             {"cause", "causal", "confirm", "effect", "due to", "leads to", "because", "prove", "protect"})
          EXPECT_FALSE(has(sentence, word)) << sentence;
    }
}

TEST(InterpretationIssues, FlagWhatTheCrudeSlopeHides) {
  EXPECT_TRUE(has_rule(interpretation_issues(result(slope(-0.2, -0.3, -0.1), slope(0.1, 0.05, 0.15))), "COHORT-SIGN"));
  EXPECT_TRUE(
      has_rule(interpretation_issues(result(slope(-0.2, -0.3, -0.1), slope(-0.05, -0.1, 0))), "COHORT-CONFOUNDED"));
  EXPECT_FALSE(has_rule(interpretation_issues(result(slope(-0.2, -0.3, -0.1), slope(0.01, -0.1, 0.1))), "COHORT-SIGN"));
  EXPECT_TRUE(interpretation_issues(result(slope(-0.2, -0.3, -0.1), slope(-0.15, -0.2, -0.1))).empty());
}

} // namespace
} // namespace osteocalc::cohort
