// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/distance.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace osteocalc {
namespace {

/// Every voxel against every voxel outside the mask, one layer around the grid included.
double nearest_outside_mm(const Volume<std::uint8_t>& mask, int x, int y, int z) {
  const auto& spacing = mask.geometry().spacing_mm;
  double nearest = 1e12;
  for (int oz = -1; oz <= mask.size(2); ++oz)
    for (int oy = -1; oy <= mask.size(1); ++oy)
      for (int ox = -1; ox <= mask.size(0); ++ox)
        if (!mask.contains(ox, oy, oz) || mask(ox, oy, oz) == 0)
          nearest = std::min(nearest, norm({(ox - x) * spacing[0], (oy - y) * spacing[1], (oz - z) * spacing[2]}));
  return nearest;
}

TEST(DistanceInside, EqualsBruteForceOnRandomMasks) {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    Volume<std::uint8_t> mask(VolumeGeometry{{13, 9, 7}, {0.7, 1.0, 0.2 + 0.3 * seed}});
    for (std::uint8_t& voxel : mask.voxels())
      voxel = random() % 100 < 80 + seed ? 1 : 0; // mostly inside, so that distances get long
    const Volume<float> distance = distance_inside(mask);
    for (int z = 0; z < 7; ++z)
      for (int y = 0; y < 9; ++y)
        for (int x = 0; x < 13; ++x) {
          const double expected = mask(x, y, z) != 0 ? nearest_outside_mm(mask, x, y, z) : 0;
          ASSERT_NEAR(distance(x, y, z), expected, 1e-4) << seed;
        }
  }
}

TEST(DistanceInside, TheBorderOfTheGridIsOutside) {
  const Volume<float> distance =
      distance_inside(Volume<std::uint8_t>(VolumeGeometry{{21, 21, 21}, {1, 1, 2}}, std::uint8_t{1}));
  EXPECT_FLOAT_EQ(distance(0, 10, 10), 1);
  EXPECT_FLOAT_EQ(distance(10, 10, 0), 2);
  EXPECT_FLOAT_EQ(distance(10, 10, 10), 11);
}

TEST(DistanceInside, AnEmptyMaskHasNone) {
  const Volume<float> distance = distance_inside(Volume<std::uint8_t>(VolumeGeometry{{5, 5, 5}}, std::uint8_t{0}));
  EXPECT_EQ(std::ranges::max(distance.voxels()), 0);
}

} // namespace
} // namespace osteocalc
