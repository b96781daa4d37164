// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_tube.h"

#include "osteocalc/segmentation/aorta_image.h"
#include "unit/segmentation/aorta_phantom.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

TEST(AortaTube, FindsTheWallFromARoughCourse) {
  testing::AortaPhantom p(120.0);
  p.stamp_descending(0.0, 120.0, 12.0);
  const Body body = find_body(p.hu, {2});
  const auto column = column_mask(body, anchor_slices(p.spine.curve, body.hu.geometry()), {2});
  std::vector<CoursePoint> rough;
  for (double z = 110.0; z >= 10.0; z -= 2.0) // beside the true centre and too small
    rough.push_back({{15.0, 33.5, z}, 10.5, 0.8, AortaSegment::Descending});
  const auto sections = outline_vessel(p.hu, body, column, rough, {2});
  ASSERT_EQ(sections.size(), 51U);
  for (const VesselSection& s : sections) {
    EXPECT_NEAR(s.radius_mm, 12.0, 0.9);
    EXPECT_LT(std::hypot(s.center_mm[0] - 14.0, s.center_mm[1] - 34.0), 1.2);
    EXPECT_NEAR(s.direction[2], -1.0, 0.02);
    EXPECT_NEAR(dot(s.direction, s.side), 0.0, 1e-9);
    EXPECT_GT(s.confidence, 0.8);
  }
}

TEST(AortaTube, WithoutEdgesConfidenceIsLow) {
  testing::AortaPhantom p(120.0);
  std::ranges::replace(p.hu.voxels(), std::int16_t{-100}, std::int16_t{40}); // no fat at all
  const Body body = find_body(p.hu, {2});
  const auto column = column_mask(body, anchor_slices(p.spine.curve, body.hu.geometry()), {2});
  std::vector<CoursePoint> rough;
  for (double z = 110.0; z >= 10.0; z -= 2.0)
    rough.push_back({{14.0, 24.0, z}, 10.0, 0.2, AortaSegment::Descending});
  for (const VesselSection& s : outline_vessel(p.hu, body, column, rough, {2}))
    EXPECT_LT(s.confidence, trusted_confidence);
}

} // namespace
} // namespace osteocalc::segmentation
