// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/progression.h"

#include "osteocalc/cohort/analysis.h"
#include "osteocalc/cohort/csv.h"
#include "osteocalc/cohort/random.h"
#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

const std::string section = R"toml([data]
tables = ["trial.csv"]
[variables]
treated = 'arm == "drug"'
[progression]
first = "volume_1"
second = "volume_2"
years = "years"
bone_first = "bmd_1"
bone_second = "bmd_2"
precision_error = 3
arm = "treated"
adjust = ["age_years"]
)toml";

Numbers column(const std::string& csv, const std::string& name) {
  Plan plan = parse_plan(section);
  return prepare_plan_data(parse_csv(csv, "trial.csv"), plan).table.numbers(name);
}

TEST(Progression, VariablesByHand) {
  const std::string csv = "volume_1,volume_2,years,bmd_1,bmd_2,arm,age_years\n"
                          "100,156.25,4,120,111.6,drug,60\n" // root 10 to 12.5: at Hokanson's edge; loss of 8.4
                          "100,156.24,2.5,120,114,placebo,61\n"
                          "0,6.25,1,120,111.7,drug,62\n" // 8.3 is within 2.77 x 3 = 8.31
                          "400,100,1,120,130,placebo,63\n";
  EXPECT_EQ(column(csv, "calcium_progressed"), (Numbers{1, 0, 1, 0}));
  EXPECT_EQ(column(csv, "bone_lost"), (Numbers{1, 0, 0, 0}));
  EXPECT_NEAR(*column(csv, "calcium_sqrt_per_year")[0], 2.5 / 4, 1e-12);
  EXPECT_NEAR(*column(csv, "calcium_log_per_year")[2], std::log(7.25), 1e-12);
  EXPECT_NEAR(*column(csv, "bone_percent_per_year")[1], -2, 1e-12);
}

/// 400 people whose calcium grows the more the faster they lose bone (0.3 mm^1.5 a year for each per cent); the drug
/// changes growth by `effect`.
Table trial(double effect) {
  RandomStream random(7, 0);
  Numbers v1, v2, years, b1, b2, age;
  Texts arm;
  for (int i = 0; i < 400; ++i) {
    const bool drug = i % 2 == 0;
    const double time = 2 + random.uniform(), loss = -1.5 + random.normal(), root = 8 + 4 * random.uniform();
    const double growth = 1 - 0.3 * loss + effect * drug + 0.4 * random.normal();
    v1.emplace_back(root * root);
    v2.emplace_back(std::pow(std::fmax(0, root + growth * time), 2));
    years.emplace_back(time);
    b1.emplace_back(120 + 10 * random.normal());
    b2.emplace_back(*b1.back() * (1 + loss / 100 * time));
    arm.emplace_back(drug ? "drug" : "placebo");
    age.emplace_back(50 + 20 * random.uniform());
  }
  Table table("trial.csv", 400);
  for (const auto& [name, cells] : std::vector<std::pair<std::string, Numbers>>{
           {"volume_1", v1}, {"volume_2", v2}, {"years", years}, {"bmd_1", b1}, {"bmd_2", b2}, {"age_years", age}})
    table.add({name, cells});
  table.add({"arm", arm});
  return table;
}

CohortResult analyzed(double effect) {
  const Plan plan = parse_plan(section);
  return analyze_models(prepare_plan_data(trial(effect), plan), plan);
}

bool says(const CohortResult& result, const std::string& words) {
  for (const std::string& finding : result.findings)
    if (finding.find(words) != std::string::npos)
      return true;
  return false;
}

TEST(Progression, BoneLossIsFoundInBothArmsAndNoDrugEffectIsSaid) {
  const CohortResult result = analyzed(0);
  EXPECT_EQ(result.lead, "progression_sqrt");
  for (const char* id : {"progression_sqrt", "progression_sqrt_treated", "progression_sqrt_control"}) {
    const Term& slope = exposure_slope(fitted(result, id));
    EXPECT_TRUE(*slope.ci_low < -0.3 && -0.3 < *slope.ci_high) << id << " " << slope.estimate;
  }
  EXPECT_NO_THROW((void)fitted(result, "progression_log"));
  EXPECT_GT(exposure_slope(fitted(result, "progression_hokanson")).estimate, 0);
  EXPECT_TRUE(says(result, "No difference in the progression of calcium between the arms (treated) is shown"));
  EXPECT_FALSE(says(result, "differs between the arms"));
}

TEST(Progression, ADrugEffectIsSaidToo) {
  const CohortResult result = analyzed(-0.5);
  EXPECT_TRUE(says(result, "The progression of calcium differs between the arms (treated)"));
  const Term& arm = exposure_slope(fitted(result, "arm_sqrt"));
  EXPECT_TRUE(*arm.ci_low < -0.5 && -0.5 < *arm.ci_high) << arm.estimate;
}

TEST(Progression, ScansInTheWrongOrderAreNamed) {
  try {
    (void)column("volume_1,volume_2,years,bmd_1,bmd_2,arm,age_years\n1,2,-3,4,5,drug,60\n", "treated");
    FAIL();
  } catch (const TableError& error) {
    EXPECT_NE(std::string(error.what()).find("'years' leaves 0.01 to 100 years"), std::string::npos) << error.what();
  }
}

TEST(Progression, NamesOfItsOwnAreKept) {
  std::string text = section;
  text.insert(text.find("[progression]"), "bone_lost = 'bmd_1 > bmd_2'\n");
  EXPECT_THROW((void)parse_plan(text), ConfigError);
}

} // namespace
} // namespace osteocalc::cohort
