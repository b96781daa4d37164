// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/memory.h"

#include "support/dicom_scan.h"

#include <fstream>
#include <gtest/gtest.h>

namespace osteocalc::batch {
namespace {

void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

TEST(Memory, IsWhatTheSystemHasFree) {
  const test::TemporaryFolder folder;
  write(folder.path() / "meminfo", "MemTotal: 1000 kB\nMemAvailable:  600 kB\n");
  EXPECT_EQ(available_memory_bytes(folder.path(), folder.path()), 600U * 1024);
}

TEST(Memory, CopiesOfFilesThatCanBeDroppedAreFree) {
  const test::TemporaryFolder folder;
  write(folder.path() / "meminfo", "MemAvailable: 600 kB\n");
  write(folder.path() / "self/cgroup", "0::/job\n");
  write(folder.path() / "job/memory.max", "100000\n");
  write(folder.path() / "job/memory.current", "90000\n");
  write(folder.path() / "job/memory.stat", "anon 20000\nfile 70000\ninactive_file 50000\nactive_file 20000\n");
  EXPECT_EQ(available_memory_bytes(folder.path(), folder.path()), 60000U);
}

TEST(Memory, AGroupAboveThisOneMayAllowLess) {
  const test::TemporaryFolder folder;
  write(folder.path() / "meminfo", "MemAvailable: 600 kB\n");
  write(folder.path() / "self/cgroup", "0::/job/step\n");
  write(folder.path() / "job/step/memory.max", "max\n");
  write(folder.path() / "job/step/memory.current", "5\n");
  write(folder.path() / "job/memory.max", "100000\n");
  write(folder.path() / "job/memory.current", "40000\n");
  EXPECT_EQ(available_memory_bytes(folder.path(), folder.path()), 60000U);
}

TEST(Memory, TheFirstVersionOfGroupsCountsToo) {
  const test::TemporaryFolder folder;
  write(folder.path() / "meminfo", "MemAvailable: 600 kB\n");
  write(folder.path() / "self/cgroup", "5:cpu:/x\n4:memory:/job\n");
  write(folder.path() / "memory/job/memory.limit_in_bytes", "9000\n");
  write(folder.path() / "memory/job/memory.usage_in_bytes", "10000\n"); // beyond: nothing is left
  EXPECT_EQ(available_memory_bytes(folder.path(), folder.path()), 0U);
}

TEST(MemoryModel, LearnsTheLargestNeedAVoxel) {
  constexpr std::uint64_t mega = 1U << 20U;
  MemoryModel model;
  const std::uint64_t guess = model.need_bytes(100 * mega);
  model.learn(100 * mega, 64 * mega + 300 * mega);
  EXPECT_EQ(model.need_bytes(100 * mega), (64 + 300) * mega);
  EXPECT_LT(model.need_bytes(100 * mega), guess); // measured wins over guessed, downwards too
  model.learn(10 * mega, 64 * mega + 50 * mega);
  EXPECT_EQ(model.need_bytes(100 * mega), (64 + 500) * mega);
  model.learn(100 * mega, 64 * mega + 100 * mega); // a frugal one changes nothing
  EXPECT_EQ(model.need_bytes(100 * mega), (64 + 500) * mega);
}

} // namespace
} // namespace osteocalc::batch
