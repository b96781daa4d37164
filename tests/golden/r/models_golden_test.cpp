// SPDX-License-Identifier: Apache-2.0
// Every model beside R's on the simulated tables of this folder; golden.R says how R was asked.
#include "golden/r/simulated_cohort.h"
#include "osteocalc/cohort/linear.h"
#include "osteocalc/cohort/logistic.h"
#include "osteocalc/cohort/mixed.h"
#include "osteocalc/cohort/negative_binomial.h"
#include "osteocalc/cohort/ordinal.h"
#include "osteocalc/cohort/spline.h"
#include "osteocalc/cohort/tobit.h"
#include "osteocalc/cohort/trend.h"
#include "osteocalc/cohort/two_part.h"
#include "osteocalc/cohort/wald.h"
#include "osteocalc/core/error.h"

namespace osteocalc::cohort::testing {
namespace {

TEST_F(RModels, SurveyLinear) {
  const ModelFrame f = old_people("y", adjusted_);
  expect_terms(fit_linear(f, domain_sampling(design(), f)), r_["svy_linear"]);
}

TEST_F(RModels, SurveyTobitAndOrdinal) {
  const ModelFrame y = old_people("y", adjusted_), category = old_people("category", adjusted_);
  expect_terms(fit_tobit(y, 0, domain_sampling(design(), y)), r_["svy_tobit"]);
  const Model ordinal = fit_ordinal(category, domain_sampling(design(), category));
  expect_terms(ordinal, r_["svy_ordinal"], {.se = 2e-3}); // svyolr's Hessian is by differences, ours is exact
}

TEST_F(RModels, SurveyLogistic) {
  const ModelFrame f = old_people("any", adjusted_);
  expect_terms(fit_logistic(f, domain_sampling(design(), f)), r_["svy_logistic"]);
}

TEST_F(RModels, LinearWithThreeKindsOfErrors) {
  const ModelFrame f = frame("y", {"bmd", "age", "female", "C(race)"});
  expect_terms(fit_linear(f, Errors::Classical), r_["linear"]);
  expect_terms(fit_linear(f, Sampling{}),
               r_["linear"].patch(nlohmann::json::parse(R"([{"op":"remove","path":"/loglik"}])")));
  expect_terms(fit_linear(f, Errors::Hc3), r_["linear_hc3"]);
  expect_terms(fit_linear(f, clustered(values("site"))), r_["linear_cluster"]);
}

TEST_F(RModels, Logistic) {
  const ModelFrame f = frame("any", adjusted_);
  const Model model = fit_logistic(f);
  expect_terms(model, r_["logistic"]);
  EXPECT_NEAR(model.diagnostics.at(0).value, r_["logistic"]["auc"].get<double>(), 1e-12);
  expect_terms(fit_logistic(f, clustered(values("site"))), r_["logistic_cluster"]);
}

TEST_F(RModels, Tobit) {
  const Model model = fit_tobit(frame("y", adjusted_));
  expect_terms(model, r_["tobit"]);
  expect_close(*model.scale, r_["tobit"]["scale"], 1e-6, "scale");
}

TEST_F(RModels, OrdinalWithBrantsTest) {
  const Model model = fit_ordinal(frame("category", adjusted_));
  expect_terms(model, r_["ordinal"], {.estimate = 2e-6, .se = 2e-5}); // polr's Hessian is by differences
  ASSERT_EQ(model.tests.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i)
    expect_test(model.tests[i], r_["ordinal"]["brant"][i]);
}

/// golden.R's Firth terms have a profile interval and a likelihood-ratio p.
void expect_firth(const Model& model, const nlohmann::json& r) {
  expect_close(*model.log_likelihood, r["loglik"], 1e-8, "penalised log-likelihood");
  for (std::size_t i = 0; i < model.terms.size(); ++i) {
    const Term& ours = model.terms[i];
    const auto& theirs = r["terms"][i];
    expect_close(ours.estimate, theirs["estimate"], 1e-6, ours.name);
    expect_close(*ours.se, theirs["se"], 1e-5, ours.name + " se");
    expect_close(*ours.statistic, theirs["stat"], 1e-4, ours.name + " chi-square"); // R's profile is by a plain search
    expect_close(*ours.ci_low, theirs["ci_low"], 1e-4, ours.name + " low");
    expect_close(*ours.ci_high, theirs["ci_high"], 1e-4, ours.name + " high");
  }
}

TEST_F(RModels, Firth) {
  expect_firth(fit_firth(frame("any", adjusted_)), r_["firth"]);
}

TEST_F(RModels, SeparationIsNamedAndFirthStaysFinite) {
  const ModelFrame f = model_frame(golden_table("separation.csv"), "event", {"x", "drug"});
  const Model plain = fit_logistic(f);
  EXPECT_FALSE(plain.converged);
  ASSERT_TRUE(has_rule(plain.issues, "MODEL-SEPARATION"));
  EXPECT_EQ(plain.issues.front().where, "drug");
  EXPECT_FALSE(plain.terms[2].ci_low);
  expect_firth(fit_firth(f), r_["firth_separation"]);
}

TEST_F(RModels, NegativeBinomial) {
  const Model model = fit_negative_binomial(frame("aac", adjusted_));
  expect_terms(model, r_["negative_binomial"]);
  expect_close(term(model, "theta").estimate, r_["negative_binomial"]["theta"], 1e-6, "theta");
  expect_close(*term(model, "theta").se, r_["negative_binomial"]["theta_se"], 1e-5, "theta se");
}

TEST_F(RModels, ZeroInflatedNegativeBinomial) {
  expect_terms(fit_zero_inflated(frame("aac", {"bmd", "age"}), frame("aac", {"age"})), r_["zero_inflated"],
               {.estimate = 2e-5, .se = 1e-4}); // a flat likelihood, and R's search stops early
}

TEST_F(RModels, TwoPart) {
  const TwoPart two = fit_two_part(frame("score", adjusted_), "bmd", {}, {.draws = 200});
  expect_terms(two.any, r_["logistic"]);
  expect_terms(two.amount, r_["two_part"]);
  expect_close(two.smearing, r_["two_part"]["smearing"], 1e-9, "smearing");
  expect_close(two.total.terms[0].estimate, r_["two_part"]["log_ratio"], 1e-7, "log ratio");
  expect_close(two.total.terms[1].estimate, r_["two_part"]["difference"], 1e-7, "difference");
}

TEST_F(RModels, RestrictedCubicSplines) {
  for (const std::size_t count : {3U, 4U, 5U}) {
    SCOPED_TRACE(count);
    const auto& r = r_["rcs" + std::to_string(count)];
    const ModelFrame f = frame("y", adjusted_);
    const std::vector<double> knots = spline_knots(f.columns[1], count);
    for (std::size_t k = 0; k < count; ++k)
      expect_close(knots[k], r["knots"][k], 1e-12, "knot");
    const Model model = fit_linear(with_spline(f, "bmd", knots), Errors::Classical);
    expect_terms(model, r);
    std::vector<std::string> names = spline_names("bmd", count);
    expect_test(joint_test(model, "joint", names), r["joint"]);
    names.erase(names.begin());
    expect_test(joint_test(model, "nonlinear", names), r["nonlinear"]);
  }
}

TEST_F(RModels, TrendOverQuartiles) {
  ModelFrame f = frame("y", adjusted_);
  const QuantileGroups quartiles = quantile_groups(f.columns[1]);
  for (std::size_t i = 0; i < 3; ++i)
    expect_close(quartiles.cuts[i], r_["trend"]["cuts"][i], 1e-12, "cut");
  for (std::size_t i = 0; i < 4; ++i)
    expect_close(quartiles.medians[i], r_["trend"]["scores"][i], 1e-12, "median");
  f.columns[1] = quartiles.score;
  expect_terms(fit_linear(f, Errors::Classical), r_["trend"]);
}

TEST_F(RModels, Interaction) {
  ModelFrame f = frame("y", {"bmd", "female", "age"});
  add_interaction(f, "bmd", "female");
  expect_terms(fit_linear(f, Errors::Classical), r_["interaction"]);
}

TEST_F(RModels, SurveyJointTest) {
  const ModelFrame f = old_people("y", {"bmd", "age", "C(race)"});
  const Model model = fit_linear(f, domain_sampling(design(), f));
  expect_test(joint_test(model, "race", {"race2", "race3", "race4"}), r_["svy_joint"]);
}

TEST_F(RModels, RandomIntercept) {
  const Table levels = golden_table("levels.csv");
  ModelFrame f = model_frame(levels, "calcium", {"density", "age", "female"});
  const std::vector<double> patient = model_frame(levels, "calcium", {"patient"}).columns[1];
  f = split_within_between(f, "density", patient);
  for (const auto& [criterion, key] :
       {std::pair{MixedCriterion::Reml, "mixed_reml"}, std::pair{MixedCriterion::Ml, "mixed_ml"}}) {
    const Model model = fit_random_intercept(f, patient, criterion);
    const auto& r = r_[key];
    expect_close(*model.log_likelihood, r["loglik"], 1e-9, "log-likelihood");
    expect_close(model.diagnostics[0].value, r["sd_patient"], 2e-6, "sd of patients");
    expect_close(*model.scale, r["sd_residual"], 2e-6, "sd of residuals");
    const std::vector<std::string> ours{"(Intercept)", "density (within)", "density (between)", "age", "female"};
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const Term& t = term(model, ours[i]);
      expect_close(t.estimate, r["terms"][i]["estimate"], 1e-6, ours[i]);
      expect_close(*t.se, r["terms"][i]["se"], 1e-5, ours[i] + " se");
      EXPECT_EQ(*t.df, r["terms"][i]["df"].get<double>()) << ours[i];
    }
  }
}

TEST_F(RModels, ALonelyPsuIsNamedCenteredOrIgnored) {
  Table lonely = golden_table("lonely.csv");
  derive(lonely, "y", {"score"}, [](auto& v) { return std::log1p(v[0]); });
  const ModelFrame f = model_frame(lonely, "y", {"bmd", "age"});
  try {
    (void)survey_design(lonely, "weight", "stratum", "psu");
    FAIL();
  } catch (const TableError& error) {
    EXPECT_NE(std::string(error.what()).find("stratum '2' has only one PSU"), std::string::npos);
  }
  const auto with = [&](LonelyPsu how) {
    return fit_linear(f, domain_sampling(survey_design(lonely, "weight", "stratum", "psu", how), f));
  };
  expect_terms(with(LonelyPsu::Center), r_["lonely_center"]);
  expect_terms(with(LonelyPsu::Ignore), r_["lonely_ignore"]);
}

} // namespace
} // namespace osteocalc::cohort::testing
