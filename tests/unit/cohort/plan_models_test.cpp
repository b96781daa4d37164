// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/plan_models.h"

#include "osteocalc/cohort/analysis.h"
#include "osteocalc/cohort/linear.h"
#include "osteocalc/core/error.h"
#include "unit/cohort/simulated.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

/// 240 people with a survey of 4 strata and 12 PSUs, some without weight, one variable with missing values.
Table people(std::uint32_t seed = 21) {
  Table table = testing::simulated_people({.n = 240, .bone_slope = -0.01}, seed);
  testing::Normals random(seed + 1);
  Numbers weight, stratum, psu, smoking, severe, race;
  for (std::size_t i = 0; i < 240; ++i) {
    weight.emplace_back(i % 17 == 0 ? 0.0 : 1 + 3 * random.uniform());
    stratum.emplace_back(static_cast<double>(i % 4));
    psu.emplace_back(static_cast<double>((i / 4) % 3));
    smoking.emplace_back(random.uniform() < 0.4 ? 1.0 : 0.0);
    if (i % 11 == 0)
      smoking.back().reset();
    severe.emplace_back(*table.numbers("score")[i] > 400 ? 1.0 : 0.0);
    race.emplace_back(static_cast<double>(1 + i % 3));
  }
  for (auto& [name, cells] : std::vector<std::pair<std::string, Numbers>>{
           {"w", weight}, {"stratum", stratum}, {"psu", psu}, {"smoking", smoking}, {"severe", severe}, {"race", race}})
    table.add({name, cells});
  return table;
}

Plan plan(std::vector<ModelSpec> models) {
  Plan made;
  made.weights = "w";
  made.strata = "stratum";
  made.psu = "psu";
  made.domain = "age_years > 45";
  made.variables = {{"y", "log1p(score)"}, {"z", "standardize(bmd)"}};
  made.models = std::move(models);
  made.bootstrap_draws = 50;
  return made;
}

std::vector<FittedModel> fit(const Plan& made, Issues& issues) {
  return fit_plan(prepare_plan_data(people(), made), made, issues);
}

TEST(PlanModels, EveryFamilyFits) {
  std::vector<ModelSpec> models;
  for (const std::string& family : model_families()) {
    ModelSpec spec{.id = family, .family = family, .outcome = "y", .terms = {"z", "age_years"}};
    if (family == "logistic" || family == "firth")
      spec.outcome = "severe";
    if (family == "ordinal" || family == "negative_binomial" || family == "zero_inflated") {
      spec.outcome = "rint(score / 200)";
      if (family == "ordinal")
        spec.outcome = "(score > 200) + (score > 600)";
    }
    if (family == "spearman" || family == "kendall" || family == "pearson")
      spec.terms.resize(1);
    if (family == "icc" || family == "bland_altman" || family == "kappa" || family == "mantel_haenszel") {
      spec.terms.resize(1);
      if (family == "kappa")
        spec.outcome = "race", spec.terms = {"smoking"};
      if (family == "mantel_haenszel")
        spec.outcome = "severe", spec.terms = {"bmd < 120"}, spec.group = "race";
    }
    if (family == "mixed")
      spec.group = "psu";
    if (family == "two_part" || family == "zero_inflated")
      spec.outcome = family == "two_part" ? "score > 300 ? score - 300 : 0" : "score > 300 ? rint(score / 200) : 0";
    models.push_back(spec);
  }
  Issues issues;
  const auto fitted = fit(plan(models), issues);
  for (const std::string& family : model_families())
    EXPECT_TRUE(std::any_of(fitted.begin(), fitted.end(), [&](const auto& one) { return one.spec.id == family; }))
        << family;
  for (const Issue& issue : issues)
    EXPECT_NE(issue.rule, "COHORT-MODEL") << issue.where << ": " << issue.text;
}

TEST(PlanModels, TheCrudeModelStandsBesideOnTheSamePeople) {
  Issues issues;
  const auto fitted = fit(plan({{.id = "m3", .outcome = "y", .terms = {"z", "age_years", "smoking"}}}), issues);
  ASSERT_EQ(fitted.size(), 2U);
  EXPECT_EQ(fitted[1].spec.id, "m3_crude");
  EXPECT_EQ(fitted[1].companion_of, "m3");
  EXPECT_EQ(fitted[1].model.n, fitted[0].model.n);
  EXPECT_EQ(fitted[1].model.terms.size(), 2U);
  EXPECT_EQ(fitted[0].excluded.back().column, "smoking");
  EXPECT_GT(fitted[0].excluded.back().rows, 0U);
}

