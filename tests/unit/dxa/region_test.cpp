// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/region.h"

#include <gtest/gtest.h>

namespace osteocalc::dxa {
namespace {

/// 40 x 40 mm with a plate of 0.8 g/cm2 over columns 10 to 29.
Volume<float> plate() {
  VolumeGeometry grid;
  grid.size = {40, 40, 1};
  Volume<float> image(grid, 0.0F);
  for (int y = 0; y < 40; ++y)
    for (int x = 10; x < 30; ++x)
      image(x, y, 0) = 0.8F;
  return image;
}

TEST(Region, OutlineCountsItsWholeArea) {
  // 40 x 10 mm, half of it bone: 4 cm2 and 0.8 * 2 g.
  const auto site = measure({"box", {{0, 5}, {40, 5}, {40, 15}, {0, 15}}, RegionArea::Outline}, plate(), 0);
  ASSERT_TRUE(site);
  EXPECT_NEAR(site->area_cm2, 4.0, 1e-9);
  EXPECT_NEAR(site->bmc_g, 1.6, 1e-5);
}

TEST(Region, BoneInsideLeavesSoftTissueOut) {
  const auto site = measure({"box", {{0, 5}, {40, 5}, {40, 15}, {0, 15}}, RegionArea::BoneInside}, plate(), 0);
  ASSERT_TRUE(site);
  EXPECT_NEAR(site->area_cm2, 2.0, 0.1);
  EXPECT_NEAR(site->abmd_g_cm2(), 0.8, 0.04);
}

TEST(Region, ARegionWithoutBoneHasNoDensity) {
  EXPECT_FALSE(measure({"air", {{0, 0}, {5, 0}, {5, 5}, {0, 5}}, RegionArea::BoneInside}, plate(), 0));
}

TEST(Region, SitesCombineAsARatioOfSums) {
  const SiteDensity sum = combined("L1-L2", {{"L1", 10, 10}, {"L2", 30, 20}});
  EXPECT_NEAR(sum.abmd_g_cm2(), 40.0 / 30, 1e-12); // the mean of 1.0 and 1.5 would be 1.25
}

} // namespace
} // namespace osteocalc::dxa
