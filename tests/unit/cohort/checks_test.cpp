// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/checks.h"

#include "osteocalc/cohort/analysis.h"
#include "osteocalc/cohort/linear.h"
#include "unit/cohort/simulated.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

CohortResult analysed(double bone_slope, std::uint32_t seed, const std::function<void(Plan&)>& change = {}) {
  const Table table = testing::simulated_people({.n = 600, .bone_slope = bone_slope}, seed);
  Plan plan = short_plan({.outcome = "score", .exposure = "bmd", .adjust = {"age_years", "sex"}});
  if (change)
    change(plan);
  return analyze_plan(prepare_plan_data(table, plan), plan, {2});
}

TEST(SpecificationCurve, HoldsTheLeadAndIsSortedOutOnOneScale) {
  const CohortResult result = analysed(-0.01, 1);
  const ModelSpec& lead = lead_model(result).spec;
  bool found = false;
  for (const Specification& one : result.specifications) {
    EXPECT_TRUE(one.failure.empty()) << one.failure;
    if (one.spec.terms == lead.terms) {
      found = true;
      EXPECT_NEAR(one.slope, exposure_slope(lead_model(result)).estimate, 1e-12);
    }
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(result.specifications.size(), 4U); // none, without age, without sex, both
}

TEST(Checks, AgeAloneExplainsAPurelyAgeDrivenSlope) {
  EXPECT_NEAR(*analysed(0, 2).age_share, 1, 0.2);
}

TEST(Checks, LeavingOneOutIsRefittingWithoutIt) {
  const CohortResult result = analysed(-0.01, 3);
  const Plan plan = result.plan;
  const PlanData data = prepare_plan_data(testing::simulated_people({.n = 600, .bone_slope = -0.01}, 3), plan);
  const ModelFrame frame = plan_frame(data, lead_model(result).spec);
  double low = 1e9;
  for (std::size_t i = 0; i < frame.rows.size(); ++i) {
    std::vector<bool> keep(frame.rows.size(), true);
    keep[i] = false;
    low = std::min(low, fit_linear(keep_rows(frame, keep), Errors::Classical).terms[1].estimate);
  }
  EXPECT_NEAR(result.checks.influence->low, low, 1e-9);
}

TEST(Checks, ASlopeThatTurnsWithinAStratumIsFlagged) {
  Table table = testing::simulated_people({.n = 600, .bone_slope = -0.01}, 4);
  const auto& sexes = std::get<Texts>(table.column("sex").cells);
  Numbers turned = table.numbers("score");
  for (std::size_t i = 0; i < 600; ++i)
    if (sexes[i] == "M" && *table.numbers("bmd")[i] > 0)
      turned[i] = std::expm1(3 + 0.02 * *table.numbers("bmd")[i] + 0.1 * static_cast<double>(i % 5));
  table.add({"turned", turned});
  Plan plan = short_plan({.outcome = "turned", .exposure = "bmd", .adjust = {"age_years", "sex"}});
  const CohortResult result = analyze_plan(prepare_plan_data(table, plan), plan);
  const double crude = exposure_slope(*crude_model(result)).estimate;
  bool expected = false; // one of the two stands on the other side of the crude slope
  for (const StrataCheck& check : result.strata)
    for (const StratumSlope& stratum : check.strata)
      expected = expected || (stratum.slope && !covers_zero(*stratum.slope) && stratum.slope->estimate * crude < 0);
  EXPECT_TRUE(expected);
  EXPECT_TRUE(has_rule(result.issues, "COHORT-SIMPSON"));
}

TEST(Checks, TheCurveOfAStraightRelationIsStraight) {
  const CohortResult result = analysed(-0.01, 5);
  const auto& curve = *result.checks.dose_response;
  ASSERT_EQ(curve.tests.size(), 2U);
  EXPECT_LT(curve.tests[0].p, 0.001);
  EXPECT_GT(curve.tests[1].p, 0.01);
  for (const CurvePoint& point : curve.points) {
    EXPECT_LE(point.low, point.estimate);
    EXPECT_LE(point.estimate, point.high);
  }
}

TEST(Checks, MeasurementErrorMakesTheTrueSlopeSteeper) {
  const CohortResult result = analysed(-0.01, 6, [](Plan& plan) { plan.question.precision_error = 0.3; });
  const double naive = exposure_slope(lead_model(result)).estimate;
  ASSERT_TRUE(result.checks.measurement);
  EXPECT_NEAR(result.checks.measurement->reliability, 0.91, 1e-9); // 1 - 0.3^2 of an exposure with SD 1
  EXPECT_LT(result.checks.measurement->calibrated->estimate, naive);
  EXPECT_LT(*result.checks.measurement->simex, naive);
}

TEST(Checks, ScanPropertiesThatVaryAreAdjustedForTheSameAsOthers) {
  Table table = testing::simulated_people({.n = 300, .bone_slope = -0.01}, 7);
  Numbers kvp;
  for (std::size_t i = 0; i < 300; ++i)
    kvp.emplace_back(i % 3 == 0 ? 100.0 : 120.0);
  table.add({"kvp_kv", kvp});
  table.add({"contrast", Texts(300, "none")}); // does not vary: says nothing
  const Plan plan = short_plan({.outcome = "score", .exposure = "bmd", .adjust = {"age_years", "sex"}});
  const CohortResult result = analyze_plan(prepare_plan_data(table, plan), plan);
  ASSERT_TRUE(result.checks.physics);
  EXPECT_EQ(result.checks.physics->terms, std::vector<std::string>{"kvp_kv"});
  const CohortResult named =
      analyze_table(table, {.outcome = "score", .exposure = "bmd", .adjust = {"age_years", "sex", "kvp_kv"}});
  EXPECT_DOUBLE_EQ(result.checks.physics->slope.estimate, exposure_slope(lead_model(named)).estimate);
}

TEST(Checks, AControlThatIsNotNullIsFlagged) {
  const auto file = std::filesystem::path(::testing::TempDir()) / "control.csv";
  std::ofstream stream(file);
  stream << "bmd,score\n";
  for (int i = 0; i < 40; ++i)
    stream << 100 + i << ',' << 500 - 10 * i + (i * i) % 11 << '\n'; // falls with bmd though nobody has a disease
  stream.close();
  const CohortResult result = analysed(-0.01, 8, [&](Plan& plan) { plan.question.negative_control = file.string(); });
  ASSERT_TRUE(result.control);
  EXPECT_EQ(result.control->n, 40U);
  EXPECT_TRUE(has_rule(result.issues, "COHORT-CONTROL"));
  std::filesystem::remove(file);
}

} // namespace
} // namespace osteocalc::cohort
