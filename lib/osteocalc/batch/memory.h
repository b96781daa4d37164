// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

namespace osteocalc::batch {

/// Bytes that this process and its children may still take: what the system has free, less where a control group (a
/// Slurm job, a container) allows less. \param proc,cgroup where the system shows itself; other folders in tests
[[nodiscard]] std::uint64_t available_memory_bytes(const std::filesystem::path& proc = "/proc",
                                                   const std::filesystem::path& cgroup = "/sys/fs/cgroup");

/// What a study will need, learnt from those that have ended: a base and so many bytes a byte of voxels.
class MemoryModel {
 public:
  [[nodiscard]] std::uint64_t need_bytes(std::uint64_t voxel_bytes) const;
  void learn(std::uint64_t voxel_bytes, std::uint64_t peak_bytes);

 private:
  static constexpr std::uint64_t base_bytes_ = 64U << 20U;
  double per_voxel_byte_ = 8; ///< until the first study has ended
  bool learnt_ = false;
};

} // namespace osteocalc::batch
