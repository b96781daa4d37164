// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/shapes.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace osteocalc::synth {
namespace {

void expect_near(const Vec3& a, const Vec3& b) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    EXPECT_NEAR(a[axis], b[axis], 1e-12);
}

TEST(Shapes, FrameAlongIsRightHandedAndKeepsLeftNearTheLeft) {
  const Frame frame = frame_along({1, 2, 3}, {0.2, -0.3, 2});
  expect_near(cross(frame.left, frame.back), frame.up);
  EXPECT_GT(frame.left[0], 0.98);
  EXPECT_NEAR(dot(frame.left, frame.up), 0, 1e-12);
  expect_near(frame.at(0, 0, 0), {1, 2, 3});
}

TEST(Shapes, BoundsOfAnEllipsoidTouchIt) {
  // Turned by 30 degrees about z, half axes 4 and 2: the extent along x is sqrt((4 cos)^2 + (2 sin)^2).
  const double c = std::cos(std::numbers::pi / 6), s = 0.5;
  const Ellipsoid e{{{10, 0, 0}, {c, s, 0}, {-s, c, 0}, {0, 0, 1}}, {4, 2, 1}};
  const Box box = bounds(e);
  EXPECT_NEAR(box.high[0], 10 + std::hypot(4 * c, 2 * s), 1e-12);
  EXPECT_NEAR(box.low[1], -std::hypot(4 * s, 2 * c), 1e-12);
  EXPECT_NEAR(box.high[2], 1, 1e-12);
  EXPECT_NEAR(volume_mm3(e), 4.0 / 3 * std::numbers::pi * 8, 1e-12);
}

TEST(Shapes, SmoothTubePassesThroughItsNodesInShortSteps) {
  const std::vector<TubeNode> nodes{{{0, 0, 0}, 2}, {{30, 0, 0}, 4}, {{30, 40, 0}, 3}};
  const Tube tube = smooth_tube(nodes, 3);
  ASSERT_EQ(tube.nodes.size(), 1U + 10 + 13);
  expect_near(tube.nodes[10].center_mm, nodes[1].center_mm);
  EXPECT_DOUBLE_EQ(tube.nodes[10].radius_mm, 4);
  expect_near(tube.nodes.back().center_mm, nodes[2].center_mm);
  for (std::size_t i = 1; i < tube.nodes.size(); ++i)
    EXPECT_LT(norm(tube.nodes[i].center_mm - tube.nodes[i - 1].center_mm), 6);
}

} // namespace
} // namespace osteocalc::synth
