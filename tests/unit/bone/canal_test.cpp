// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/canal.h"

#include <gtest/gtest.h>
#include <numbers>

namespace osteocalc::bone {
namespace {

constexpr int center_x = 30, center_y = 40;

/// A plate with a round hole of radius 9 about (30, 40), `thick` slices; `gap` columns of its rear wall are missing.
Volume<std::uint8_t> plate_with_hole(int thick, int gap = 0) {
  Volume<std::uint8_t> mask(VolumeGeometry{{61, 61, 12}}, std::uint8_t{0});
  for (int z = 2; z < 2 + thick; ++z)
    for (int y = 5; y < 56; ++y)
      for (int x = 10; x < 51; ++x) {
        const bool hole = (x - center_x) * (x - center_x) + (y - center_y) * (y - center_y) <= 81;
        const bool opened = y > center_y && std::abs(2 * (x - center_x)) < gap;
        mask(x, y, z) = hole || opened ? 0 : 1;
      }
  return mask;
}

TEST(FindCanal, GivesCentreAreaAndFrontOfTheHole) {
  const auto canal = find_canal(plate_with_hole(4));
  ASSERT_TRUE(canal);
  EXPECT_NEAR(canal->center_x, center_x, 0.1);
  EXPECT_NEAR(canal->center_y, center_y, 0.1);
  EXPECT_NEAR(canal->area_mm2, std::numbers::pi * 81, 10);
  EXPECT_EQ(canal->front_y, center_y - 9);
}

TEST(FindCanal, LooksThroughAllSlicesAtOnce) {
  // Front half of the ring in one slice, rear half in another: together they enclose the canal.
  Volume<std::uint8_t> mask = plate_with_hole(2);
  for (int y = 0; y < 61; ++y)
    for (int x = 0; x < 61; ++x)
      mask(x, y, y < center_y ? 2 : 3) = 0;
  EXPECT_TRUE(find_canal(mask));
}

TEST(FindCanal, AnOpenArchEnclosesNothing) {
  EXPECT_FALSE(find_canal(plate_with_hole(4, 12)));
}

TEST(FindCanal, ALabelALittleTooSmallOrTooLargeStillShowsIt) {
  const auto gap = find_canal(plate_with_hole(4, 5)); // as where an eroded arch has come apart
  ASSERT_TRUE(gap);
  EXPECT_EQ(gap->front_y, center_y - 9);
  EXPECT_NEAR(gap->center_x, center_x, 0.1);
  Volume<std::uint8_t> filled = plate_with_hole(4);
  for (int z = 0; z < 12; ++z)
    for (int y = 0; y < 61; ++y)
      for (int x = 0; x < 61; ++x) // a hole of radius 3 is left of it
        if ((x - center_x) * (x - center_x) + (y - center_y) * (y - center_y) > 9 && z >= 2 && z < 6)
          filled(x, y, z) = x >= 10 && x < 51 && y >= 5 && y < 56 ? 1 : 0;
  const auto narrow = find_canal(filled);
  ASSERT_TRUE(narrow);
  EXPECT_EQ(narrow->front_y, center_y - 3); // where the label's body ends
}

TEST(FindCanal, AHoleTooSmallForACanalIsNone) {
  Volume<std::uint8_t> mask(VolumeGeometry{{40, 40, 3}}, std::uint8_t{1});
  for (int z = 0; z < 3; ++z)
    for (int y = 10; y < 13; ++y)
      for (int x = 10; x < 11; ++x)
        mask(x, y, z) = 0; // a slit
  EXPECT_FALSE(find_canal(mask));
}

TEST(InFrontOf, CutsEverythingFromTheCanalsFrontBackwards) {
  const Volume<std::uint8_t> whole = plate_with_hole(4);
  const Volume<std::uint8_t> body = in_front_of(whole, *find_canal(whole));
  for (int z = 0; z < 12; ++z)
    for (int y = 0; y < 61; ++y)
      for (int x = 0; x < 61; ++x)
        ASSERT_EQ(body(x, y, z), y < center_y - 9 ? whole(x, y, z) : 0);
}

TEST(KeepLargestPart, DropsWhatTouchesAtACornerOnly) {
  Volume<std::uint8_t> mask(VolumeGeometry{{8, 8, 8}}, std::uint8_t{0});
  for (int i = 0; i < 3; ++i)
    mask(i, 1, 1) = 1;
  mask(3, 2, 1) = 1; // edge to edge with (2,1,1): another part under 6-connectivity
  mask(3, 2, 2) = 1;
  keep_largest_part(mask);
  EXPECT_EQ(mask(0, 1, 1) + mask(1, 1, 1) + mask(2, 1, 1), 3);
  EXPECT_EQ(mask(3, 2, 1) + mask(3, 2, 2), 0);
}

} // namespace
} // namespace osteocalc::bone
