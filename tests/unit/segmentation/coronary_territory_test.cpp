// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/coronary_territory.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

TEST(RootAxis, RunsLeftAndBackOnItsWayDown) {
  EXPECT_EQ(root_axis_at(30), root_axis_at(8));
  EXPECT_EQ(root_axis_at(-80), root_axis_at(-26));
  EXPECT_DOUBLE_EQ(root_axis_at(0)[0], 0.0);
  EXPECT_DOUBLE_EQ(root_axis_at(-12)[0], 11.0);
  EXPECT_DOUBLE_EQ(root_axis_at(-26)[0], 21.0);
  EXPECT_LT(root_axis_at(-26)[1], root_axis_at(0)[1]);
}

TEST(RootWall, NegativeInsideAndNoneBeyondTheRoot) {
  EXPECT_DOUBLE_EQ(root_wall_distance_mm({0, 0, 0}, 20), -19.0);
  EXPECT_DOUBLE_EQ(root_wall_distance_mm({30, 0, 0}, 20), 11.0);
  EXPECT_GT(root_wall_distance_mm({0, 0, 9}, 20), 90);
  EXPECT_GT(root_wall_distance_mm({0, 0, -31}, 20), 90);
}

TEST(LeftMain, EndsBeforeTheFatPadAndAboveTheGroove) {
  CoronaryCourses courses;
  courses.fat_pad = {42, -9, 0};
  courses.fork_mm = 33;
  EXPECT_TRUE(is_left_main(courses, {28, -6, -3}));
  EXPECT_FALSE(is_left_main(courses, {38, -6, -3}));
  EXPECT_FALSE(is_left_main(courses, {28, -6, -20}));
}

} // namespace
} // namespace osteocalc::segmentation
