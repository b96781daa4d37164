// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace osteocalc {

struct FreeMemory {
  void operator()(void* memory) const noexcept { std::free(memory); }
};
using VoxelMemory = std::unique_ptr<void, FreeMemory>;

/// Uninitialised memory for voxels, in large pages where it is large: walking hundreds of megabytes in pages of 4 kB
/// spends more time on page tables than on voxels. \throw std::bad_alloc
[[nodiscard]] VoxelMemory allocate_voxels(std::size_t bytes);

} // namespace osteocalc
