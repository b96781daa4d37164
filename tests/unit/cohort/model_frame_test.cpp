// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/model_frame.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

using Strings = std::vector<std::string>;

TEST(ModelFrame, CompleteRowsStayAndTheOthersAreCountedInOrder) {
  const Table table = parse_csv("y,x,age\n1,2,3\n,2,3\n1,,3\n,,\n4,5,NA\n6,0,1\n7,1,9\n9,9,8\n", "t.csv");
  const ModelFrame frame = model_frame(table, "y", {"x", "age"});
  EXPECT_EQ(frame.formula, "y ~ x + age");
  EXPECT_EQ(frame.rows, (std::vector<std::size_t>{0, 5, 6, 7}));
  EXPECT_EQ(frame.outcome, (std::vector<double>{1, 6, 7, 9}));
  EXPECT_EQ(frame.names, (Strings{"(Intercept)", "x", "age"}));
  EXPECT_EQ(frame.columns[1], (std::vector<double>{2, 0, 1, 9}));
  ASSERT_EQ(frame.excluded.size(), 3U);
  EXPECT_EQ(frame.excluded[0].rows, 2U); // the row that lacks everything counts once, at the first variable
  EXPECT_EQ(frame.excluded[1].rows, 1U);
  EXPECT_EQ(frame.excluded[2].rows, 1U);
}

TEST(ModelFrame, SexAndCategoriesBecomeIndicatorsNamedByTheirLevel) {
  const Table table =
      parse_csv("y,sex,race,site\n1,F,10,b\n2,M,2,a\n3,M,2,b\n4,F,10,c\n5,F,7,a\n6,M,7,a\n7,F,2,c\n", "t.csv");
  const ModelFrame frame = model_frame(table, "y", {"sex", "C(race)", "C(site)"});
  EXPECT_EQ(frame.names, (Strings{"(Intercept)", "sexM", "race7", "race10", "siteb", "sitec"})); // 7 before 10: numbers
  EXPECT_EQ(frame.columns[1], (std::vector<double>{0, 1, 1, 0, 0, 1, 0}));
  EXPECT_EQ(frame.columns[3], (std::vector<double>{1, 0, 0, 1, 0, 0, 0}));
  EXPECT_EQ(frame.columns[4], (std::vector<double>{1, 0, 1, 0, 0, 0, 0}));
}

std::string error_of(const std::string& csv, const Strings& terms) {
  try {
    (void)model_frame(parse_csv(csv, "t.csv"), "y", terms);
  } catch (const TableError& error) {
    return error.what();
  }
  return {};
}

TEST(ModelFrame, WhatCannotBeEstimatedIsNamed) {
  EXPECT_NE(error_of("y,x\n1,2\n2,2\n3,2\n", {"x"}).find("'x' is the same in all 3"), std::string::npos);
  EXPECT_NE(error_of("y,sex\n1,F\n2,F\n3,F\n", {"sex"}).find("'sexM' is the same"), std::string::npos);
  EXPECT_NE(error_of("y,g\n1,4\n2,4\n3,4\n", {"C(g)"}).find("'g' has only one level"), std::string::npos);
  EXPECT_NE(error_of("y,x\n1,2\n2,3\n", {"x"}).find("2 complete rows for 2 coefficients"), std::string::npos);
  EXPECT_NE(error_of("y,x\n1,NA\n,3\n", {"x"}).find("after 'x' none is left"), std::string::npos);
  EXPECT_NE(error_of("y,g\n1,a\n2,b\n3,a\n", {"g"}).find("write C(g)"), std::string::npos);
  EXPECT_NE(error_of("y,x\n1,2\n2,3\n3,3\n", {"rcs(x,4)"}).find("no column 'rcs(x,4)'"), std::string::npos);
}

} // namespace
} // namespace osteocalc::cohort
