// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

namespace osteocalc::batch {
namespace {

std::optional<std::uint64_t> number_in(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::uint64_t value = 0;
  return in >> value ? std::optional(value) : std::nullopt; // "max" is no number: no limit
}

std::uint64_t system_free_bytes(const std::filesystem::path& proc) {
  std::ifstream in(proc / "meminfo");
  for (std::string name; in >> name;) {
    std::uint64_t kilobytes = 0;
    if (name == "MemAvailable:" && in >> kilobytes)
      return kilobytes * 1024;
  }
  return std::uint64_t{4} << 30U; // no such system in use; small enough to do no harm
}

/// Copies of files that the system drops when memory is asked for, which count as used all the same.
std::uint64_t file_cache_bytes(const std::filesystem::path& statistics, bool version_2) {
  std::ifstream in(statistics);
  std::uint64_t value = 0;
  for (std::string name; in >> name >> value;)
    if (name == (version_2 ? "inactive_file" : "total_inactive_file"))
      return value;
  return 0;
}

std::uint64_t free_bytes(std::uint64_t limit, std::uint64_t used, std::uint64_t cache) {
  const std::uint64_t needed = used - std::min(used, cache);
  return limit - std::min(limit, needed);
}

/// Of the group and all above it, the least that is left.
std::uint64_t group_free_bytes(const std::filesystem::path& proc, const std::filesystem::path& cgroup) {
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  std::ifstream in(proc / "self" / "cgroup");
  for (std::string line; std::getline(in, line);) { // "0::/path" (version 2) or "7:memory:/path"
    const bool version_2 = line.starts_with("0::");
    const std::size_t path_at = line.find('/');
    if ((!version_2 && line.find(":memory:") == std::string::npos) || path_at == std::string::npos)
      continue;
    const std::filesystem::path top = version_2 ? cgroup : cgroup / "memory";
    for (std::filesystem::path below = line.substr(path_at + 1);; below = below.parent_path()) {
      const auto limit = number_in(top / below / (version_2 ? "memory.max" : "memory.limit_in_bytes"));
      const auto used = number_in(top / below / (version_2 ? "memory.current" : "memory.usage_in_bytes"));
      if (limit && used)
        least = std::min(least, free_bytes(*limit, *used, file_cache_bytes(top / below / "memory.stat", version_2)));
      if (below.empty())
        break;
    }
  }
  return least;
}

} // namespace

std::uint64_t available_memory_bytes(const std::filesystem::path& proc, const std::filesystem::path& cgroup) {
  return std::min(system_free_bytes(proc), group_free_bytes(proc, cgroup));
}

std::uint64_t MemoryModel::need_bytes(std::uint64_t voxel_bytes) const {
  return base_bytes_ + static_cast<std::uint64_t>(per_voxel_byte_ * static_cast<double>(voxel_bytes));
}

void MemoryModel::learn(std::uint64_t voxel_bytes, std::uint64_t peak_bytes) {
  if (voxel_bytes == 0 || peak_bytes <= base_bytes_)
    return;
  const double measured = static_cast<double>(peak_bytes - base_bytes_) / static_cast<double>(voxel_bytes);
  per_voxel_byte_ = learnt_ ? std::max(per_voxel_byte_, measured) : measured;
  learnt_ = true;
}

} // namespace osteocalc::batch
