// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/memory_budget.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <unistd.h>

namespace osteocalc::io {
namespace {

double machine_bytes() {
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
}

std::string megabytes(double bytes) {
  return std::to_string(static_cast<long long>(bytes / 1e6)) + " MB";
}

} // namespace

void require_memory(const VolumeGeometry& geometry, double bytes_per_voxel, std::uintmax_t budget_bytes,
                    const std::string& name) {
  const double budget = budget_bytes > 0 ? static_cast<double>(budget_bytes) : 0.75 * machine_bytes();
  // In floating point: the product of three hostile sizes overflows integers.
  double needed = bytes_per_voxel;
  for (const int extent : geometry.size)
    needed *= std::max(extent, 0);
  if (needed > budget)
    throw Refusal(refused("IO-MEMORY", name,
                          name + " says it has " + std::to_string(geometry.size[0]) + "x" +
                              std::to_string(geometry.size[1]) + "x" + std::to_string(geometry.size[2]) +
                              " voxels, which take " + megabytes(needed) + " (the budget is " + megabytes(budget) +
                              ") check the file for damage, or allow more with --memory"));
}

} // namespace osteocalc::io
