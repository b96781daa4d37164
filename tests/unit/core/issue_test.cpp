// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/issue.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc {
namespace {

TEST(Issue, MakersSetTheLevel) {
  EXPECT_EQ(info("A", "b", "c").level, IssueLevel::Info);
  EXPECT_EQ(warning("A", "b", "c").level, IssueLevel::Warning);
  const Issue issue = refused("IO-GAP", "series", "a slice is missing");
  EXPECT_EQ(issue.level, IssueLevel::Refused);
  EXPECT_EQ(issue.rule, "IO-GAP");
  EXPECT_EQ(issue.where, "series");
  EXPECT_EQ(issue.text, "a slice is missing");
}

TEST(Issue, LevelsAreWrittenAsInTheContract) {
  EXPECT_EQ(to_string(IssueLevel::Info), "info");
  EXPECT_EQ(to_string(IssueLevel::Warning), "warning");
  EXPECT_EQ(to_string(IssueLevel::Refused), "refused");
}

TEST(Issue, ListsKeepTheirOrderAndAreSearchedByWholeRule) {
  Issues issues{info("A", "", "")};
  append(issues, {warning("B", "", ""), refused("C-1", "", "")});
  ASSERT_EQ(issues.size(), 3U);
  EXPECT_EQ(issues[0].rule + issues[1].rule + issues[2].rule, "ABC-1");
  EXPECT_TRUE(has_rule(issues, "B"));
  EXPECT_FALSE(has_rule(issues, "C"));
  EXPECT_FALSE(has_rule({}, "A"));
}

TEST(Refusal, HoldsEveryReasonAndSaysThemAll) {
  const Refusal refusal(Issues{refused("A", "x", "too dark"), refused("B", "y", "too short")});
  EXPECT_EQ(refusal.issues().size(), 2U);
  EXPECT_STREQ(refusal.what(), "too dark; too short");
  EXPECT_STREQ(Refusal(refused("A", "x", "alone")).what(), "alone");
}

TEST(Error, EveryKindIsAnError) {
  EXPECT_THROW(throw IoError("a"), Error);
  EXPECT_THROW(throw DicomError("a"), Error);
  EXPECT_THROW(throw GeometryError("a"), Error);
  EXPECT_THROW(throw CalibrationError("a"), Error);
  EXPECT_THROW(throw TableError("a"), Error);
  EXPECT_THROW(throw ConfigError("a"), Error);
  EXPECT_THROW(throw Refusal(refused("A", "x", "b")), Error);
}

} // namespace
} // namespace osteocalc
