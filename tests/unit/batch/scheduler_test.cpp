// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/scheduler.h"

#include "support/dicom_scan.h"

#include <gtest/gtest.h>

namespace osteocalc::batch {
namespace {

constexpr std::uint64_t mega = 1U << 20U;

class SchedulerTest : public testing::Test {
 protected:
  void queue(int studies, std::uint64_t voxel_bytes) {
    for (int i = 0; i < studies; ++i) {
      StudyPlan plan;
      plan.key = std::string(1, static_cast<char>('a' + i));
      plan.fingerprint = "f";
      plan.voxel_bytes = voxel_bytes;
      state.plan(plan);
    }
  }
  test::TemporaryFolder folder;
  State state{folder.path() / "state.sqlite"};
};

TEST_F(SchedulerTest, SmallStudiesRunBesideEachOther) {
  queue(8, mega);
  Scheduler scheduler(state, {0, 0, 4, 4000 * mega});
  scheduler.discovery_ended();
  for (const char* key : {"a", "b", "c", "d"}) {
    const auto admission = scheduler.next();
    EXPECT_EQ(admission->study.key, key);
    EXPECT_EQ(admission->threads, 1);
  }
}

TEST_F(SchedulerTest, ALargeStudyGetsAllProcessors) {
  queue(8, 400 * mega); // 64 + 8 * 400 MB until something was measured: one fits
  Scheduler scheduler(state, {0, 0, 4, 4000 * mega});
  scheduler.discovery_ended();
  const auto first = scheduler.next();
  EXPECT_EQ(first->threads, 4);
  scheduler.ended(*first, 64 * mega + 400 * mega); // needs only its own size: now all four fit
  EXPECT_EQ(scheduler.next()->threads, 1);
  EXPECT_EQ(scheduler.next()->threads, 1);
}

TEST_F(SchedulerTest, TheLastStudiesShareTheProcessors) {
  queue(2, mega);
  Scheduler scheduler(state, {0, 0, 4, 4000 * mega});
  scheduler.discovery_ended();
  EXPECT_EQ(scheduler.next()->threads, 2);
  EXPECT_EQ(scheduler.next()->threads, 2);
  EXPECT_FALSE(scheduler.next());
}

TEST_F(SchedulerTest, WhatTheUserDecidesStands) {
  queue(4, mega);
  Scheduler scheduler(state, {3, 2, 4, 4000 * mega, 500 * mega});
  scheduler.discovery_ended();
  EXPECT_EQ(scheduler.most_jobs(), 3);
  const auto admission = scheduler.next();
  EXPECT_EQ(admission->threads, 2);
  EXPECT_EQ(admission->limit_bytes, 500 * mega);
}

TEST_F(SchedulerTest, AStudyBeyondAllMemoryStillGetsItsTry) {
  queue(1, 10'000 * mega);
  Scheduler scheduler(state, {0, 0, 4, 1000 * mega});
  scheduler.discovery_ended();
  const auto admission = scheduler.next();
  ASSERT_TRUE(admission);
  EXPECT_EQ(admission->limit_bytes, 1000 * mega);
}

TEST_F(SchedulerTest, StoppedItStartsNothing) {
  queue(2, mega);
  Scheduler scheduler(state, {0, 0, 4, 4000 * mega});
  scheduler.stop();
  EXPECT_FALSE(scheduler.next());
  EXPECT_EQ(state.counts().queued, 2U);
}

} // namespace
} // namespace osteocalc::batch
