// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/circles.h"

#include "unit/calibration/rod_scan.h"

#include <gtest/gtest.h>

namespace osteocalc::calibration {
namespace {

/// A disc on a grid of 0.6 mm, averaged two by two by the slab.
ThinSlab disc(double x_mm, double y_mm, double radius_mm, double inside_hu, double outside_hu) {
  Volume<std::int16_t> image(VolumeGeometry{{160, 160, 1}, {0.6, 0.6, 3}});
  for (int y = 0; y < 160; ++y)
    for (int x = 0; x < 160; ++x)
      image(x, y, 0) =
          static_cast<std::int16_t>(std::hypot(0.6 * x - x_mm, 0.6 * y - y_mm) <= radius_mm ? inside_hu : outside_hu);
  return thin_slab(image, 0, 0);
}

TEST(ThinSlab, HasPixelsOfAboutAMillimetreInTheRightPlace) {
  const ThinSlab slab = disc(48, 48, 9, 200, 0);
  EXPECT_DOUBLE_EQ(slab.pixel_mm, 1.2);
  EXPECT_EQ(slab.width, 80);
  EXPECT_DOUBLE_EQ(slab.image_index(10, 20)[0], 20.5);
  EXPECT_DOUBLE_EQ(slab.image_index(10, 20)[1], 40.5);
}

TEST(FindCircles, BrightAndDarkOnesAlike) {
  for (const double inside : {200.0, -160.0, 60.0}) {
    const ThinSlab slab = disc(47.3, 50.9, 8.4, inside, 20);
    const std::vector<Circle> circles = find_circles(slab);
    ASSERT_EQ(circles.size(), 1U) << inside;
    EXPECT_NEAR(0.6 * slab.image_index(circles[0].x, circles[0].y)[0], 47.3, 0.3);
    EXPECT_NEAR(0.6 * slab.image_index(circles[0].x, circles[0].y)[1], 50.9, 0.3);
    EXPECT_NEAR(circles[0].radius_mm, 8.4, 0.4);
    EXPECT_NEAR(circles[0].contrast_hu, inside - 20, 12);
    EXPECT_GT(circles[0].completeness, 0.95);
  }
}

TEST(FindCircles, OnlyOfTheSizesAskedFor) {
  EXPECT_TRUE(find_circles(disc(48, 48, 25, 200, 0)).empty());
  EXPECT_TRUE(find_circles(disc(48, 48, 2.5, 200, 0)).empty());
  EXPECT_TRUE(find_circles(disc(48, 48, 9, 20, 20)).empty());
}

TEST(LocateCircle, FindsTheShiftOfAKnownCircle) {
  const std::vector<ThinSlab> slabs{disc(48, 48, 9, 60, 20), disc(48, 48, 9, 60, 20)};
  const double center = (48 / 0.6 - 0.5) / 2;
  const CircleOffset offset = locate_circle(slabs, {{center + 2 / 1.2, center}, {center + 2 / 1.2, center}}, 9, 4);
  EXPECT_NEAR(offset.dx_mm, -2, 0.3);
  EXPECT_NEAR(offset.dy_mm, 0, 0.3);
  EXPECT_GT(offset.agreement, 0.95);
}

} // namespace
} // namespace osteocalc::calibration
