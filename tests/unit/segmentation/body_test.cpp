// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/body.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace osteocalc::segmentation {
namespace {

/// A trunk (ellipse with fat, muscle, two lungs and a trachea that divides), an arm beside it and a table under it; 2
/// mm voxels.
Volume<std::int16_t> trunk(double noise_hu) {
  VolumeGeometry g;
  g.size = {220, 150, 60};
  g.spacing_mm = {2, 2, 2};
  Volume<std::int16_t> hu(g, -1000);
  std::mt19937 random(1);
  const auto inside = [](double x, double y, double a, double b) { return x * x / (a * a) + y * y / (b * b) < 1.0; };
  for (int z = 0; z < 60; ++z)
    for (int y = 0; y < 150; ++y)
      for (int x = 0; x < 220; ++x) {
        double v = -1000.0;
        const double px = x - 100.0, py = y - 65.0;
        if (inside(px, py, 80, 55))
          v = inside(px, py, 72, 47) ? 50.0 : -100.0;
        if (inside(px - 38, py, 24, 34) || inside(px + 38, py, 24, 34))
          v = -850.0;
        if (z > 25 ? inside(px, py + 5, 5, 5) : z > 20 && inside(std::abs(px) - 7, py + 5, 4, 4))
          v = -1000.0;
        if (inside(px - 100, py, 12, 12))
          v = 50.0;
        if (y == 128 || y == 129)
          v = 200.0;
        const double u = double(random() % 2001) / 1000.0 - 1.0;
        hu(x, y, z) = static_cast<std::int16_t>(std::lround(v + noise_hu * std::sqrt(3.0) * u));
      }
  return hu;
}

TEST(BodyTest, TellsTrunkLungsAirwayArmAndTableApart) {
  const Body body = find_body(trunk(12.0), {2});
  EXPECT_EQ(body.space(100, 90, 30), Space::Tissue);
  EXPECT_EQ(body.space(62, 65, 30), Space::Lung);
  EXPECT_EQ(body.space(138, 65, 30), Space::Lung);
  EXPECT_EQ(body.space(100, 60, 45), Space::Airway);
  EXPECT_EQ(body.space(200, 65, 30), Space::Apart);
  EXPECT_EQ(body.space(100, 128, 30), Space::Apart);
  EXPECT_EQ(body.space(5, 5, 30), Space::Outside);
  EXPECT_EQ(body.space(100, 124, 30), Space::Outside);
  EXPECT_TRUE(body.sides_in_view);
  ASSERT_TRUE(body.carina_slice);
  EXPECT_NEAR(*body.carina_slice, 26.0, 1.0);
  EXPECT_TRUE(body.issues.empty());
}

TEST(BodyTest, ReadsTissueValuesAndNoiseOffTheHistogram) {
  const TissueValues tissue = find_body(trunk(12.0), {1}).tissue;
  EXPECT_NEAR(tissue.soft_hu, 50.0, 4.0);
  EXPECT_NEAR(tissue.fat_hu, -100.0, 5.0);
  EXPECT_NEAR(tissue.noise_hu, 12.0, 3.0);
  EXPECT_NEAR(tissue.bone_hu, 140.0, 5.0);
}

TEST(BodyTest, LungCutByTheFieldOfViewIsStillLung) {
  const auto whole = trunk(12.0);
  VolumeGeometry g = whole.geometry();
  g.size = {80, 60, 60}; // the middle of the trunk: both lungs reach the border
  Volume<std::int16_t> crop(g);
  for (int z = 0; z < 60; ++z)
    for (int y = 0; y < 60; ++y)
      for (int x = 0; x < 80; ++x)
        crop(x, y, z) = whole(x + 60, y + 35, z);
  const Body body = find_body(crop, {2});
  EXPECT_EQ(body.space(2, 30, 30), Space::Lung);
  EXPECT_EQ(body.space(77, 30, 30), Space::Lung);
  EXPECT_FALSE(body.sides_in_view);
}

TEST(BodyTest, MetalIsReported) {
  auto hu = trunk(0.0);
  for (int z = 20; z < 26; ++z)
    for (int y = 90; y < 96; ++y)
      for (int x = 100; x < 104; ++x)
        hu(x, y, z) = 3000;
  EXPECT_TRUE(has_rule(find_body(hu, {1}).issues, "SEG-METAL"));
}

TEST(BodyTest, EmptyAirIsRefusedAndATinyImageIsAnError) {
  VolumeGeometry g;
  g.size = {40, 40, 20};
  EXPECT_TRUE(has_rule(find_body(Volume<std::int16_t>(g, -1000), {1}).issues, "SEG-NO-BODY"));
  g.size = {40, 40, 2};
  EXPECT_THROW(static_cast<void>(find_body(Volume<std::int16_t>(g, 0), {1})), GeometryError);
}

} // namespace
} // namespace osteocalc::segmentation
