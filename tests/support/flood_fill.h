// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/volume.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace osteocalc::test {

struct FloodObject {
  std::vector<std::array<int, 3>> voxels;
  int peak_hu = -32768;
};

/// Connected voxels >= min_hu by the plainest method there is: an independent answer to compare with.
/// neighbours: 4 or 8 (within the slice), 6 or 26 (through slices). Objects in the order of their first voxel.
inline std::vector<FloodObject> flood_fill(const Volume<std::int16_t>& hu, int min_hu, int neighbours) {
  const auto connected = [&](int dx, int dy, int dz) {
    const int moves = std::abs(dx) + std::abs(dy) + std::abs(dz);
    switch (neighbours) {
    case 4:
      return dz == 0 && moves == 1;
    case 8:
      return dz == 0 && moves > 0;
    case 6:
      return moves == 1;
    default:
      return moves > 0;
    }
  };
  std::vector<char> seen(hu.voxels().size(), 0);
  std::vector<FloodObject> objects;
  for (int z = 0; z < hu.size(2); ++z)
    for (int y = 0; y < hu.size(1); ++y)
      for (int x = 0; x < hu.size(0); ++x) {
        if (seen[hu.offset(x, y, z)] || hu(x, y, z) < min_hu)
          continue;
        FloodObject object;
        std::vector<std::array<int, 3>> stack{{x, y, z}};
        seen[hu.offset(x, y, z)] = 1;
        while (!stack.empty()) {
          const auto at = stack.back();
          stack.pop_back();
          object.voxels.push_back(at);
          object.peak_hu = std::max<int>(object.peak_hu, hu(at[0], at[1], at[2]));
          for (int dz = -1; dz <= 1; ++dz)
            for (int dy = -1; dy <= 1; ++dy)
              for (int dx = -1; dx <= 1; ++dx) {
                const int nx = at[0] + dx, ny = at[1] + dy, nz = at[2] + dz;
                if (!connected(dx, dy, dz) || !hu.contains(nx, ny, nz) || seen[hu.offset(nx, ny, nz)] ||
                    hu(nx, ny, nz) < min_hu)
                  continue;
                seen[hu.offset(nx, ny, nz)] = 1;
                stack.push_back({nx, ny, nz});
              }
        }
        objects.push_back(std::move(object));
      }
  return objects;
}

} // namespace osteocalc::test
