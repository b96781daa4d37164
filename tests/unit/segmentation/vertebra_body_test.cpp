// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/vertebra_body.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

/// Straightened bodies: elliptic columns 30 x 44 mm of 180 HU, discs of 70 HU and 8 mm at s = 40, 74, 108; soft tissue
/// of 40 HU around. Edges are blurred by 1 mm.
Volume<float> column() {
  VolumeGeometry g;
  g.size = {105, 121, 150};
  g.origin_mm = {-52, -40, 0};
  Volume<float> hu(g);
  const auto step = [](double distance) { return 0.5 * (1.0 + std::erf(distance / std::sqrt(2.0))); };
  for (int s = 0; s < 150; ++s)
    for (int y = 0; y < 121; ++y)
      for (int x = 0; x < 105; ++x) {
        const double v = y - 40.0, u = x - 52.0, r = std::hypot(v / 15.0, u / 22.0);
        double disc = 0.0;
        for (const double d : {40.0, 74.0, 108.0})
          disc = std::max(disc, step(4.0 - std::abs(s - d)));
        hu(x, y, s) = static_cast<float>(40.0 + step((1.0 - r) * 17.0) * (140.0 - 110.0 * disc));
      }
  return hu;
}

/// The image of which the column is the straightened part: the same samples.
Volume<std::int16_t> slices_of(const Volume<float>& straight) {
  Volume<std::int16_t> slices(straight.geometry());
  std::ranges::transform(straight.voxels(), slices.voxels().begin(),
                         [](float hu) { return static_cast<std::int16_t>(std::lround(hu)); });
  return slices;
}

SpineFrame straight_frame() {
  SpineFrame frame;
  for (int s = 0; s < 150; ++s) {
    frame.center.push_back({0, 0, double(s)});
    frame.up.push_back({0, 0, 1});
    frame.back.push_back({0, 1, 0});
    frame.left.push_back({1, 0, 0});
    frame.depth_mm.push_back(30.0);
    frame.half_width_mm.push_back(22.0);
  }
  return frame;
}

TEST(VertebraBody, SurfacesLieOnThePlainStepsOfAPhantom) {
  const auto hu = column();
  const auto slices = slices_of(hu);
  const auto shapes = shape_bodies({hu, hu, slices}, straight_frame(), {41, 73, 109}, std::nullopt, {}, {2});
  ASSERT_EQ(shapes.bodies.size(), 4U);
  const auto& body = shapes.bodies[1];
  ASSERT_TRUE(body && body->lower && body->upper);
  EXPECT_NEAR(body->lower->surface.at(0, 0), 44.0, 0.3);
  EXPECT_NEAR(body->upper->surface.at(0, 0), 70.0, 0.3);
  EXPECT_NEAR(body->wall.radius(57, -1.0, 0.0), 15.0, 0.4);
  EXPECT_NEAR(body->wall.radius(57, 0.0, 1.0), 22.0, 0.4);
  EXPECT_GT(body->depth_inside(57, 0, 0), 10.0);
  EXPECT_LT(body->depth_inside(74, 0, 0), 0.0);
  EXPECT_LT(body->depth_inside(57, 20, 0), 0.0);
  EXPECT_NEAR(shapes.discs[1].tilt_back, 0.0, 0.04);
}

TEST(VertebraBody, AnEndplateOutsideTheImageIsLeftOut) {
  auto hu = column();
  for (int s = 105; s < 150; ++s)
    for (int y = 0; y < 121; ++y)
      for (int x = 0; x < 105; ++x)
        hu(x, y, s) = outside_hu;
  const auto shapes = shape_bodies({hu, hu, slices_of(hu)}, straight_frame(), {40, 74, 108}, std::nullopt, {}, {1});
  ASSERT_TRUE(shapes.bodies[2]);
  EXPECT_TRUE(shapes.bodies[2]->lower);
  EXPECT_FALSE(shapes.bodies[2]->upper);
}

TEST(VertebraBody, LabelsReachAnEighthOfAVoxelBeyondTheSurfaces) {
  const auto hu = column();
  const auto slices = slices_of(hu);
  const auto body = *shape_bodies({hu, hu, slices}, straight_frame(), {41, 73, 109}, std::nullopt, {}, {2}).bodies[1];
  EXPECT_NEAR(body.depth_inside(57, 0.0, body.wall.radius(57, 0.0, 1.0)), 0.12, 0.01);
  EXPECT_NEAR(body.depth_inside(46, 0.0, 0.0) - (46.0 - body.lower->surface.at(0, 0)), 0.12, 0.01);
}

TEST(VertebraBody, AHeightFieldInterpolatesAndHoldsItsBorder) {
  const HeightField field{0.0, 0.0, 2.0, 2, 2, {1.0F, 3.0F, 5.0F, 7.0F}};
  EXPECT_DOUBLE_EQ(field.at(1.0, 1.0), 4.0);
  EXPECT_DOUBLE_EQ(field.at(-9.0, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(field.at(9.0, 9.0), 7.0);
}

} // namespace
} // namespace osteocalc::segmentation
