// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/spine_path.h"

#include "spine_phantom.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

void expect_canal_behind_every_body(synth::Field field) {
  const Body& body = test::spine_body(field);
  const auto path = find_canal(body, {2});
  ASSERT_TRUE(path);
  int checked = 0;
  for (const auto& [id, center] : test::true_centers(test::spine_scan(field))) {
    const auto z = static_cast<std::size_t>(point_to_index(body.hu.geometry(), center)[2] + 0.5);
    const Vec3 canal = index_to_point(body.hu.geometry(), {path->x[z], path->y[z], double(z)});
    EXPECT_NEAR(canal[0], center[0], 6.0) << id;
    EXPECT_GT(canal[1], center[1] + 8.0) << id;
    EXPECT_LT(canal[1], center[1] + 40.0) << id;
    ++checked;
  }
  EXPECT_GE(checked, 4);
}

TEST(SpinePath, RunsBehindTheBodiesOfChestAndAbdomen) {
  expect_canal_behind_every_body(synth::Field::ChestAbdomen);
}
TEST(SpinePath, RunsBehindTheBodiesOfAHeartScan) {
  expect_canal_behind_every_body(synth::Field::Heart);
}

TEST(SpinePath, AWaterBottleHasNoSpine) {
  VolumeGeometry g;
  g.size = {80, 80, 60};
  g.spacing_mm = {2, 2, 2};
  Volume<std::int16_t> water(g, -1000);
  for (int z = 0; z < 60; ++z)
    for (int y = 0; y < 80; ++y)
      for (int x = 0; x < 80; ++x)
        if ((x - 40) * (x - 40) + (y - 40) * (y - 40) < 35 * 35)
          water(x, y, z) = 0;
  EXPECT_FALSE(find_canal(find_body(water, {1}), {1}));
}

} // namespace
} // namespace osteocalc::segmentation
