// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/csv_text.h"

#include <gtest/gtest.h>

namespace osteocalc::report {
namespace {

TEST(CsvField, IsQuotedOnlyWhereItMust) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"no\""), "\"say \"\"no\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_field("old\rline"), "\"old\rline\"");
}

TEST(CsvNumber, ReadsBackAsTheSameAndMissingIsEmpty) {
  for (const double value : {0.1, 1.0 / 3, -1e-300, 123456789.125, 0.0})
    EXPECT_EQ(std::stod(csv_number(value)), value);
  EXPECT_EQ(csv_number(0.0), "0");
  EXPECT_EQ(csv_number(std::nullopt), "");
}

} // namespace
} // namespace osteocalc::report
