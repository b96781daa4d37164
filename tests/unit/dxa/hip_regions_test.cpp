// SPDX-License-Identifier: Apache-2.0
// A painted femur of one density: head, neck at 45 degrees and shaft.
#include "osteocalc/dxa/hip_regions.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace osteocalc::dxa {
namespace {

/// Within the neck, which leaves (35, 45) downwards at 45 degrees, reaches 64 mm and is narrowest half-way: 32 mm.
bool in_neck(const Vec2& p) {
  const double along = ((p[0] - 35) + (p[1] - 45)) / std::numbers::sqrt2, off = along - 32;
  const double aside = ((p[0] - 35) - (p[1] - 45)) / std::numbers::sqrt2;
  return along > 0 && along < 64 && std::abs(aside) < 16 + 0.02 * off * off;
}

/// The left femur as the image shows it: the head at the left, 23 mm around (35, 45); its neck; a shaft of 30 mm around
/// x = 80; a lesser trochanter that ends at y = 130; a part of half the density on the axis.
BoneImage left_femur(double g_cm2 = 0.9) {
  VolumeGeometry grid;
  grid.size = {130, 160, 1};
  BoneImage image;
  image.bone_g_cm2 = Volume<float>(grid, 0.0F);
  for (int y = 0; y < 160; ++y)
    for (int x = 0; x < 130; ++x) {
      const Vec2 p{x + 0.5, y + 0.5};
      const bool head = std::hypot(p[0] - 35, p[1] - 45) < 23;
      const bool neck = in_neck(p);
      const bool shaft = std::abs(p[0] - 80) < 15 && p[1] > 75;
      const bool greater = std::hypot((p[0] - 88) / 14, (p[1] - 75) / 20) < 1;
      const bool lesser = std::hypot((p[0] - 66) / 8, (p[1] - 119) / 11) < 1;
      if (head || neck || shaft || greater || lesser)
        image.bone_g_cm2(x, y, 0) = static_cast<float>(std::hypot(p[0] - 69, p[1] - 79) < 8 ? 0.5 * g_cm2 : g_cm2);
    }
  return image;
}

BoneImage mirrored(const BoneImage& image) {
  BoneImage out;
  out.bone_g_cm2 = image.bone_g_cm2.clone();
  const int width = out.bone_g_cm2.size(0);
  for (int y = 0; y < out.bone_g_cm2.size(1); ++y)
    for (int x = 0; x < width; ++x)
      out.bone_g_cm2(x, y, 0) = image.bone_g_cm2(width - 1 - x, y, 0);
  return out;
}

SiteDensity density(const HipRegions& found, const BoneImage& image, std::string_view name) {
  const auto region = std::ranges::find(found.regions, name, &Region::name);
  if (region == found.regions.end())
    throw std::out_of_range("no such region");
  return *measure(*region, image.bone_g_cm2, image.noise_g_cm2);
}

TEST(HipRegions, LandmarksWhereTheyWerePainted) {
  const HipRegions found = find_hip_regions(left_femur(), HipSide::Left);
  ASSERT_TRUE(found.issues.empty());
  EXPECT_NEAR(found.landmarks.head[0], 35, 2);
  EXPECT_NEAR(found.landmarks.head[1], 45, 2);
  EXPECT_NEAR(found.landmarks.head_radius_mm, 23, 1.5);
  EXPECT_NEAR(found.landmarks.axes_meet[0], 80, 2);
  EXPECT_NEAR(found.landmarks.axes_meet[1], 90, 3);
  EXPECT_NEAR(found.landmarks.lesser_trochanter_mm, 130, 3);
}

TEST(HipRegions, TheNeckIsABoxOfFifteenMillimetres) {
  const BoneImage image = left_femur();
  const SiteDensity neck = density(find_hip_regions(image, HipSide::Left), image, "neck");
  EXPECT_NEAR(neck.area_cm2, 0.01 * 15 * (32 + 2 * 0.02 * 7.5 * 7.5 / 3), 0.15);
}

TEST(HipRegions, TotalIsItsThreeParts) {
  const BoneImage image = left_femur();
  const HipRegions found = find_hip_regions(image, HipSide::Left);
  const SiteDensity total = density(found, image, "total");
  const SiteDensity sum = combined("total", {density(found, image, "neck"), density(found, image, "trochanter"),
                                             density(found, image, "intertrochanter")});
  EXPECT_NEAR(total.area_cm2, sum.area_cm2, 0.01);
  EXPECT_NEAR(total.bmc_g, sum.bmc_g, 0.01);
}

TEST(HipRegions, BoneFarFromTheNeckIsNoPartOfIt) {
  const BoneImage alone = left_femur();
  BoneImage image = left_femur();
  // An ischium in the direction across the neck, below it and apart from the shaft.
  for (int y = 112; y < 128; ++y)
    for (int x = 2; x < 26; ++x)
      image.bone_g_cm2(x, y, 0) = 0.9F;
  const HipRegions found = find_hip_regions(image, HipSide::Left);
  const HipRegions without = find_hip_regions(alone, HipSide::Left);
  for (const char* name : {"neck", "trochanter", "intertrochanter", "total"})
    EXPECT_NEAR(density(found, image, name).bmc_g, density(without, alone, name).bmc_g, 1e-6) << name;
}

TEST(HipRegions, WardsIsWhereMineralIsLeast) {
  const BoneImage image = left_femur();
  const HipRegions found = find_hip_regions(image, HipSide::Left);
  const SiteDensity wards = density(found, image, "wards");
  EXPECT_NEAR(wards.area_cm2, 1.21, 0.02);
  EXPECT_LT(wards.abmd_g_cm2(), 0.6); // the painted part has 0.45, the rest 0.9
}

TEST(HipRegions, EdgesCostNoDensity) {
  const Region head{"head", {{5, 15}, {30, 15}, {30, 75}, {5, 75}}, RegionArea::BoneInside};
  for (const double g_cm2 : {0.5, 0.9, 1.4})
    EXPECT_NEAR(measure(head, left_femur(g_cm2).bone_g_cm2, 0)->abmd_g_cm2() / g_cm2, 1, 0.035) << g_cm2;
}

TEST(HipRegions, ThinBoneWithinThickBoneIsBone) {
  BoneImage image = left_femur(0.9);
  const Region box{"box", {{60, 70}, {78, 70}, {78, 88}, {60, 88}}, RegionArea::BoneInside};
  for (float& value : image.bone_g_cm2.voxels())
    if (value > 0 && value < 0.8F)
      value = 0.2F;
  EXPECT_NEAR(measure(box, image.bone_g_cm2, 0)->area_cm2, 3.24, 1e-6);
}

TEST(HipRegions, TheOtherSideIsTheMirrorImage) {
  const BoneImage left = left_femur(), right = mirrored(left);
  const HipRegions a = find_hip_regions(left, HipSide::Left), b = find_hip_regions(right, HipSide::Right);
  ASSERT_TRUE(b.issues.empty());
  EXPECT_NEAR(density(a, left, "total").bmc_g, density(b, right, "total").bmc_g, 0.3);
}

TEST(HipRegions, AWrongSideIsRefused) {
  const HipRegions found = find_hip_regions(left_femur(), HipSide::Right);
  EXPECT_TRUE(has_rule(found.issues, "DXA-SIDE"));
  EXPECT_TRUE(found.regions.empty());
}

TEST(HipRegions, NoFemurNoRegions) {
  BoneImage image = left_femur();
  for (float& value : image.bone_g_cm2.voxels())
    value = 0;
  EXPECT_TRUE(has_rule(find_hip_regions(image, HipSide::Left).issues, "DXA-NO-FEMUR"));
}

} // namespace
} // namespace osteocalc::dxa
