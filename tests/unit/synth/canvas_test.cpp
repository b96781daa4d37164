// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/canvas.h"

#include "osteocalc/synth/attenuation.h"

#include <gtest/gtest.h>
#include <numbers>
#include <numeric>

namespace osteocalc::synth {
namespace {

constexpr double hu_per_mg = 1.3;

VolumeGeometry grid() {
  return {.size = {64, 64, 1}, .spacing_mm = {1, 1, 1}, .origin_mm = {-31.5, -31.5, 0}};
}

/// Area (mm2) the shape covers in the slice, from HU painted 1 above air.
template <class Shape>
double painted_area(const Shape& shape, double z = 0) {
  Canvas canvas(grid(), hu_per_mg);
  canvas.begin(z);
  canvas.join(shape);
  canvas.paint({.outer = {tissue::air_hu + 1000, 0}});
  double sum = 0;
  for (const float hu : canvas.hu())
    sum += (hu - tissue::air_hu) / 1000.0;
  return sum;
}

TEST(Canvas, CoverageAddsUpToTheAreaOfASection) {
  EXPECT_NEAR(painted_area(Ellipsoid{{.center_mm = {0.3, -0.2, 0}}, {12, 8, 20}}), std::numbers::pi * 96, 2);
  // At half the height of a sphere of 10 mm the section's radius is sqrt(75).
  EXPECT_NEAR(painted_area(Ellipsoid{{.center_mm = {0, 0, 5}}, {10, 10, 10}}), std::numbers::pi * 75, 2);
  EXPECT_NEAR(painted_area(Tube{{{{0.2, 0, -30}, 9}, {{0.2, 0, 30}, 9}}, 1, {}}), std::numbers::pi * 81, 2);
  // |x|^2.5 + |y|^2.5 <= 1 has the area 4 Gamma(1.4)^2 / Gamma(1.8).
  const double share = 4 * std::pow(std::tgamma(1.4), 2) / std::tgamma(1.8);
  EXPECT_NEAR(painted_area(Outline{0, 0, 25, 15}), share * 25 * 15, 0.01 * share * 25 * 15);
}

TEST(Canvas, ABlockIsRoundInFrontFlatBehindAndEndsAtItsEndplates) {
  const Block block{{}, 20, 15, 24, 22, 20, 0.0, 0};
  EXPECT_GT(painted_area(block, 0), std::numbers::pi * 20 * 15); // fuller than the ellipse
  EXPECT_LT(painted_area(block, 0), 4 * 20 * 15);
  // The front is 12 mm high above the middle, the back 10 mm.
  const double at_10_5 = painted_area(block, 10.8), at_13 = painted_area(block, 13);
  EXPECT_GT(at_10_5, 50);
  EXPECT_LT(at_10_5, 0.6 * painted_area(block, 0));
  EXPECT_EQ(at_13, 0);
}

TEST(Canvas, LaterShapesLieOverEarlierOnesAndLabelsFollowThePixelCentre) {
  Canvas canvas(grid(), hu_per_mg);
  canvas.begin(0);
  canvas.join(Ellipsoid{{}, {20, 20, 20}});
  canvas.paint({.outer = {50, 0}, .label = 52, .part = 213});
  canvas.join(Ellipsoid{{}, {8, 8, 8}, 262});
  canvas.paint({.outer = {-25, 0}, .label = 28, .shell_mm = 2, .core = {-25, 100}});
  const auto at = [&](int x, int y) { return static_cast<std::size_t>(64 * y + x); };
  EXPECT_EQ(canvas.labels()[at(32, 32)], 28);
  EXPECT_EQ(canvas.parts()[at(32, 32)], 262);
  EXPECT_FLOAT_EQ(canvas.hu()[at(32, 32)], -25 + 130);
  EXPECT_FLOAT_EQ(canvas.hu()[at(38, 32)], -25); // 6.5 mm out: in the shell
  EXPECT_EQ(canvas.labels()[at(42, 32)], 52);
  EXPECT_EQ(canvas.parts()[at(42, 32)], 213);
  EXPECT_FLOAT_EQ(canvas.hu()[at(42, 32)], 50);
  EXPECT_EQ(canvas.labels()[at(60, 32)], 0);
  EXPECT_FLOAT_EQ(canvas.hu()[at(60, 32)], tissue::air_hu);
}

TEST(Canvas, DepositKeepsTheMassOfABodySmallerThanAPixel) {
  Canvas canvas(grid(), hu_per_mg);
  const double r = 0.45;
  double mass_mg = 0;
  for (int layer = -2; layer <= 2; ++layer) {
    canvas.begin(layer);
    const double air = std::accumulate(canvas.hu().begin(), canvas.hu().end(), 0.0);
    canvas.deposit({{-r, -r, -r}, {r, r, r}}, 400, 1, [&](const Vec3& p) { return norm(p) <= r; });
    mass_mg += (std::accumulate(canvas.hu().begin(), canvas.hu().end(), 0.0) - air) / hu_per_mg * 1e-3;
  }
  EXPECT_NEAR(mass_mg, 0.4 * 4.0 / 3 * std::numbers::pi * r * r * r, 0.04 * mass_mg);
}

} // namespace
} // namespace osteocalc::synth
