// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/vertebra_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

/// A curve that bends forward with a radius of 200 mm.
SpineFrame bent() {
  SpineFrame frame;
  for (int s = 0; s <= 100; ++s) {
    const double a = s / 200.0;
    frame.center.push_back({0.0, 200.0 * (1.0 - std::cos(a)), 200.0 * std::sin(a)});
    frame.up.push_back({0.0, std::sin(a), std::cos(a)});
    frame.back.push_back({0.0, std::cos(a), -std::sin(a)});
    frame.left.push_back({1, 0, 0});
    frame.depth_mm.push_back(30.0);
    frame.half_width_mm.push_back(20.0);
  }
  return frame;
}

TEST(VertebraMap, ABallOnABentSpineComesBackAsABall) {
  const SpineFrame frame = bent();
  VolumeGeometry g;
  g.size = {105, 121, 101};
  g.origin_mm = {-52, -40, 0};
  StraightVertebrae straight{Volume<std::uint8_t>(g, 0), Volume<std::uint8_t>(g, 0), Volume<float>(g, -4.0F)};
  // The ball is drawn by the points its samples stand for, so the truth in the image is known.
  const Vec3 middle = frame.point(50.0, 0.0, 0.0);
  for (int s = 0; s <= 100; ++s)
    for (int y = 0; y < 121; ++y)
      for (int x = 0; x < 105; ++x) {
        const double depth = 15.0 - norm(frame.point(s, y - 40.0, x - 52.0) - middle);
        straight.body_depth_mm(x, y, s) = static_cast<float>(std::max(-4.0, depth));
        if (depth > 0.0)
          straight.body(x, y, s) = straight.whole(x, y, s) = 1;
      }
  VolumeGeometry image;
  image.size = {90, 120, 60};
  image.spacing_mm = {0.9, 0.9, 2.0};
  image.origin_mm = {-40, -50, -10};
  const auto one = carry_to_image(straight, frame, image, {31}, {265}, {1});
  const auto three = carry_to_image(straight, frame, image, {31}, {265}, {3});
  EXPECT_TRUE(std::ranges::equal(one.whole.voxels(), three.whole.voxels()));
  double wrong = 0.0, truth = 0.0;
  for (int z = 0; z < 60; ++z)
    for (int y = 0; y < 120; ++y)
      for (int x = 0; x < 90; ++x) {
        const bool inside = norm(index_to_point(image, {double(x), double(y), double(z)}) - middle) < 15.0;
        truth += inside;
        wrong += inside != (one.bodies(x, y, z) == 265);
        if (one.bodies(x, y, z) != 0) {
          EXPECT_EQ(one.whole(x, y, z), 31);
        }
      }
  EXPECT_LT(wrong / truth, 0.02);
}

} // namespace
} // namespace osteocalc::segmentation
