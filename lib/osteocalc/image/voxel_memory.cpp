// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/voxel_memory.h"

#include <new>
#include <sys/mman.h>

namespace osteocalc {

VoxelMemory allocate_voxels(std::size_t bytes) {
  constexpr std::size_t large_page = std::size_t{2} << 20U, cache_line = 64;
  const bool large = bytes >= 4 * large_page;
  const std::size_t alignment = large ? large_page : cache_line;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  if (rounded < bytes)
    throw std::bad_alloc();
  VoxelMemory memory(std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded));
  if (!memory)
    throw std::bad_alloc();
  if (large)
    madvise(memory.get(), rounded, MADV_HUGEPAGE); // a hint: where it is not taken, nothing changes but the speed
  return memory;
}

} // namespace osteocalc
