// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/geometry.h"

#include "unit/image/oblique.h"

#include <gtest/gtest.h>

namespace osteocalc {
namespace {

VolumeGeometry straight() {
  return {{20, 30, 40}, {0.5, 0.75, 2.5}, {-10, 20, -300}};
}

/// A gantry tilt: slices stay level while the stack leans, so the axes are oblique to each other.
VolumeGeometry sheared() {
  VolumeGeometry geometry = straight();
  geometry.axes[2] = normalized({0, 0.4, 1});
  return geometry;
}

void expect_near(const Vec3& a, const Vec3& b, double tolerance = 1e-9) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    EXPECT_NEAR(a[axis], b[axis], tolerance);
}

TEST(Vectors, FollowTheirDefinitions) {
  EXPECT_EQ((Vec3{1, 2, 3} + Vec3{4, 5, 6}), (Vec3{5, 7, 9}));
  EXPECT_EQ((Vec3{4, 5, 6} - Vec3{1, 2, 4}), (Vec3{3, 3, 2}));
  EXPECT_EQ(2.0 * (Vec3{1, 2, 3}), (Vec3{2, 4, 6}));
  EXPECT_EQ(dot({1, 2, 3}, {4, 5, 6}), 32);
  EXPECT_EQ(cross({1, 0, 0}, {0, 1, 0}), (Vec3{0, 0, 1}));
  EXPECT_EQ(norm({2, 3, 6}), 7);
  expect_near(normalized({0, 3, 4}), {0, 0.6, 0.8});
}

TEST(Geometry, IndexStepsBySpacingAlongTheAxes) {
  expect_near(index_to_point(straight(), {0, 0, 0}), {-10, 20, -300});
  expect_near(index_to_point(straight(), {2, 4, 10}), {-9, 23, -275});
  EXPECT_DOUBLE_EQ(voxel_volume_mm3(straight()), 0.9375);
  EXPECT_EQ(voxel_count(straight()), 24000U);
  expect_near(center_mm(straight()), {-10 + 0.5 * 9.5, 20 + 0.75 * 14.5, -300 + 2.5 * 19.5});
}

TEST(Geometry, PointsFindBackToTheirIndexOnAnyAxes) {
  VolumeGeometry mirrored = straight();
  mirrored.axes = {{{0, 0, -1}, {-1, 0, 0}, {0, 1, 0}}};
  for (const VolumeGeometry& geometry :
       {straight(), test::turned(straight(), 25, -40), sheared(), test::turned(sheared(), 12, 30), mirrored})
    for (const Vec3& index : {Vec3{0, 0, 0}, Vec3{3.25, 17.5, 39}, Vec3{-4, 31, 2.125}})
      expect_near(point_to_index(geometry, index_to_point(geometry, index)), index);
}

TEST(Geometry, ALeaningStackMovesWithTheSlice) {
  // 2.5 mm along (0, 0.4, 1)/1.077: y grows with z, and the slice's own plane stays level.
  const Vec3 up = index_to_point(sheared(), {0, 0, 1}) - index_to_point(sheared(), {0, 0, 0});
  EXPECT_NEAR(up[1] / up[2], 0.4, 1e-12);
  EXPECT_NEAR(norm(up), 2.5, 1e-12);
}

TEST(SameGrid, AllowsRoundingAndNothingMore) {
  VolumeGeometry other = straight();
  EXPECT_TRUE(same_grid(straight(), other));
  other.origin_mm[0] += 5e-4;
  EXPECT_TRUE(same_grid(straight(), other));
  other.origin_mm[0] += 2e-3;
  EXPECT_FALSE(same_grid(straight(), other));
  EXPECT_TRUE(same_grid(straight(), other, 0.01));
}

TEST(SameGrid, SeesADriftThatShowsAtTheFarCornerOnly) {
  VolumeGeometry other = straight();
  other.spacing_mm[2] += 1e-3; // 0.039 mm at the last slice
  EXPECT_FALSE(same_grid(straight(), other));
  other = straight();
  other.size[2] -= 1;
  EXPECT_FALSE(same_grid(straight(), other));
  EXPECT_FALSE(same_grid(straight(), test::turned(straight(), 0, 0.1)));
}

TEST(CoveredFraction, CountsCornersAndCentre) {
  EXPECT_DOUBLE_EQ(covered_fraction(straight(), straight()), 1);
  VolumeGeometry far = straight();
  far.origin_mm[2] += 1000;
  EXPECT_DOUBLE_EQ(covered_fraction(straight(), far), 0);
  VolumeGeometry lower = straight(); // four corners, and the centre on the very border
  lower.size[2] = 20;
  EXPECT_NEAR(covered_fraction(straight(), lower), 5.0 / 9, 1e-12);
  lower.size[2] = 19;
  EXPECT_NEAR(covered_fraction(straight(), lower), 4.0 / 9, 1e-12);
  EXPECT_DOUBLE_EQ(covered_fraction(lower, straight()), 1);
}

} // namespace
} // namespace osteocalc
