// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/analysis.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/core/error.h"
#include "support/test_path.h"
#include "unit/cohort/simulated.h"

#include <cmath>
#include <fstream>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

CohortRequest request(std::vector<std::string> adjust = {"age_years", "sex"}) {
  return {.outcome = "score", .exposure = "bmd", .adjust = std::move(adjust)};
}

TEST(AnalyzeTable, RecoversAKnownSlope) {
  int covered = 0;
  constexpr int repeats = 200;
  for (unsigned seed = 0; seed < repeats; ++seed) {
    const Plan plan = short_plan(request());
    const CohortResult result =
        analyze_models(prepare_plan_data(testing::simulated_people({.n = 120, .bone_slope = -0.01}, seed), plan), plan);
    const Term& slope = exposure_slope(fitted(result, "adjusted_unit"));
    covered += *slope.ci_low <= -0.01 && -0.01 <= *slope.ci_high;
  }
  EXPECT_GE(covered, 178); // 190 expected, four binomial standard deviations are 12
  EXPECT_LE(covered, 200);
}

TEST(AnalyzeTable, AdjustmentRemovesWhatIsAgeAlone) {
  const CohortResult result = analyze_table(testing::simulated_people({.n = 2000}, 1), request());
  const Term& crude = exposure_slope(fitted(result, "crude_sd"));
  EXPECT_LT(*crude.ci_high, -0.1);
  EXPECT_TRUE(covers_zero(exposure_slope(fitted(result, "adjusted_sd"))));
  EXPECT_NEAR(*share_removed(result), 1, 0.15);
  EXPECT_TRUE(has_rule(result.issues, "COHORT-CONFOUNDED"));
}

TEST(AnalyzeTable, SlopePerSdIsTheSlopePerUnitTimesTheSd) {
  const CohortResult result = analyze_table(testing::simulated_people({.bone_slope = -0.01}, 2), request());
  for (const std::string id : {"crude", "adjusted"}) {
    const Term &per_sd = exposure_slope(fitted(result, id + "_sd")),
               &per_unit = exposure_slope(fitted(result, id + "_unit"));
    EXPECT_NEAR(per_sd.estimate, per_unit.estimate * result.exposure_sd, 1e-10);
    EXPECT_NEAR(*per_sd.statistic, *per_unit.statistic, 1e-8);
  }
}

TEST(AnalyzeTable, MissingAdjustmentLeavesTheCrudeModelItsRowsAndComparesTheSamePeople) {
  Table table = testing::simulated_people({.n = 100, .bone_slope = -0.01}, 4);
  Numbers bmi(100, 25.0);
  for (std::size_t row = 0; row < 100; ++row)
    bmi[row] = row < 30 ? std::nullopt : std::optional(20 + 0.1 * static_cast<double>(row % 17));
  table.add({"bmi", bmi});
  const CohortResult result = analyze_table(table, request({"age_years", "bmi"}));
  EXPECT_EQ(fitted(result, "crude_sd").model.n, 100U);
  EXPECT_EQ(fitted(result, "adjusted_sd").model.n, 70U);
  ASSERT_NE(crude_model(result), nullptr);
  EXPECT_EQ(crude_model(result)->model.n, 70U);
  EXPECT_EQ(result.flow.rows, 100U);
  const FlowStep& last = result.flow.steps.back();
  EXPECT_EQ(last.reason, "adjustment bmi missing");
  EXPECT_EQ(last.removed, 30U);
  EXPECT_EQ(last.remaining, 70U);
  const double crude = exposure_slope(*crude_model(result)).estimate;
  const double adjusted = exposure_slope(fitted(result, "adjusted_sd")).estimate;
  EXPECT_NEAR(*share_removed(result), 1 - adjusted / crude, 1e-12);
  EXPECT_EQ(result.models.size(), 7U); // five of the plan, two crude ones on the same people
}

TEST(AnalyzeTable, WithoutAdjustmentItSaysSo) {
  const CohortResult result = analyze_table(testing::simulated_people({}, 5), request({}));
  EXPECT_EQ(crude_model(result), nullptr);
  EXPECT_TRUE(has_rule(result.issues, "COHORT-CRUDE"));
  EXPECT_FALSE(share_removed(result).has_value());
  EXPECT_EQ(result.findings.front().find("Crude, without any adjustment"), 0U);
}

TEST(AnalyzeTable, PointsCarryTheirGroup) {
  const CohortResult result = analyze_table(testing::simulated_people({.n = 50}, 6), request());
  EXPECT_EQ(result.group_column, "sex");
  ASSERT_EQ(result.points.size(), 50U);
  EXPECT_TRUE(result.points[0].group == "F" || result.points[0].group == "M");
}

