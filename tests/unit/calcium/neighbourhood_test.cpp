// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/neighbourhood.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::calcium {
namespace {

TEST(StepsWithin, BeginWithNoneAndGrow) {
  const std::vector<Step> steps = steps_within({1, 1, 2}, 2);
  EXPECT_EQ(steps.size(), 15U); // 13 in the plane (x2 + y2 <= 4) and one slice up and down
  EXPECT_EQ(steps.front().length_mm, 0);
  for (std::size_t i = 1; i < steps.size(); ++i)
    EXPECT_LE(steps[i - 1].length_mm, steps[i].length_mm);
}

TEST(Neighbourhood, GivesTheDistanceToTheNearestVoxelWithinTheImage) {
  Lesion lesion; // two pixels in a corner of slice 1
  lesion.first_slice = lesion.last_slice = 1;
  lesion.runs = {{1, {0, 0, 2, 200, 400}}};
  const VolumeGeometry grid{{6, 5, 3}, {1, 1, 3}, {0, 0, 0}};
  int voxels = 0;
  Neighbourhood(grid, lesion, 3).for_each([&](int x, int y, int z, double distance_mm) {
    double nearest = 1e9;
    for (const int own : {0, 1})
      nearest = std::min(nearest, std::hypot(x - own, y, 3.0 * (z - 1)));
    EXPECT_NEAR(distance_mm, nearest, 1e-6);
    ++voxels;
  });
  // In the slice: rows 0 to 3 hold 5, 4, 4, 2 voxels within 3 mm; above and below the two themselves.
  EXPECT_EQ(voxels, 5 + 4 + 4 + 2 + 2 + 2);
}

} // namespace
} // namespace osteocalc::calcium
