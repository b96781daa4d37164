// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/text_table.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::io {
namespace {

const TextRows expected{{"id", "L1 BMD", "note"}, {"1", "0,912", "a b"}};

TEST(TextTable, AnySeparator) {
  EXPECT_EQ(parse_text_table("id;L1 BMD;note\r\n1;0,912;a b\r\n"), expected);
  EXPECT_EQ(parse_text_table("id\tL1 BMD\tnote\n1\t0,912\ta b"), expected);
  EXPECT_EQ(parse_text_table("id|L1 BMD|note\n\n1|0,912|a b\n"), expected);
  EXPECT_EQ(parse_text_table("id,L1 BMD,note\n1,\"0,912\", a b \n"), expected);
  EXPECT_EQ(parse_text_table("sep=;\nid;L1 BMD;note\n1;0,912;a b\n"), expected);
  EXPECT_EQ(parse_text_table("\xef\xbb\xbfid;L1 BMD;note\n1;0,912;a b\n"), expected);
}

TEST(TextTable, QuotedCellsHoldAnything) {
  const TextRows rows = parse_text_table("a,b\n\"x\"\"y, z\nw\",2\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1][0], "x\"y, z\nw");
  EXPECT_EQ(rows[1][1], "2");
}

TEST(TextTable, WindowsWide) {
  std::string wide = "\xff\xfe";
  for (const char c : std::string("id;L1 BMD;note\n1;0,912;a b\n"))
    wide += {c, '\0'};
  EXPECT_EQ(parse_text_table(wide), expected);
}

TEST(TextTable, AMissingFileIsAnError) {
  EXPECT_THROW(static_cast<void>(read_text_table("/no/such/table.csv")), IoError);
}

} // namespace
} // namespace osteocalc::io
