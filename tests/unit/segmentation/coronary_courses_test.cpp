// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/coronary_courses.h"

#include "heart_phantom.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

TEST(HeartFrame, GoesThereAndBack) {
  const HeartFrame frame{.grid = {}, .root_index = {10, 20, 30}, .root_radius_mm = 16};
  const Vec3 left = frame.from_index({11, 20, 30}), front = frame.from_index({10, 19, 30}),
             up = frame.from_index({10, 20, 31});
  EXPECT_EQ(left, (Vec3{2, 0, 0}));
  EXPECT_EQ(front, (Vec3{0, 2, 0}));
  EXPECT_EQ(up, (Vec3{0, 0, 2}));
  EXPECT_EQ(frame.to_index({-4, 6, 8}), (Vec3{8, 17, 34}));
}

TEST(HeartFrame, SizeGoesHalfWayToThisHeart) {
  HeartFrame frame;
  frame.border_mm = 115;
  EXPECT_DOUBLE_EQ(frame.scale(), 1.0);
  frame.border_mm = 92; // 20 % smaller
  EXPECT_NEAR(frame.scale(), 0.9, 1e-12);
  frame.border_mm = 500; // an effusion, not a heart
  EXPECT_LT(frame.scale(), 1.12);
}

TEST(LineDistance, WeighsHeights) {
  const Polyline line{{0, 0, 0}, {10, 0, 0}};
  EXPECT_DOUBLE_EQ(line_distance_mm({5, 3, 4}, line, 1.0), 5.0);
  EXPECT_DOUBLE_EQ(line_distance_mm({5, 3, 8}, line, 0.5), 5.0);
  EXPECT_DOUBLE_EQ(line_distance_mm({13, 4, 0}, line, 1.0), 5.0);
}

TEST(Courses, LieOnTheirSidesOfTheHeart) {
  const test::HeartPhantom phantom;
  const Body body = find_body(phantom.hu, {2});
  const auto thorax = find_thorax(body, {2});
  ASSERT_TRUE(thorax);
  const AorticRoot root = find_aortic_root(*thorax, {}, {}, {2});
  const HeartFrame frame = make_frame(*thorax, root);
  const CoronaryCourses courses = find_courses(*thorax, root, frame);
  EXPECT_GE(courses.border_heights, 10);
  EXPECT_GT(courses.fat_pad[0], root.radius_mm);
  const auto& lad = courses.lines[1].front();
  const auto& lcx = courses.lines[2].front();
  EXPECT_GT(lad.back()[1], lcx.back()[1] + 20); // the anterior artery runs in front of the circumflex
  for (const Vec3& p : lad)
    EXPECT_GT(p[0], 0);
}

} // namespace
} // namespace osteocalc::segmentation
