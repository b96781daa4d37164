// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/plan.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

const std::string good = R"toml([data]
tables = ["a.csv", "b.xpt"]
key = "SEQN"
missing = { RACE = [], SMQ020 = [7, 9, "refused"] }
[variables]
z = "DXXNKBMD * 10"
aac = "DXXAAC24"
[design]
weights = "w"
strata = "s"
psu = "p"
domain = "defined(aac)"
[[model]]
id = "m2"
family = "linear"
design = "survey"
outcome = "aac"
terms = ["z", "C(race)"]
errors = "classical"
)toml";

std::string message(const std::string& text) {
  try {
    (void)parse_plan(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

std::string changed(const std::string& from, const std::string& to) {
  std::string text = good;
  return text.replace(text.find(from), from.size(), to);
}

TEST(Plan, ReadsWhatTheContractShows) {
  const Plan plan = parse_plan(good);
  EXPECT_EQ(plan.tables.size(), 2U);
  EXPECT_EQ(plan.missing.at("SMQ020"), (std::vector<std::string>{"7", "9", "refused"}));
  ASSERT_EQ(plan.variables.size(), 2U);
  EXPECT_EQ(plan.variables[0].first, "z"); // as written, not alphabetical: later ones may use earlier ones
  EXPECT_EQ(plan.domain, "defined(aac)");
  ASSERT_EQ(plan.models.size(), 1U);
  EXPECT_EQ(plan.models[0].terms, (std::vector<std::string>{"z", "C(race)"}));
  EXPECT_EQ(plan.models[0].design, "survey");
}

TEST(Plan, NamesLineAndKeyOfAMistake) {
  EXPECT_NE(message(changed("psu =", "psus =")).find("line 11: 'psus' is not known"), std::string::npos);
  EXPECT_NE(message(changed("\"linear\"", "\"cubic\"")).find("family 'cubic'"), std::string::npos);
  EXPECT_NE(message(changed("[\"z\", \"C(race)\"]", "\"z\"")).find("must be a list of texts"), std::string::npos);
  EXPECT_NE(message(changed("\"classical\"", "\"hc3\"")).find("hc3"), std::string::npos);
  EXPECT_NE(message(changed("key =", "key = =")).find("plan line 3"), std::string::npos);
  EXPECT_NE(message("[data]\ntables = ['a']\n").find("no [[model]]"), std::string::npos);
  EXPECT_NE(message(good + "[question]\nlead = 'm9'\n").find("m9"), std::string::npos);
}

TEST(Plan, ReadsUnitsAndPublishedNumbers) {
  const Plan plan = parse_plan(good + "[units]\nDXXNKBMD = { unit = 'g/cm2', low = 0.1, high = 3 }\n"
                                      "[[published]]\nsource='P'\noutcome='aac'\nscale='odds_ratio'\nestimate=0.9\n"
                                      "ci_low=0.8\nci_high=1\n");
  EXPECT_EQ(plan.units.at("DXXNKBMD").unit, "g/cm2");
  ASSERT_EQ(plan.published.size(), 1U);
  EXPECT_TRUE(plan.published[0].ratio);
  EXPECT_NE(message(good + "[units]\nx = { unit = 'g', low = 2, high = 1 }\n").find("a low below a high"),
            std::string::npos);
  EXPECT_NE(message(good + "[[published]]\nsource='P'\noutcome='aac'\n").find("published number lacks"),
            std::string::npos);
}

TEST(Plan, ReadsTheLongForm) {
  const std::string text = changed("key =", "long = { level = ['L1', 'L2'], hu = '{level}_hu' }\nkey =");
  ASSERT_EQ(parse_plan(text).long_form.columns.size(), 1U);
  EXPECT_NE(message(changed("key =", "long = { level = ['L1'], hu = 'L1_hu' }\nkey =")).find("{level}"),
            std::string::npos);
}

TEST(Plan, KeysBelongToTheirFamilies) {
  EXPECT_NE(message(changed("\"linear\"", "\"icc\"\ntype = \"best\"")).find("type 'best'"), std::string::npos);
  EXPECT_NE(message(changed("\"linear\"", "\"linear\"\nsplit = \"within\"")).find("split"), std::string::npos);
  EXPECT_NE(message(changed("\"linear\"", "\"kappa\"")).find("takes one term"), std::string::npos);
}

TEST(Plan, SurveyModelsNeedASurvey) {
  EXPECT_NE(message("[data]\ntables=['a']\n[[model]]\nid='x'\ndesign='survey'\noutcome='y'\nterms=['z']\n")
                .find("wants a survey design"),
            std::string::npos);
}

} // namespace
} // namespace osteocalc::cohort
