// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/view/surface.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::view {
namespace {

TEST(PlaneThrough, LooksAsRadiologistsDo) {
  const auto letters = [](Plane plane) { return side_letters(plane_through(plane, {0, 0, 0}, 100, 80, 1)); };
  EXPECT_EQ(letters(Plane::Axial).left, "R");
  EXPECT_EQ(letters(Plane::Axial).top, "A");
  EXPECT_EQ(letters(Plane::Coronal).left, "R");
  EXPECT_EQ(letters(Plane::Coronal).bottom, "F");
  EXPECT_EQ(letters(Plane::Sagittal).left, "A");
  EXPECT_EQ(letters(Plane::Sagittal).top, "H");
}

TEST(PlaneThrough, ItsMiddleIsThePoint) {
  const Surface surface = plane_through(Plane::Sagittal, {5, -3, 70}, 101, 81, 0.5);
  EXPECT_EQ(surface.height(), 81);
  EXPECT_LT(norm(point_at(surface, 50, 40) - Vec3{5, -3, 70}), 1e-9);
  EXPECT_LT(norm(point_at(surface, 52, 40) - Vec3{5, -2, 70}), 1e-9); // to the right is to the back
}

TEST(PixelOf, IsTheWayBack) {
  const Surface surface = plane_through(Plane::Coronal, {10, 20, 30}, 200, 150, 0.7);
  const auto pixel = pixel_of(surface, point_at(surface, 33, 44), 1);
  ASSERT_TRUE(pixel);
  EXPECT_NEAR((*pixel)[0], 33, 1e-6);
  EXPECT_NEAR((*pixel)[1], 44, 1e-6);
  EXPECT_FALSE(pixel_of(surface, {10, 25, 30}, 1)); // 5 mm behind the plane
  EXPECT_TRUE(pixel_of(surface, {10, 25, 30}, 6));
  EXPECT_FALSE(pixel_of(surface, {500, 20, 30}, 1)); // beside the picture
}

TEST(CurvedAlong, StretchesABentLine) {
  CenterLine line, spine; // a quarter of a circle of 50 mm; the spine 30 mm behind
  for (int i = 0; i <= 78; ++i) {
    const double angle = i / 50.0;
    line.points_mm.push_back({50 * std::sin(angle), 0, 50 * std::cos(angle)});
    spine.points_mm.push_back({50 * std::sin(angle), 30, 50 * std::cos(angle)});
  }
  const Surface surface = curved_along(line, spine, 0, 61, 79, 1);
  const auto middle = pixel_of(surface, line.points_mm[40], 1);
  ASSERT_TRUE(middle);
  EXPECT_NEAR((*middle)[0], 30, 0.5);
  EXPECT_NEAR((*middle)[1], 40, 1); // its way along the line, not its height
  const auto beside = pixel_of(surface, line.points_mm[40] + Vec3{0, 20, 0}, 1);
  ASSERT_TRUE(beside);
  EXPECT_NEAR((*beside)[0], 50, 0.5);
  EXPECT_EQ(side_letters(surface).right, "P");
}

TEST(CurvedAlong, ShowsNothingBeyondTheLine) {
  EXPECT_EQ(curved_along({}, {}, 0, 10, 20, 1).height(), 20);
  EXPECT_EQ(norm(curved_along({}, {}, 0, 10, 20, 1).rows[5].step_mm), 0);
}

TEST(ObliqueAlong, RunsDownTheLine) {
  CenterLine line;
  for (int i = 0; i < 100; ++i)
    line.points_mm.push_back({0, 0.5 * i, -1.0 * i});
  const Surface surface = oblique_along(line, line.points_mm[50], 101, 101, 1);
  EXPECT_TRUE(pixel_of(surface, line.points_mm[20], 0.1));
  EXPECT_TRUE(pixel_of(surface, line.points_mm[80], 0.1));
  EXPECT_EQ(side_letters(surface).bottom, "FP");
}

TEST(ScaleBar, IsRoundAndFits) {
  EXPECT_EQ(scale_bar_mm(plane_through(Plane::Axial, {0, 0, 0}, 500, 10, 0.8)), 100);
  EXPECT_EQ(scale_bar_mm(plane_through(Plane::Axial, {0, 0, 0}, 300, 10, 0.1)), 5);
}

} // namespace
} // namespace osteocalc::view
