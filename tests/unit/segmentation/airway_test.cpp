// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/airway.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

/// A chest between slices 15 and 59: tissue, two lungs, a trachea of 16 mm in its middle that divides at slice 30 into
/// bronchi which go apart downwards. Below it no lung. 2 mm voxels.
struct Chest {
  Volume<std::int16_t> hu{VolumeGeometry{{120, 80, 60}, {2, 2, 2}}, 40};
  Volume<Space> space{hu.geometry(), Space::Tissue};
  static constexpr int carina = 30;

  void air(int x, int y, int z, int value_hu, Space s) {
    hu(x, y, z) = static_cast<std::int16_t>(value_hu);
    space(x, y, z) = s;
  }
  void disc(double cx, double cy, int z, double radius) {
    for (int y = 0; y < 80; ++y)
      for (int x = 0; x < 120; ++x)
        if (std::hypot(x - cx, y - cy) < radius)
          air(x, y, z, -1000, Space::Gas);
  }
  Chest() {
    for (int z = 15; z < 60; ++z) {
      for (int y = 15; y < 65; ++y)
        for (int x = 15; x < 105; ++x)
          if (std::abs(x - 60) > 16)
            air(x, y, z, -840, Space::Lung);
      if (z > carina)
        disc(60, 40, z, 4.2);
      else
        for (const double side : {-1.0, 1.0})
          if (const double apart = 4 + 0.6 * (carina - z); apart < 12)
            disc(60 + side * apart, 40, z, 3.2);
    }
  }
};

TEST(Airway, DividesWhereTheBronchiBegin) {
  Chest chest;
  const auto carina = find_airway(chest.hu, chest.space, {2});
  ASSERT_TRUE(carina);
  EXPECT_NEAR(*carina, Chest::carina, 2.0);
  EXPECT_EQ(chest.space(60, 40, 45), Space::Airway);
}

TEST(Airway, PressedFlatItIsFollowedAcrossTheGap) {
  Chest chest;
  for (int z = 44; z < 50; ++z)
    for (int y = 35; y < 46; ++y)
      for (int x = 54; x < 67; ++x)
        chest.air(x, y, z, 40, Space::Tissue);
  const auto carina = find_airway(chest.hu, chest.space, {1});
  ASSERT_TRUE(carina);
  EXPECT_NEAR(*carina, Chest::carina, 2.0);
}

TEST(Airway, LostOnItsWayShowsNoCarina) {
  Chest chest;
  for (int z = 0; z < 38; ++z)
    for (int y = 30; y < 51; ++y)
      for (int x = 45; x < 76; ++x)
        chest.air(x, y, z, 40, Space::Tissue);
  EXPECT_FALSE(find_airway(chest.hu, chest.space, {2}));
}

TEST(Airway, GasInTheAbdomenIsNone) {
  Chest chest;
  std::ranges::fill(chest.hu.voxels(), std::int16_t{40});
  std::ranges::fill(chest.space.voxels(), Space::Tissue);
  for (int z = 5; z < 55; ++z) // a loop of bowel that divides
    if (z > 25)
      chest.disc(60, 40, z, 4.2);
    else
      for (const double side : {-1.0, 1.0})
        chest.disc(60 + side * 8, 40, z, 4.2);
  EXPECT_FALSE(find_airway(chest.hu, chest.space, {2}));
}

} // namespace
} // namespace osteocalc::segmentation