TEST(PlanModels, ASurveyKeepsItsDesignAndItsDegreesOfFreedom) {
  const Plan made = plan({{.id = "m", .design = "survey", .outcome = "y", .terms = {"z", "age_years"}}});
  const PlanData data = prepare_plan_data(people(), made);
  const FittedModel fitted = fit_plan_model(data, made, made.models[0]);
  EXPECT_EQ(fitted.model.df, 12 - 4 - 2);
  EXPECT_EQ(fitted.excluded.back().column, "positive survey weight");
  // By hand: the same frame, the same design.
  const ModelFrame frame = plan_frame(data, made.models[0]);
  const Model direct = fit_linear(frame, domain_sampling(*data.survey, frame));
  EXPECT_DOUBLE_EQ(fitted.model.terms[1].estimate, direct.terms[1].estimate);
  EXPECT_DOUBLE_EQ(*fitted.model.terms[1].se, *direct.terms[1].se);
}

TEST(PlanModels, AModelThatCannotBeFittedIsAnIssueAndTheOthersGoOn) {
  Table table = people();
  Numbers rare(240, 0.0);
  rare[7] = 1.0; // one person alone fixes its coefficient: HC3 has no error for it
  table.add({"rare", rare});
  const Plan made = plan({{.id = "good", .outcome = "y", .terms = {"z"}},
                          {.id = "bad", .outcome = "y", .terms = {"z", "rare"}, .errors = "hc3"}});
  Issues issues;
  const auto fitted = fit_plan(prepare_plan_data(table, made), made, issues);
  EXPECT_EQ(fitted.size(), 1U);
  ASSERT_TRUE(has_rule(issues, "COHORT-MODEL"));
  EXPECT_EQ(issues.front().where, "bad");
  EXPECT_NE(issues.front().text.find("rare"), std::string::npos);
}

TEST(PlanModels, NothingFittedIsAnError) {
  Issues issues;
  EXPECT_THROW((void)fit(plan({{.id = "bad", .outcome = "y", .terms = {"z", "z2"}}}), issues), TableError);
}

TEST(PlanModels, SubsetsClustersImputationAndFirth) {
  Issues issues;
  const auto fitted =
      fit(plan({{.id = "women", .outcome = "y", .terms = {"z"}, .subset = "sex == \"F\""},
                {.id = "cluster", .outcome = "y", .terms = {"z"}, .errors = "cluster(psu)"},
                {.id = "imputed", .outcome = "y", .terms = {"z", "smoking"}, .imputations = 3},
                {.id = "few", .family = "logistic", .outcome = "score > 2000", .terms = {"z", "age_years"}}}),
          issues);
  std::vector<std::string> ids;
  for (const FittedModel& one : fitted)
    ids.push_back(one.spec.id);
  EXPECT_EQ(fitted[0].spec.id, "women");
  EXPECT_LT(fitted[0].model.n, fitted[1].model.n);
  EXPECT_EQ(fitted[1].model.errors, "cluster");
  EXPECT_EQ(fitted[2].model.n, fitted[1].model.n); // nobody left for the missing smoking
  EXPECT_NE(std::find(ids.begin(), ids.end(), "few_firth"), ids.end()) << "is not beside " << ids.back();
}

TEST(PlanModels, BootstrapErrorsStandInPlaceOfTheFormulas) {
  Plan made = plan({{.id = "formula", .outcome = "y", .terms = {"z", "age_years"}},
                    {.id = "drawn", .outcome = "y", .terms = {"z", "age_years"}, .errors = "bootstrap"},
                    {.id = "rank", .family = "spearman", .outcome = "y", .terms = {"z"}, .errors = "bootstrap"},
                    {.id = "survey", .design = "survey", .outcome = "y", .terms = {"z"}, .errors = "bootstrap"}});
  made.bootstrap_draws = 400;
  const PlanData data = prepare_plan_data(people(), made);
  const Model formula = fit_plan_model(data, made, made.models[0]).model,
              drawn = fit_plan_model(data, made, made.models[1]).model,
              two_threads = fit_plan_model(data, made, made.models[1], {2}).model;
  EXPECT_EQ(drawn.errors, "bootstrap");
  EXPECT_NEAR(drawn.terms[1].estimate, formula.terms[1].estimate, 1e-9 * std::abs(formula.terms[1].estimate));
  EXPECT_NEAR(*drawn.terms[1].se / *formula.terms[1].se, 1, 0.2);
  EXPECT_EQ(*drawn.terms[1].ci_low, *two_threads.terms[1].ci_low);
  const Model rank = fit_plan_model(data, made, made.models[2]).model;
  EXPECT_TRUE(*rank.terms[0].ci_low < rank.terms[0].estimate && rank.terms[0].estimate < *rank.terms[0].ci_high);
  EXPECT_GT(*fit_plan_model(data, made, made.models[3]).model.terms[1].se, 0);
}