TEST(AnalyzeTable, RefusesWhatItCannotAnswer) {
  const Table people = testing::simulated_people({.n = 50}, 7);
  EXPECT_THROW((void)analyze_table(people, {.outcome = "score", .exposure = "bmd", .adjust = {"bmd"}}), ConfigError);
  EXPECT_THROW((void)analyze_table(people, {.outcome = "score", .exposure = "bmd", .adjust = {"sex", "C(sex)"}}),
               ConfigError);
  EXPECT_THROW((void)analyze_table(people, {.outcome = "score", .exposure = "sex"}), TableError);
  Table negative = people;
  negative.add({"odd", Numbers(50, -1.0)});
  EXPECT_THROW((void)analyze_table(negative, {.outcome = "odd", .exposure = "bmd"}), TableError);
}

class RunCohort : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::filesystem::path folder_ = test::test_path();
};

TEST_F(RunCohort, JoinsOnTheOneSharedColumnAndCountsWhoIsThere) {
  const auto people = write("people.csv", "subject,age\na,50\nb,60\nc,70\nd,80\ne,55\nf,65\n");
  const auto calcium = write("calcium.csv", "subject,score\na,0\nb,10\nc,200\nd,900\ne,3\nz,1\n");
  const auto bone = write("bone.csv", "subject,bmd\na,180\nb,150\nc,130\nd,90\nf,120\ne,160\n");
  const CohortResult result = run_cohort({.tables = {people, calcium, bone}, .outcome = "score", .exposure = "bmd"});
  EXPECT_EQ(result.key, "subject");
  EXPECT_EQ(fitted(result, "crude_sd").model.n, 5U);
  ASSERT_EQ(result.flow.tables.size(), 3U);
  EXPECT_EQ(result.flow.tables[1].name, "calcium.csv");
  EXPECT_EQ(result.flow.tables[1].matched, 5U);
  EXPECT_EQ(result.flow.tables[1].left_over, 1U);
  EXPECT_EQ(result.flow.tables[1].sha256.size(), 64U);
  EXPECT_EQ(result.flow.steps[0].removed, 1U); // f has no score
}

TEST_F(RunCohort, AnUnclearKeyIsAskedFor) {
  const auto a = write("a.csv", "id,sex,x\n1,F,1\n2,M,2\n");
  const auto b = write("b.csv", "id,sex,y\n1,F,1\n2,M,2\n");
  EXPECT_THROW((void)run_cohort({.tables = {a, b}, .outcome = "y", .exposure = "x"}), TableError);
}

TEST_F(RunCohort, AFactorWithARareLevelLosesItsModelAndNothingElse) {
  std::string text = "subject,x,y,rare\n";
  for (int i = 0; i < 12; ++i)
    text += std::to_string(i) + "," + std::to_string(100 - 3 * i + (i * i) % 7) + "," + std::to_string(5 * i + i % 3) +
            "," + (i == 4 ? "1" : "0") + "\n";
  const auto people = write("people.csv", text);
  const CohortResult result = run_cohort({.tables = {people}, .outcome = "y", .exposure = "x", .adjust = {"rare"}});
  EXPECT_TRUE(has_rule(result.issues, "COHORT-MODEL"));
  EXPECT_EQ(result.lead, "crude_sd");
  EXPECT_EQ(result.findings.front().find("Model adjusted_sd, which was to answer, could not be fitted"), 0U);
}

TEST_F(RunCohort, APlanGivesWhatItsShortFormGives) {
  std::string text = "subject,x,y\n";
  for (int i = 0; i < 20; ++i)
    text += std::to_string(i) + "," + std::to_string(100 - 3 * i + (i * i) % 7) + "," + std::to_string(5 * i + i % 3) +
            "\n";
  const CohortRequest asked{.tables = {write("people.csv", text)}, .outcome = "y", .exposure = "x"};
  const CohortResult brief = run_cohort(asked);
  std::ofstream(folder_ / "plan.toml") << brief.plan.text;
  const CohortResult full = run_plan(read_plan(folder_ / "plan.toml"));
  EXPECT_EQ(full.plan_sha256, brief.plan_sha256);
  EXPECT_EQ(full.findings, brief.findings);
}

TEST_F(RunCohort, RowsOfAReaderAreCounted) {
  const auto a =
      write("a.csv", "subject,x,y,review\n1,1,2,reviewed\n2,2,1,\n3,3,5,unresolved\n4,4,4,reviewed\n5,6,1,\n");
  const CohortResult result = run_cohort({.tables = {a}, .outcome = "y", .exposure = "x"});
  const auto said = std::ranges::find(result.issues, "COHORT-REVIEWED", &Issue::rule);
  ASSERT_NE(said, result.issues.end());
  EXPECT_EQ(said->text.find("2 of 5 rows"), 0U) << said->text;
  EXPECT_TRUE(has_rule(result.issues, "COHORT-UNRESOLVED"));
}

TEST_F(RunCohort, RepeatedPeopleAreFlagged) {
  const auto a = write("a.csv", "subject,x,y\n1,1,2\n1,2,1\n2,3,5\n3,4,4\n4,6,1\n");
  EXPECT_TRUE(has_rule(run_cohort({.tables = {a}, .outcome = "y", .exposure = "x"}).issues, "COHORT-REPEATED"));
}

} // namespace
} // namespace osteocalc::cohort
