// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/table.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

TEST(Table, AnUnknownColumnIsNamedBesideTheKnownOnes) {
  const Table table = parse_csv("age,bmd\n1,2\n", "a.csv");
  try {
    (void)table.column("Age");
    FAIL();
  } catch (const TableError& error) {
    EXPECT_STREQ(error.what(), "a.csv has no column 'Age' (names are case-sensitive); it has age, bmd");
  }
}

TEST(Table, TextAskedForAsNumbersNamesFileLineAndCell) {
  const Table table = parse_csv("age,bmd\n1,2\n3,<5\n", "a.csv");
  try {
    (void)table.numbers("bmd");
    FAIL();
  } catch (const TableError& error) {
    EXPECT_NE(std::string(error.what()).find("'bmd' holds text: a.csv line 3 holds '<5'"), std::string::npos);
  }
}

TEST(Table, ColumnsMustBeNewAndAsLongAsTheTable) {
  Table table = parse_csv("a\n1\n2\n", "a.csv");
  EXPECT_THROW(table.add({"a", Numbers(2)}), TableError);
  EXPECT_THROW(table.add({"b", Numbers(3)}), TableError);
}

TEST(LeftJoin, KeepsEveryLeftRowAndLeavesGapsMissing) {
  const Table left = parse_csv("id,x\n3,30\n1,10\n,0\n2,20\n", "l.csv");
  const Table right = parse_csv("id,y\n1,0.5\n2,0.25\n9,7\n", "r.csv");
  const Join join = left_join(left, right, "id");
  EXPECT_EQ(join.matched, 2U);
  EXPECT_EQ(join.left_over, 1U);
  EXPECT_EQ(join.table.numbers("x"), (Numbers{30, 10, 0, 20}));
  EXPECT_EQ(join.table.numbers("y"), (Numbers{std::nullopt, 0.5, std::nullopt, 0.25}));
}

TEST(LeftJoin, TextKeysMatchExactly) {
  const Table left = parse_csv("id,x\n007,1\n7a,2\n", "l.csv");
  const Table right = parse_csv("id,y\n7a,5\n07,6\n", "r.csv");
  EXPECT_EQ(left_join(left, right, "id").table.numbers("y"), (Numbers{std::nullopt, 5}));
}

TEST(LeftJoin, RefusesRepeatedKeysAndColumnsThatClash) {
  const Table left = parse_csv("id,x\n1,1\n1,2\n", "l.csv");
  EXPECT_NO_THROW((void)left_join(left, parse_csv("id,y\n1,5\n", "r.csv"), "id")); // one value for two rows is fine
  EXPECT_THROW((void)left_join(left, parse_csv("id,y\n1,5\n1,6\n", "r.csv"), "id"), TableError);
  EXPECT_THROW((void)left_join(left, parse_csv("id,x\n1,5\n", "r.csv"), "id"), TableError);
}

TEST(LongTable, HasARowForEachLevelOfEachPerson) {
  const Table wide = parse_csv("id,sex,L1_hu,L2_hu,ao_L1,other\n1,F,100,90,5,x\n2,M,,80,7,y\n", "w.csv");
  const Table turned = long_table(wide, {"L1", "L2", "L3"}, {{"density", "{level}_hu"}, {"calcium", "ao_{level}"}});
  ASSERT_EQ(turned.rows(), 6U);
  EXPECT_EQ(cell_text(turned.column("level"), 1), "L2");
  EXPECT_EQ(turned.numbers("density"), (Numbers{100, 90, std::nullopt, std::nullopt, 80, std::nullopt}));
  EXPECT_EQ(turned.numbers("calcium"), (Numbers{5, std::nullopt, std::nullopt, 7, std::nullopt, std::nullopt}));
  EXPECT_EQ(turned.numbers("id"), (Numbers{1, 1, 1, 2, 2, 2}));
  EXPECT_EQ(turned.find("L1_hu"), nullptr);
  EXPECT_THROW((void)long_table(wide, {"L1"}, {{"density", "{level}_bmd"}}), TableError);
}

TEST(SelectRows, TakesRowsInTheOrderAsked) {
  const Table table = parse_csv("x,s\n1,a\n,b\n3,c\n", "a.csv");
  const Table selected = select_rows(table, {2, 1});
  EXPECT_EQ(selected.numbers("x"), (Numbers{3, std::nullopt}));
  EXPECT_EQ(cell_text(selected.column("s"), 0), "c");
}

} // namespace
} // namespace osteocalc::cohort
