// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/thorax.h"

#include "heart_phantom.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

TEST(Opened, LosesThinThingsAndKeepsTheBorder) {
  Volume<std::uint8_t> mask(VolumeGeometry{{12, 12, 12}}, 0);
  for (int z = 0; z < 12; ++z)
    for (int y = 0; y < 5; ++y)
      for (int x = 0; x < 12; ++x)
        mask(x, y, z) = 1;
  mask(6, 7, 6) = mask(6, 8, 6) = mask(6, 9, 6) = 1;
  const auto result = opened(mask, {2});
  EXPECT_EQ(result(6, 8, 6), 0);
  EXPECT_EQ(result(0, 0, 0), 1);
  EXPECT_EQ(result(6, 4, 11), 1);
  EXPECT_EQ(std::ranges::count(result.voxels(), 1), 12 * 5 * 12);
}

TEST(Thorax, ColumnWallAndBoneOfThePhantom) {
  const test::HeartPhantom phantom;
  const auto thorax = find_thorax(find_body(phantom.hu, {2}), {2});
  ASSERT_TRUE(thorax);
  const auto at = [&](double x_mm, double y_mm, double z_mm) {
    const Vec3 i = point_to_index(thorax->hu.geometry(), {x_mm, y_mm, z_mm});
    return std::array{static_cast<int>(std::lround(i[0])), static_cast<int>(std::lround(i[1])),
                      static_cast<int>(std::lround(i[2]))};
  };
  const auto front = at(0, 40, 100); // the column is a circle of 22 mm around y = 62
  const auto slice = static_cast<std::size_t>(front[2]);
  EXPECT_NEAR(thorax->column_x[slice], front[0], 2);
  EXPECT_NEAR(thorax->column_y[slice], front[1], 3);
  const auto value = [&](const Volume<float>& volume, const std::array<int, 3>& i) { return volume(i[0], i[1], i[2]); };
  EXPECT_NEAR(value(thorax->to_bone_mm, at(0, 10, 100)), 30, 4);
  EXPECT_NEAR(value(thorax->to_lung_mm, at(70, 0, 170)), 0, 0.1);
  EXPECT_GT(value(thorax->to_wall_mm, at(0, 0, 100)), 60);
  EXPECT_EQ(value(thorax->to_wall_mm, at(0, 90, 100)), 0);
}

TEST(Thorax, ColumnIsInTheMiddleThoughRibsBesideAreBrighter) {
  test::HeartPhantom phantom;
  for (int z = 0; z < phantom.hu.size(2); ++z)
    for (int y = 0; y < phantom.hu.size(1); ++y)
      for (int x = 0; x < phantom.hu.size(0); ++x) {
        const Vec3 p = index_to_point(phantom.hu.geometry(), {double(x), double(y), double(z)});
        if (std::hypot(p[0] - 95, p[1] - 40) < 12)
          phantom.hu(x, y, z) = 600;
        else if (std::hypot(p[0], p[1] - 62) < 16) // thin vertebrae: a shell
          phantom.hu(x, y, z) = 90;
      }
  const auto thorax = find_thorax(find_body(phantom.hu, {2}), {2});
  ASSERT_TRUE(thorax);
  const double middle = point_to_index(thorax->hu.geometry(), {0, 0, 0})[0];
  for (const double x : thorax->column_x)
    EXPECT_NEAR(x, middle, 4);
}

TEST(Thorax, NoneWithoutLungs) {
  Volume<std::int16_t> belly(VolumeGeometry{{60, 60, 30}, {4, 4, 4}}, 45);
  EXPECT_FALSE(find_thorax(find_body(belly, {2}), {2}));
}

} // namespace
} // namespace osteocalc::segmentation
