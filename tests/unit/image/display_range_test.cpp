// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/display_range.h"

#include <gtest/gtest.h>
#include <numeric>

using namespace osteocalc;

TEST(DisplayRange, HoldsAllButOneInAHundred) {
  Volume<float> image(VolumeGeometry{{1001, 1, 1}});
  std::iota(image.voxels().begin(), image.voxels().end(), 0.0F);
  EXPECT_EQ(usual_range(image).low, 5);
  EXPECT_EQ(usual_range(image).high, 995);
  image(1000, 0, 0) = 1e6F;
  EXPECT_EQ(usual_range(image).high, 995);
}

TEST(DisplayRange, AnEvenImageHasOneToo) {
  const DisplayRange range = usual_range(Volume<float>(VolumeGeometry{{3, 3, 1}}, 5.0F));
  EXPECT_EQ(range.low, 5);
  EXPECT_GT(range.high, 5);
}
