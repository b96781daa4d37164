// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/units.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

Plan declared(const std::string& column, Quantity quantity) {
  Plan plan;
  plan.units[column] = quantity;
  return plan;
}

TEST(Units, ADeclaredRangeThatIsLeftNamesColumnRowsAndValue) {
  const Table table = parse_csv("bmd\n0.8\n\n812\n790\n", "a.csv");
  try {
    (void)check_units(table, declared("bmd", {"g/cm2", 0.2, 2}));
    FAIL();
  } catch (const TableError& error) {
    EXPECT_NE(std::string(error.what()).find("'bmd' leaves 0.2 to 2 g/cm2 in 2 of 3 rows, first 812 in row 2"),
              std::string::npos)
        << error.what();
  }
  EXPECT_TRUE(check_units(table, declared("bmd", {"mg/cm2", 0.2, 2000})).empty());
}

TEST(Units, ADeclaredColumnMustBeThereAndHoldNumbers) {
  EXPECT_THROW((void)check_units(parse_csv("a\n1\n", "a.csv"), declared("b", {"HU", 0, 1})), TableError);
  EXPECT_THROW((void)check_units(parse_csv("a\nx\n", "a.csv"), declared("a", {"HU", 0, 1})), TableError);
}

TEST(Units, NamesThatEndInAUnitAreCheckedWithoutBeingAsked) {
  const Table table = parse_csv("age_years,L1_hu,abmd_hip_g_cm2,aac24\n61,150,0.8,3\n-9,140,812,24\n", "a.csv");
  const Issues issues = check_units(table, {});
  ASSERT_EQ(issues.size(), 2U);
  EXPECT_EQ(issues[0].where, "age_years");
  EXPECT_EQ(issues[1].where, "abmd_hip_g_cm2");
  EXPECT_EQ(issues[1].rule, "COHORT-UNIT");
}

} // namespace
} // namespace osteocalc::cohort
