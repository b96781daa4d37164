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

TEST(Plan, SurveyModelsNeedASurvey) {
  EXPECT_NE(message("[data]\ntables=['a']\n[[model]]\nid='x'\ndesign='survey'\noutcome='y'\nterms=['z']\n")
                .find("wants a survey design"),
            std::string::npos);
}

} // namespace
} // namespace osteocalc::cohort
