// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/expression.h"

#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

Table table() {
  Table made("people", 3);
  made.add({"a", Numbers{1.0, 2.0, std::nullopt}});
  made.add({"b", Numbers{4.0, 0.0, 5.0}});
  made.add({"sex", Texts{"F", "M", std::nullopt}});
  made.add({"odd name", Numbers{7.0, 8.0, 9.0}});
  return made;
}

Numbers values(const std::string& text, std::vector<bool> domain = {true, true, true}) {
  return Expression::parse(text).evaluate(table(), domain);
}
double constant(const std::string& text) {
  return *values(text)[0];
}

// What muParser 2.3.3 answers to the same texts.
TEST(Expression, HasMuParsersGrammar) {
  for (const auto& [text, expected] : std::vector<std::pair<std::string, double>>{
           {"-2^2", -4},      {"2^3^2", 512},    {"2^-1", 0.5},    {"1<2==1", 1},     {"1||0&&0", 1},
           {"rint(2.5)", 3},  {"1?2:0?3:4", 2},  {"sign(-3)", -1}, {"3-2-1", 0},      {"1e3+.5", 1000.5},
           {"avg(1,2,6)", 3}, {"sum(1,2)", 3},   {"2-3*4/6", 0},   {"2*-3", -6},      {"1+1>1", 1},
           {"min(3,1,2)", 1}, {"max(3,1,2)", 3}, {"1==1==1", 1},   {"log10(100)", 2}, {"+2", 2}})
    EXPECT_DOUBLE_EQ(constant(text), expected) << text;
  EXPECT_NEAR(constant("log(100)"), 4.60517, 1e-5);
  EXPECT_NEAR(constant("atan2(1,2)"), 0.463648, 1e-6);
  EXPECT_NEAR(constant("_pi + _e"), 5.859874, 1e-6);
}

TEST(Expression, WhatIsComputedFromAMissingValueIsMissing) {
  EXPECT_EQ(values("a + b"), (Numbers{5.0, 2.0, std::nullopt}));
  EXPECT_EQ(values("a > 1"), (Numbers{0.0, 1.0, std::nullopt}));
  EXPECT_EQ(values("b > 0 || a > 1"), (Numbers{1.0, 1.0, std::nullopt}));
  EXPECT_EQ(values("max(a, b)"), (Numbers{4.0, 2.0, std::nullopt}));
  EXPECT_EQ(values("a > 1 ? 5 : 6"), (Numbers{6.0, 5.0, std::nullopt}));
  EXPECT_EQ(values("defined(a) ? a : 0"), (Numbers{1.0, 2.0, 0.0}));
  EXPECT_EQ(values("defined(sex)"), (Numbers{1.0, 1.0, 0.0}));
}

TEST(Expression, WhatIsNotFiniteIsMissing) {
  EXPECT_EQ(values("a / b"), (Numbers{0.25, std::nullopt, std::nullopt}));
  EXPECT_EQ(values("ln(b)")[1], std::nullopt);
  EXPECT_EQ(values("defined(ln(b))"), (Numbers{1.0, 0.0, 1.0}));
}

TEST(Expression, TextIsComparedAndNamesMayBeQuoted) {
  EXPECT_EQ(values("sex == \"F\""), (Numbers{1.0, 0.0, std::nullopt}));
  EXPECT_EQ(values("\"F\" != sex"), (Numbers{0.0, 1.0, std::nullopt}));
  EXPECT_EQ(values("`odd name` - 7"), (Numbers{0.0, 1.0, 2.0}));
  EXPECT_EQ(quoted_name("odd name"), "`odd name`");
  EXPECT_EQ(quoted_name("DXXNKBMD"), "DXXNKBMD");
}

TEST(Expression, StandardizesOverTheDomain) {
  const Numbers all = values("standardize(b)"), two = values("standardize(b)", {true, true, false});
  EXPECT_NEAR(*all[0] + *all[1] + *all[2], 0, 1e-12);
  EXPECT_NEAR(*two[0], std::sqrt(0.5), 1e-12); // 4 and 0: mean 2, SD with n - 1 = sqrt(8)
  EXPECT_NEAR(*two[2], 3 / std::sqrt(8), 1e-12);
  EXPECT_THROW((void)values("standardize(b)", {true, false, false}), TableError);
}

TEST(Expression, CutsItselfIntoReasons) {
  const auto parts = Expression::parse("defined(a) && (b > 1 || a > 2) && b < 9").conjuncts();
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].text(), "defined(a)");
  EXPECT_EQ(parts[1].text(), "b > 1 || a > 2");
  EXPECT_EQ(Expression::parse("defined(a) && b > 1").needed(), std::vector<std::string>{"b"});
}

TEST(Expression, SaysWhereItCannotBeRead) {
  for (const char* text : {"", "a +", "(a", "a b", "nope(a)", "log(a,b)", "a ? 1", "`a", "\"x", "--2", "5 % 3"})
    EXPECT_THROW((void)Expression::parse(text), ConfigError) << text;
  EXPECT_THROW((void)values("unknown + 1"), TableError);
  EXPECT_THROW((void)values("sex + 1"), TableError);
  EXPECT_THROW((void)values("\"F\" + 1"), ConfigError);
}

} // namespace
} // namespace osteocalc::cohort
