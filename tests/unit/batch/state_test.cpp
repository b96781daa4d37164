// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/state.h"

#include "support/dicom_scan.h"

#include <gtest/gtest.h>

namespace osteocalc::batch {
namespace {

StudyPlan plan_of(const std::string& key, const std::string& fingerprint) {
  StudyPlan plan;
  plan.key = key;
  plan.fingerprint = fingerprint;
  plan.files = 3;
  return plan;
}

Verdict done() {
  Verdict verdict;
  verdict.outcome = Outcome::Done;
  verdict.columns = "study";
  verdict.cells = "a";
  return verdict;
}

class StateTest : public testing::Test {
 protected:
  test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "state.sqlite";
};

TEST_F(StateTest, AVerdictHoldsForItsFingerprintOnly) {
  State state(file);
  state.plan(plan_of("a", "f1"));
  ASSERT_TRUE(state.next_queued());
  state.start("a");
  EXPECT_FALSE(state.next_queued());
  state.finish(plan_of("a", "f1"), done());
  state.plan(plan_of("a", "f1"));
  EXPECT_EQ(state.counts().done, 1U);
  state.plan(plan_of("a", "f2"));
  EXPECT_EQ(state.counts().queued, 1U);
}

TEST_F(StateTest, AStudyThatChangedWhileItRanIsQueuedAgain) {
  State state(file);
  state.plan(plan_of("a", "f1"));
  state.start("a");
  state.plan(plan_of("a", "f2")); // another file turned up
  EXPECT_EQ(state.counts().running, 1U);
  state.finish(plan_of("a", "f1"), done());
  EXPECT_EQ(state.counts().queued, 1U);
  EXPECT_EQ(state.next_queued()->fingerprint, "f2");
}

TEST_F(StateTest, WhatRanWhenTheProcessWasKilledIsQueued) {
  {
    State state(file);
    state.plan(plan_of("a", "f"));
    state.start("a");
  }
  const State again(file);
  EXPECT_EQ(again.counts().queued, 1U);
}

TEST_F(StateTest, FailedStudiesAreQueuedAgainOnRequestButNotRefusedOnesAndStrays) {
  State state(file);
  Verdict verdict;
  for (const auto& [key, outcome] : {std::pair{"a", Outcome::Failed}, std::pair{"b", Outcome::Refused}}) {
    state.plan(plan_of(key, "f"));
    verdict.outcome = outcome;
    state.finish(plan_of(key, "f"), verdict);
  }
  verdict.outcome = Outcome::Failed;
  state.judge_strays(plan_of("c", ""), verdict);
  state.queue_failed();
  const Counts counts = state.counts();
  EXPECT_EQ(counts.queued, 1U);
  EXPECT_EQ(counts.refused, 1U);
  EXPECT_EQ(counts.failed, 1U);
}

TEST_F(StateTest, AFileIsKnownAsLongAsSizeAndTimeAreTheSame) {
  State state(file);
  state.begin_walk();
  const InputFile one{"p/1.dcm", 100, 5, FileRole::Image, "00", "", "s", 8};
  state.store(std::vector{one});
  EXPECT_EQ(state.seen_before(one)->study, "00");
  InputFile other = one;
  other.modified_ns = 6;
  EXPECT_FALSE(state.seen_before(other));
  state.begin_walk(); // in which the file is not met
  state.forget_unseen();
  EXPECT_FALSE(state.seen_before(one));
}

TEST_F(StateTest, TheLogDoesNotGrowWithTheWork) {
  State state(file);
  state.set("a", "b");
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(state.setting("a"), "b"); // a reader that kept its lock would keep all of the log
    static_cast<void>(state.counts());
    static_cast<void>(state.next_queued());
    Verdict verdict = done();
    verdict.cells = std::string(100'000, 'x');
    state.plan(plan_of("a", std::to_string(i)));
    state.finish(plan_of("a", std::to_string(i)), verdict);
  }
  EXPECT_LT(std::filesystem::file_size(file.string() + "-wal"), 10'000'000U); // 30 MB were written
}

TEST_F(StateTest, ReadersNeedNoLock) {
  { State(file).set("program", "1"); }
  const State one(file, State::Access::Read), two(file, State::Access::Read);
  EXPECT_EQ(one.setting("program"), "1");
  EXPECT_EQ(two.setting("program"), "1");
}

TEST_F(StateTest, MergingCountsWhatIsTheSameAndNamesWhatIsNot) {
  const auto make = [&](const char* name, const std::string& cells) {
    State state(folder.path() / name);
    for (const char* key : {"a", "b"}) {
      state.plan(plan_of(key, "f"));
      Verdict verdict = done();
      verdict.cells = key[0] == 'b' ? cells : "same";
      state.finish(plan_of(key, "f"), verdict);
    }
    state.plan(plan_of("open", "f"));
  };
  make("one", "1");
  make("two", "2");
  State merged(file);
  std::size_t same = 0;
  EXPECT_TRUE(merged.merge(folder.path() / "one", same).empty());
  EXPECT_EQ(merged.merge(folder.path() / "two", same), std::vector<std::string>{"b"});
  EXPECT_EQ(same, 1U);
  EXPECT_EQ(merged.counts().done, 2U);
  EXPECT_EQ(merged.counts().queued, 0U); // what has no verdict stays out
}

} // namespace
} // namespace osteocalc::batch
