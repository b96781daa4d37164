// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_image.h"

#include "unit/segmentation/aorta_phantom.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

std::array<int, 3> voxel_at(const VolumeGeometry& g, const Vec3& point) {
  const Vec3 at = point_to_index(g, point);
  return {static_cast<int>(std::lround(at[0])), static_cast<int>(std::lround(at[1])),
          static_cast<int>(std::lround(at[2]))};
}

TEST(AortaImage, AnchorsFollowTheCurve) {
  const testing::AortaPhantom p(90.0);
  const Body body = find_body(p.hu, {2});
  const auto anchors = anchor_slices(p.spine.curve, body.hu.geometry());
  ASSERT_EQ(anchors.size(), static_cast<std::size_t>(body.hu.size(2)));
  const Vec3 front = point_to_index(body.hu.geometry(), {0.0, 44.0, 40.0});
  EXPECT_NEAR(anchors[20].middle, front[0], 0.1);
  EXPECT_NEAR(anchors[20].front, front[1], 0.1);
  EXPECT_NEAR(anchors[20].back - anchors[20].front, 16.0, 0.1);
}

TEST(AortaImage, PlaqueThatTouchesAVertebraIsNotColumnAndReadsAsBlood) {
  testing::AortaPhantom p(90.0);
  p.stamp_descending(0.0, 90.0, 12.0);
  for (double z = 30.0; z < 60.0; z += 1.0)
    for (double angle = 0.9; angle < 2.6; angle += 0.05) // the posterior wall, towards the column
      p.stamp({14.0 + 11.5 * std::cos(angle), 34.0 + 11.5 * std::sin(angle), z}, 1.5, 600, label::aorta);
  const Body body = find_body(p.hu, {2});
  const auto anchors = anchor_slices(p.spine.curve, body.hu.geometry());
  const auto column = column_mask(body, anchors, {2});
  const auto plaque = voxel_at(body.hu.geometry(), {14.0 + 11.5 * std::cos(1.3), 34.0 + 11.5 * std::sin(1.3), 45.0});
  const auto bone = voxel_at(body.hu.geometry(), {0.0, 60.0, 45.0});
  ASSERT_GT(body.hu(plaque[0], plaque[1], plaque[2]), body.tissue.bone_hu);
  EXPECT_EQ(column(plaque[0], plaque[1], plaque[2]), 0);
  EXPECT_EQ(column(bone[0], bone[1], bone[2]), 1);
  const auto vessels = vessel_image(body, column, {2});
  EXPECT_LT(vessels(bone[0], bone[1], bone[2]), -40.0F);
  EXPECT_GT(vessels(plaque[0], plaque[1], plaque[2]), 0.0F);
}

} // namespace
} // namespace osteocalc::segmentation
