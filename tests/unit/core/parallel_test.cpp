// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/parallel.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

namespace osteocalc {
namespace {

TEST(ParallelFor, CallsEveryItemOnce) {
  for (const int threads : {1, 2, 5}) {
    std::vector<std::atomic<int>> calls(1000);
    parallel_for(calls.size(), Parallel{threads}, [&](std::size_t i) { ++calls[i]; });
    for (const auto& count : calls)
      ASSERT_EQ(count, 1) << threads;
  }
}

TEST(ParallelFor, NothingToDoCallsNothing) {
  parallel_for(0, Parallel{4}, [](std::size_t) { FAIL(); });
}

TEST(ParallelFor, UsesSeveralThreads) {
  std::mutex guard;
  std::set<std::thread::id> seen;
  parallel_for(4, Parallel{2}, [&](std::size_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const std::lock_guard lock(guard);
    seen.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(seen.size(), 2U);
}

TEST(ParallelFor, OneThreadRunsOnTheCallersThreadInOrder) {
  const std::thread::id caller = std::this_thread::get_id();
  std::vector<std::size_t> order;
  parallel_for(5, Parallel{1}, [&](std::size_t i) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    order.push_back(i);
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(ParallelFor, RethrowsTheFailureOfTheLowestItemForAnyNumberOfThreads) {
  for (const int threads : {1, 2, 4}) {
    try {
      parallel_for(64, Parallel{threads}, [](std::size_t i) {
        if (i == 10)
          std::this_thread::sleep_for(std::chrono::milliseconds(20)); // so that item 11 fails first
        if (i >= 10)
          throw std::runtime_error(std::to_string(i));
      });
      FAIL() << "no exception";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "10") << threads;
    }
  }
}

TEST(ParallelFor, NestedCallsRunInline) {
  std::atomic<int> calls{0};
  std::atomic<bool> moved{false};
  parallel_for(4, Parallel{2}, [&](std::size_t) {
    const std::thread::id outer = std::this_thread::get_id();
    parallel_for(8, Parallel{2}, [&](std::size_t) {
      ++calls;
      if (std::this_thread::get_id() != outer)
        moved = true;
    });
  });
  EXPECT_EQ(calls, 32);
  EXPECT_FALSE(moved);
}

TEST(ParallelFor, ANestedFailureReachesTheOuterCaller) {
  EXPECT_THROW(parallel_for(4, Parallel{2},
                            [](std::size_t) {
                              parallel_for(4, Parallel{2}, [](std::size_t) { throw std::runtime_error("inner"); });
                            }),
               std::runtime_error);
}

TEST(ParallelMap, ResultsStandAtTheirIndex) {
  const auto square = [](std::size_t i) { return i * i; };
  const auto one = parallel_map(100, Parallel{1}, square);
  EXPECT_EQ(one[9], 81U);
  EXPECT_EQ(parallel_map(100, Parallel{3}, square), one);
}

TEST(ThreadCount, IsAsGivenElseThatOfTheMachine) {
  EXPECT_EQ(thread_count(Parallel{3}), 3);
  EXPECT_GE(thread_count(Parallel{}), 1);
}

} // namespace
} // namespace osteocalc
