// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/formula.h"

#include "osteocalc/core/error.h"
#include "unit/cohort/simulated.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

Table people() {
  Table table = testing::simulated_people({.n = 200}, 3);
  Numbers race;
  for (std::size_t i = 0; i < 200; ++i)
    race.emplace_back(i % 3 == 0 ? 1.0 : i % 3 == 1 ? 2.0 : 7.0);
  race[5].reset();
  table.add({"race", race});
  return table;
}

std::vector<std::string> names(const std::vector<std::string>& terms) {
  return formula_frame(people(), "score", terms).names;
}

TEST(Formula, NamesItsColumns) {
  EXPECT_EQ(names({"bmd", "C(race)", "sex"}),
            (std::vector<std::string>{"(Intercept)", "bmd", "race2", "race7", "sexM"}));
  EXPECT_EQ(names({"rcs(bmd,4)"}),
            (std::vector<std::string>{"(Intercept)", "rcs(bmd,4)1", "rcs(bmd,4)2", "rcs(bmd,4)3"}));
  EXPECT_EQ(names({"bmd*sex", "age_years"}),
            (std::vector<std::string>{"(Intercept)", "bmd", "sexM", "age_years", "bmd:sexM"}));
  EXPECT_EQ(names({"C(race):bmd"}), (std::vector<std::string>{"(Intercept)", "race2:bmd", "race7:bmd"}));
}

TEST(Formula, InteractionsAreProducts) {
  const ModelFrame frame = formula_frame(people(), "score", {"bmd*C(race)"});
  const auto at = [&](const std::string& name) { return frame.columns[column_index(frame, name)]; };
  const auto bmd = at("bmd"), race7 = at("race7"), product = at("bmd:race7");
  for (std::size_t i = 0; i < bmd.size(); ++i)
    EXPECT_EQ(product[i], bmd[i] * race7[i]);
  EXPECT_EQ(frame.rows.size(), 199U);
  EXPECT_EQ(frame.formula, "score ~ bmd*C(race)");
}

TEST(Formula, VariablesMayBeExpressionsWithCommasAndStars) {
  EXPECT_EQ(formula_variables({"rcs(max(a,b),3)", "log1p(x*y)", "C(`odd:name`)", "u:v"}),
            (std::vector<std::string>{"max(a,b)", "log1p(x*y)", "odd:name", "u", "v"}));
}

TEST(Formula, RefusesWhatItCannotRead) {
  for (const char* term : {"", "a:", "a*b*c", "rcs(bmd,x)", "rcs(bmd,4,5)", "a*b:c"})
    EXPECT_THROW((void)parse_terms({term}), ConfigError) << term;
  EXPECT_THROW((void)names({"nobody"}), TableError);
  EXPECT_THROW((void)names({"rcs(bmd,9)"}), TableError);
}

} // namespace
} // namespace osteocalc::cohort
