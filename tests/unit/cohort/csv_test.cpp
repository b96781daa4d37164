// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/csv.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

std::string error_of(std::string_view text) {
  try {
    (void)parse_csv(text, "t.csv");
  } catch (const TableError& error) {
    return error.what();
  }
  return {};
}

TEST(Csv, ReadsNumbersTextAndMissingCells) {
  const Table table = parse_csv("id,x,s\n1,2.5,F\n2,,M\n3,NA,\n4,-1e3,null\n", "t.csv");
  ASSERT_EQ(table.rows(), 4U);
  EXPECT_EQ(table.numbers("x"), (Numbers{2.5, std::nullopt, std::nullopt, -1000}));
  EXPECT_EQ(cell_text(table.column("s"), 1), "M");
  EXPECT_TRUE(is_missing(table.column("s"), 2));
  EXPECT_TRUE(is_missing(table.column("s"), 3));
}

TEST(Csv, ZeroIsAValueAndNotMissing) {
  const Table table = parse_csv("x\n0\nNA\n", "t.csv");
  EXPECT_FALSE(is_missing(table.column("x"), 0));
  EXPECT_TRUE(is_missing(table.column("x"), 1));
}

TEST(Csv, QuotesHoldCommasQuotesAndLineEnds) {
  const Table table = parse_csv("\"a\",\"b,c\"\r\n\"say \"\"hi\"\"\",\"two\nlines\"\r\n", "t.csv");
  EXPECT_EQ(cell_text(table.column("a"), 0), "say \"hi\"");
  EXPECT_EQ(cell_text(table.column("b,c"), 0), "two\nlines");
}

TEST(Csv, ByteOrderMarkBlankLinesAndAnyLineEndAreHarmless) {
  for (const char* text :
       {"\xEF\xBB\xBFx,y\n1,2\n3,4\n", "x,y\r\n1,2\r\n\r\n3,4", "x,y\r1,2\r3,4\r", "x,y\n1,2\n3,4\n\n\n"}) {
    const Table table = parse_csv(text, "t.csv");
    EXPECT_EQ(table.numbers("x"), (Numbers{1, 3})) << text;
    EXPECT_EQ(table.numbers("y"), (Numbers{2, 4})) << text;
  }
}

TEST(Csv, CodesThatOnlyLookLikeNumbersStayText) {
  for (const char* code : {"007", "1234567890123456", "0x10", "1e999", "inf", "1,5", "12 mm", "--1", "+-1"}) {
    const Table table = parse_csv("x\n\"" + std::string(code) + "\"\n", "t.csv");
    EXPECT_EQ(cell_text(table.column("x"), 0), code);
    EXPECT_THROW((void)table.numbers("x"), TableError) << code;
  }
  for (const char* number : {"0", "0.5", ".5", "+3", "-0.25", "1E-3", "123456789012345"})
    EXPECT_NO_THROW((void)parse_csv("x\n" + std::string(number) + "\n", "t.csv").numbers("x")) << number;
}

TEST(Csv, AColumnWithoutAnyValueIsNumericAndMissing) {
  EXPECT_EQ(parse_csv("x,y\n,1\nNA,2\n", "t.csv").numbers("x"), Numbers(2));
}

TEST(Csv, MistakesAreNamedByFileAndLine) {
  EXPECT_NE(error_of("a,b\n1,2\n\n3\n").find("t.csv line 4 has 1 cells, the header has 2"), std::string::npos);
  EXPECT_NE(error_of("a,b\n\"x\ny\",2\n3\n").find("t.csv line 4 "), std::string::npos); // the quoted line end counts
  EXPECT_NE(error_of("a,b\n1,\"open\n2,3\n").find("t.csv line 2: a quoted cell is never closed"), std::string::npos);
  EXPECT_NE(error_of("a,b\n1,x\"y\n").find("t.csv line 2: a quote stands inside"), std::string::npos);
  EXPECT_NE(error_of("a,b\n\"1\"x,2\n").find("t.csv line 2: text follows a closing quote"), std::string::npos);
  EXPECT_NE(error_of("a,a\n1,2\n").find("two columns are named 'a'"), std::string::npos);
  EXPECT_NE(error_of("a,\n1,2\n").find("column 2 has no name"), std::string::npos);
  EXPECT_NE(error_of("a;b\n1;2\n").find("separated by ';'"), std::string::npos);
  EXPECT_NE(error_of("").find("is empty"), std::string::npos);
  EXPECT_NE(error_of("a,b\n").find("no rows"), std::string::npos);
  EXPECT_NE(error_of(std::string_view("a,b\n1,\0\n", 8)).find("zero bytes"), std::string::npos);
}

TEST(Csv, SpreadsheetsOfOtherCountriesAreRefusedOrReadRightButNeverGuessed) {
  EXPECT_NE(error_of("a;b\n1,5;2\n").find("separated by ';'"), std::string::npos);
  EXPECT_NE(error_of("a\tb\n1\t2\n").find("separated by"), std::string::npos);
  EXPECT_NE(error_of("a,b\n1,5,2,5\n").find("line 2 has 4 cells, the header has 2"), std::string::npos);
  const Table quoted = parse_csv("a,b\n\"1,5\",2\n", "t.csv"); // a decimal comma in quotes is text, not 15 and not 1.5
  try {
    (void)quoted.numbers("a");
    FAIL();
  } catch (const TableError& error) {
    EXPECT_NE(std::string(error.what()).find("t.csv line 2 holds '1,5'"), std::string::npos) << error.what();
  }
}

TEST(Csv, OneRowIsATable) {
  EXPECT_EQ(parse_csv("x\r\n5\r\n", "t.csv").numbers("x"), Numbers{5});
}

TEST(Csv, AMissingFileIsAnIoError) {
  EXPECT_THROW((void)read_csv("/nonexistent/t.csv"), IoError);
  EXPECT_THROW((void)read_csv("/"), IoError);
}

} // namespace
} // namespace osteocalc::cohort
