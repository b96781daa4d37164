// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/person_rows.h"

#include "support/dicom_scan.h"

#include <gtest/gtest.h>

namespace osteocalc::batch {
namespace {

constexpr const char* ct = "aorta_abdominal_agatston";
constexpr const char* spine = "abmd_L1_L4_g_cm2";
constexpr const char* hip = "abmd_neck_g_cm2";

class PersonRowsTest : public testing::Test {
 protected:
  /// A study that was measured, with one column.
  void add(const std::string& key, const std::string& subject, const std::string& column, std::optional<int> day) {
    StudyPlan plan;
    plan.key = key;
    plan.subject = subject;
    plan.fingerprint = "f";
    plan.day = day;
    state.plan(plan);
    Verdict verdict;
    verdict.outcome = Outcome::Done;
    verdict.columns = "study" + std::string(1, cell_separator) + column;
    verdict.cells = key + cell_separator + "1";
    state.finish(plan, verdict);
  }
  [[nodiscard]] std::map<std::string, std::string> row_of() const { return join_people(state).row_of; }

  test::TemporaryFolder folder;
  State state{folder.path() / "state.sqlite"};
};

using Rows = std::map<std::string, std::string>;

TEST_F(PersonRowsTest, TheOnlyCtTakesSpineAndHipWhateverTheirTime) {
  add("ct", "anna", ct, 100);
  add("hip", "anna", hip, {});
  add("spine", "anna", spine, 5000);
  add("other", "bert", spine, 100); // has no CT
  EXPECT_EQ(row_of(), (Rows{{"hip", "ct"}, {"spine", "ct"}}));
  const auto joined = join_people(state).joined.at("ct");
  ASSERT_EQ(joined.size(), 2U);
  EXPECT_EQ(joined[0].days, 4900);
  EXPECT_FALSE(joined[1].days);
}

TEST_F(PersonRowsTest, OfSeveralCtsTheNearestInTime) {
  add("ct1", "anna", ct, 100);
  add("ct2", "anna", ct, 900);
  add("spine", "anna", spine, 600);
  EXPECT_EQ(row_of(), (Rows{{"spine", "ct2"}}));
}

TEST_F(PersonRowsTest, WithoutATimeItStaysARowOfItsOwn) {
  add("ct1", "anna", ct, 100);
  add("ct2", "anna", ct, {});
  add("spine", "anna", spine, 600);
  EXPECT_EQ(row_of(), Rows{});
}

TEST_F(PersonRowsTest, OfTwoVisitsTheNearestIsJoinedTheOtherStays) {
  add("ct", "anna", ct, 1000);
  add("before", "anna", spine, 900);
  add("long_before", "anna", spine, 100);
  EXPECT_EQ(row_of(), (Rows{{"before", "ct"}}));
}

TEST_F(PersonRowsTest, PeopleWithoutAnIdAreNeverJoined) {
  add("ct", "", ct, 100);
  add("spine", "", spine, 100);
  EXPECT_EQ(row_of(), Rows{});
}

} // namespace
} // namespace osteocalc::batch
