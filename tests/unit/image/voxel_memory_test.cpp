// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/voxel_memory.h"

#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <new>

namespace osteocalc {
namespace {

TEST(VoxelMemory, IsAlignedAndWritableToItsLastByte) {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{20'000'001}}) {
    const VoxelMemory memory = allocate_voxels(bytes);
    ASSERT_NE(memory.get(), nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory.get()) % 64, 0U);
    std::memset(memory.get(), 0x5A, bytes);
  }
}

TEST(VoxelMemory, TooMuchIsAnExceptionNotACrash) {
  EXPECT_THROW((void)allocate_voxels(std::numeric_limits<std::size_t>::max()), std::bad_alloc);
  EXPECT_THROW((void)allocate_voxels(std::numeric_limits<std::size_t>::max() / 4), std::bad_alloc);
}

} // namespace
} // namespace osteocalc
