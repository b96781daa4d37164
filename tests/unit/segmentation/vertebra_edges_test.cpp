// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/vertebra_edges.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace osteocalc::segmentation {
namespace {

double above(double distance, double sd) {
  return 0.5 * std::erfc(-distance / (sd * std::numbers::sqrt2));
}

/// A waisted round body of 120 HU with a shell of 1 mm and 400 HU more, in 40 HU, blurred by 1.2 mm.
constexpr double blur_mm = 1.2;
double true_radius(double s) {
  return 18.0 - 2.0 * (1.0 - std::pow((s - 20.0) / 13.0, 2));
}
Volume<float> waisted_column() {
  VolumeGeometry g;
  g.size = {105, 121, 40};
  g.origin_mm = {-52, -40, 0};
  Volume<float> hu(g);
  for (int s = 0; s < 40; ++s)
    for (int y = 0; y < 121; ++y)
      for (int x = 0; x < 105; ++x) {
        const double depth = true_radius(s) - std::hypot(x - 52.0, y - 40.0);
        hu(x, y, s) = static_cast<float>(40.0 + 80.0 * above(depth, blur_mm) +
                                         400.0 * (above(depth, blur_mm) - above(depth - 1.0, blur_mm)));
      }
  return hu;
}

TEST(VertebraEdges, TheWallMovesToTheOutsideOfItsBlurredShell) {
  BodyShape body;
  body.low_s = 8.0;
  body.high_s = 32.0;
  body.wall.first_s = 8;
  body.wall.radius_mm.assign(25U * BodyWall::angles, 17.2F); // too wide at the waist, too narrow at the rims
  refine_wall(waisted_column(), blur_mm, body);
  for (const double s : {12.0, 20.0, 28.0})
    for (const double angle : {0.0, 1.0, 2.5, 4.0})
      EXPECT_NEAR(body.wall.radius(static_cast<int>(s), std::sin(angle), std::cos(angle)), true_radius(s), 0.25)
          << s << " " << angle;
}

/// Slices of 5 mm through a disc of 6 mm between bodies with shells; the endplates rise by 0.2 mm per mm to the back.
/// Each voxel is the mean of what lies within its slice.
Volume<std::int16_t> thick_slices(double first_z_mm) {
  VolumeGeometry g;
  g.size = {60, 50, 10};
  g.spacing_mm = {1, 1, 5};
  g.origin_mm = {-30, -25, first_z_mm};
  Volume<std::int16_t> slices(g);
  for (int z = 0; z < 10; ++z)
    for (int y = 0; y < 50; ++y) {
      double sum = 0.0;
      for (int k = 0; k < 100; ++k) {
        const double s = first_z_mm + 5.0 * z + (k - 49.5) * 0.05 - 0.2 * (y - 25.0);
        const double into_bone = std::max(22.0 - s, s - 28.0);
        sum += into_bone < 0.0 ? 80.0 : into_bone < 1.0 ? 450.0 : 160.0;
      }
      for (int x = 0; x < 60; ++x)
        slices(x, y, z) = static_cast<std::int16_t>(std::lround(sum / 100.0));
    }
  return slices;
}

TEST(VertebraEdges, EndplatesAreFoundBetweenThickSlices) {
  SpineFrame frame;
  for (int s = 0; s < 50; ++s) {
    frame.center.push_back({0, 0, double(s)});
    frame.up.push_back({0, 0, 1});
    frame.back.push_back({0, 1, 0});
    frame.left.push_back({1, 0, 0});
  }
  for (const double first_z_mm : {0.0, 1.7, 3.1}) {
    // Found too narrow a disc, and not tilted enough.
    HeightField lower{-19.0, -26.0, 2.0, 20, 27, {}}, upper = lower;
    for (int i = 0; i < 20 * 27; ++i) {
      const double rise = 0.14 * (-19.0 + 2.0 * (i / 27));
      lower.s.push_back(static_cast<float>(23.5 + rise));
      upper.s.push_back(static_cast<float>(26.0 + rise));
    }
    refine_endplates(thick_slices(first_z_mm), frame, {15.0, 22.0}, 50.0, lower, upper);
    for (const double v : {-10.0, 0.0, 10.0}) {
      EXPECT_NEAR(lower.at(v, 5.0), 22.0 + 0.2 * v, 0.5) << first_z_mm << " " << v;
      EXPECT_NEAR(upper.at(v, 5.0), 28.0 + 0.2 * v, 0.5) << first_z_mm << " " << v;
    }
  }
}

} // namespace
} // namespace osteocalc::segmentation
