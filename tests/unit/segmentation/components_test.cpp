// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/components.h"

#include "support/flood_fill.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>

namespace osteocalc::segmentation {
namespace {

Volume<std::uint8_t> random_mask(unsigned seed, unsigned one_in) {
  VolumeGeometry g;
  g.size = {23, 17, 11};
  Volume<std::uint8_t> mask(g);
  std::mt19937 random(seed);
  for (auto& m : mask.voxels())
    m = random() % one_in == 0;
  return mask;
}

TEST(Components, AgreeWithAFloodFill) {
  const std::pair<Connectivity, int> kinds[] = {{Connectivity::Faces, 6},
                                                {Connectivity::Corners, 26},
                                                {Connectivity::SliceFaces, 4},
                                                {Connectivity::SliceCorners, 8}};
  for (unsigned seed = 0; seed < 12; ++seed) {
    const auto mask = random_mask(seed, 2 + seed % 4);
    Volume<std::int16_t> hu(mask.geometry());
    std::ranges::copy(mask.voxels(), hu.voxels().begin());
    for (const auto& [connectivity, neighbours] : kinds) {
      const Components found = connected_components(mask, connectivity, {1 + static_cast<int>(seed % 3)});
      const auto objects = test::flood_fill(hu, 1, neighbours);
      ASSERT_EQ(found.pieces.size(), objects.size());
      for (std::size_t k = 0; k < objects.size(); ++k) {
        EXPECT_EQ(found.pieces[k].voxels, objects[k].voxels.size());
        for (const auto& v : objects[k].voxels)
          ASSERT_EQ(found.ids(v[0], v[1], v[2]), static_cast<std::int32_t>(k + 1));
      }
    }
  }
}

TEST(Components, KnowTheirBoxAndCentre) {
  VolumeGeometry g;
  g.size = {10, 10, 10};
  Volume<std::uint8_t> mask(g, 0);
  for (int z = 2; z <= 5; ++z)
    for (int x = 3; x <= 7; ++x)
      mask(x, 4, z) = 1;
  mask(9, 9, 9) = 1;
  const Components found = connected_components(mask, Connectivity::Faces, {2});
  ASSERT_EQ(largest_component(found), 1);
  EXPECT_EQ(found.pieces[0].low, (std::array<int, 3>{3, 4, 2}));
  EXPECT_EQ(found.pieces[0].high, (std::array<int, 3>{7, 4, 5}));
  EXPECT_EQ(found.pieces[0].centre, (Vec3{5.0, 4.0, 3.5}));
}

TEST(Components, OfNothingAreNone) {
  VolumeGeometry g;
  g.size = {3, 3, 3};
  const Components found = connected_components(Volume<std::uint8_t>(g, 0), Connectivity::Corners, {1});
  EXPECT_TRUE(found.pieces.empty());
  EXPECT_EQ(largest_component(found), 0);
}

} // namespace
} // namespace osteocalc::segmentation
