// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/spine_frame.h"

#include "spine_phantom.h"

#include <gtest/gtest.h>

#include <cmath>

namespace osteocalc::segmentation {
namespace {

/// An upright curve through (x, y) from z = 10 to z = 50.
SpineFrame upright(double x, double y) {
  SpineFrame frame;
  for (int s = 0; s <= 40; ++s) {
    frame.center.push_back({x, y, 10.0 + s});
    frame.up.push_back({0, 0, 1});
    frame.back.push_back({0, 1, 0});
    frame.left.push_back({1, 0, 0});
    frame.depth_mm.push_back(30.0);
    frame.half_width_mm.push_back(20.0);
  }
  return frame;
}

TEST(SpineFrameTest, PointsFollowTheCurveAndGoOnStraight) {
  const SpineFrame frame = upright(3, 4);
  EXPECT_NEAR(norm(frame.point(12.5, 6.0, -2.0) - Vec3{1.0, 10.0, 22.5}), 0.0, 1e-9);
  EXPECT_NEAR(norm(frame.point(-5.0, 0.0, 0.0) - Vec3{3.0, 4.0, 5.0}), 0.0, 1e-9);
  const SpineFrame longer = extended(frame, 7, 9);
  EXPECT_EQ(longer.length(), frame.length() + 16);
  EXPECT_NEAR(norm(longer.point(7.0, 0, 0) - frame.point(0.0, 0, 0)), 0.0, 1e-9);
}

TEST(SpineFrameTest, StraighteningReadsTheImageWhereThePointsLie) {
  VolumeGeometry g;
  g.size = {60, 70, 40};
  g.spacing_mm = {1.0, 1.0, 2.0};
  g.origin_mm = {-30, -30, 0};
  Volume<std::int16_t> image(g);
  for (int z = 0; z < 40; ++z)
    for (int y = 0; y < 70; ++y)
      for (int x = 0; x < 60; ++x) {
        const Vec3 p = index_to_point(g, {double(x), double(y), double(z)});
        image(x, y, z) = static_cast<std::int16_t>(std::lround(5 * p[0] + 3 * p[1] + 2 * p[2]));
      }
  const SpineFrame frame = upright(0, 0);
  const auto straight = straighten(image, frame, {20.0, -10.0, 60.0, 1.0}, {2});
  EXPECT_NEAR(sample(straight, 15.0, 12.0, -7.5), 5 * -7.5 + 3 * 12.0 + 2 * 25.0, 1.0);
  EXPECT_EQ(straight(20, 65, 15), outside_hu); // v = 55 lies behind the image
}

TEST(SpineFrameTest, TheCurveRunsThroughTheBodies) {
  const auto field = synth::Field::ChestAbdomen;
  const auto& ct = test::spine_scan(field);
  const Body& body = test::spine_body(field);
  const auto path = find_canal(body, {2});
  ASSERT_TRUE(path);
  const auto detail = spine_detail(ct.image.hu, body, *path, {2});
  const SpineFrame frame = center_on_bodies(detail, body, *path, {2});
  for (const auto& [id, center] : test::true_centers(ct)) {
    if (id == vertebral_body_label(Vertebra::S1))
      continue;
    double nearest = 1e9;
    for (const Vec3& c : frame.center)
      nearest = std::min(nearest, norm(c - center));
    EXPECT_LT(nearest, 5.0) << id;
  }
  for (std::size_t s = 0; s < frame.center.size(); ++s) {
    EXPECT_NEAR(dot(frame.up[s], frame.back[s]), 0.0, 1e-9);
    EXPECT_GT(dot(frame.left[s], Vec3{1, 0, 0}), 0.8);
    EXPECT_GT(dot(cross(frame.left[s], frame.back[s]), frame.up[s]), 0.99);
  }
}

} // namespace
} // namespace osteocalc::segmentation