TEST(PlanModels, AMixedModelCanTellWithinFromBetween) {
  const Plan made = plan({{.id = "m",
                           .family = "mixed",
                           .outcome = "y",
                           .terms = {"bmd", "age_years"},
                           .group = "psu",
                           .split = "within"}});
  const FittedModel fitted = fit_plan_model(prepare_plan_data(people(), made), made, made.models[0]);
  EXPECT_EQ(fitted.exposure, "bmd (within)");
  EXPECT_NO_THROW((void)term(fitted.model, "bmd (between)"));
}

TEST(PlanModels, ConstantEmptyAndTextColumnsAreNamed) {
  Table table = people();
  table.add({"same", Numbers(240, 1.0)});
  table.add({"gone", Numbers(240)});
  for (const char* column : {"same", "gone", "sex * 1"}) {
    Issues issues;
    const Plan made = plan({{.id = "bad", .outcome = "y", .terms = {"z", column}}});
    try {
      (void)fit_plan(prepare_plan_data(table, made), made, issues);
      FAIL() << column;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(std::string(column).substr(0, 3)), std::string::npos) << error.what();
    }
  }
}

TEST(PlanModels, ATableOfOneRowSaysThatItIsTooSmall) {
  const Plan made = parse_plan("[data]\ntables=['a']\n[[model]]\nid='m'\noutcome='y'\nterms=['x']\n");
  Table one("one.csv", 1);
  one.add({"x", Numbers{1.0}});
  one.add({"y", Numbers{2.0}});
  Issues issues;
  EXPECT_THROW((void)fit_plan(prepare_plan_data(one, made), made, issues), TableError);
}

TEST(PlanData, NamesWhatIsUnknown) {
  const auto message = [](Plan made) -> std::string {
    try {
      (void)prepare_plan_data(people(), made);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
  Plan made = plan({{.id = "m", .outcome = "y", .terms = {"z", "C(nobody)"}}});
  EXPECT_NE(message(made).find("nobody"), std::string::npos);
  made = plan({{.id = "m", .outcome = "y", .terms = {"z"}}});
  made.variables.emplace_back("u", "sex * 2");
  EXPECT_NE(message(made).find("sex"), std::string::npos);
  made.variables.pop_back();
  made.domain = "z > 0";
  EXPECT_NE(message(made).find("standardised over the domain"), std::string::npos);
  made.domain = "age_years > 200";
  EXPECT_NE(message(made).find("holds no row"), std::string::npos);
  made.domain.clear();
  made.psu = "stratum"; // one PSU in each stratum
  EXPECT_FALSE(message(made).empty());
}

TEST(PlanData, CountsEachConditionOfTheDomain) {
  Plan made = plan({{.id = "m", .outcome = "y", .terms = {"z"}}});
  made.domain = "defined(smoking) && age_years > 60";
  const PlanData data = prepare_plan_data(people(), made);
  ASSERT_EQ(data.steps.size(), 2U);
  EXPECT_EQ(data.steps[0].reason, "smoking missing");
  EXPECT_EQ(data.steps[0].removed, 22U); // every eleventh of 240
  EXPECT_EQ(data.steps[1].remaining, data.domain_rows.size());
}

TEST(PlanData, WarnsOfLogarithmsOfZero) {
  Plan made = plan({{.id = "m", .outcome = "y", .terms = {"z"}}});
  made.variables.emplace_back("l", "ln(smoking)");
  EXPECT_TRUE(has_rule(prepare_plan_data(people(), made).issues, "PLAN-UNDEFINED"));
}

} // namespace
} // namespace osteocalc::cohort
