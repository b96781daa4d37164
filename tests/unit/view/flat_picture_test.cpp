// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/view/flat_picture.h"

#include <gtest/gtest.h>

namespace osteocalc::view {
namespace {

/// 10 by 20 pixels of 2 by 1 mm, each its column.
Volume<float> columns() {
  Volume<float> image(VolumeGeometry{{10, 20, 1}, {2, 1, 1}});
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 10; ++x)
      image(x, y, 0) = static_cast<float>(x);
  return image;
}

TEST(PlaceOf, ShowsAllOfAnImageInTheMiddle) {
  const FlatPlace place = place_of(columns(), 400, 200, 1, {0, 0}); // 20 by 20 mm
  EXPECT_DOUBLE_EQ(place.mm_per_px, 0.1);
  EXPECT_DOUBLE_EQ(place.top_left_mm[0], -10);
  EXPECT_DOUBLE_EQ(place.top_left_mm[1], 0);
  const Vec2 back = place.pixel_of(place.point_at(17, 31));
  EXPECT_NEAR(back[0], 17, 1e-9);
  EXPECT_NEAR(back[1], 31, 1e-9);
  const FlatPlace near = place_of(columns(), 400, 200, 2, {3, 0});
  EXPECT_NEAR(near.point_at(199.5, 99.5)[0], 13, 1e-9); // the middle stays the middle, moved
}

TEST(FlatPicture, GreyFollowsTheWindowAndBeyondTheImageItIsDark) {
  const Picture picture = flat_picture(columns(), place_of(columns(), 400, 200, 1, {0, 0}), {0, 9}, 400, 200);
  EXPECT_EQ(picture.at(50, 100), (Rgb{12, 13, 16}));
  EXPECT_EQ(picture.at(101, 100).r, 0);
  EXPECT_EQ(picture.at(298, 100).r, 255);
  EXPECT_NEAR(picture.at(200, 100).r, 127, 2);
}

TEST(ValueUnder, IsThePixelsOwn) {
  const Volume<float> image = columns();
  ASSERT_TRUE(value_under(image, {6.5, 3}));
  EXPECT_EQ(*value_under(image, {6.5, 3}), 3);
  EXPECT_FALSE(value_under(image, {-0.1, 3}));
  EXPECT_FALSE(value_under(image, {20.1, 3}));
}

} // namespace
} // namespace osteocalc::view
