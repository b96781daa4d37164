// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/rods.h"

#include "unit/calibration/rod_scan.h"

#include <gtest/gtest.h>

namespace osteocalc::calibration {
namespace {

void expect_found(const test::RodScan& made, double place_mm, double hu_tolerance) {
  const Volume<std::int16_t> scan = made.scan();
  const std::vector<RodRow> rows = find_rod_rows(scan);
  ASSERT_FALSE(rows.empty());
  const RodRow& row = rows.front();
  ASSERT_EQ(row.rods.size(), made.hu.size());
  for (std::size_t i = 0; i < row.rods.size(); ++i) {
    EXPECT_EQ(row.slots[i], static_cast<int>(i));
    EXPECT_LT(made.off_axis_mm(i, row.rods[i].point_mm), place_mm) << i;
    EXPECT_NEAR(row.rods[i].radius_mm, made.radius_mm, 1) << i;
    EXPECT_GT(dot(row.rods[i].direction, made.direction()), 0.995) << i;
    const auto hu = measure_rod(scan, row.rods[i]);
    ASSERT_TRUE(hu);
    EXPECT_NEAR(hu->mean_hu, made.hu[i], hu_tolerance) << i;
  }
}

TEST(FindRodRows, StraightUnderTheBack) {
  expect_found({.hu = {-30, 130, 260, 390, 520}}, 0.7, 0.5);
}

TEST(FindRodRows, TurnedWithinTheSlice) {
  expect_found({.hu = {130, 260, 520, 780, 1040}, .turn_deg = 9}, 0.7, 0.5);
}

TEST(FindRodRows, RunningAskewThroughTheScan) {
  test::RodScan made{.hu = {130, 260, 390, 520}, .tilt_deg = 8};
  made.grid.size[2] = 24;
  made.grid.origin_mm[2] = -34.5;
  expect_found(made, 1.0, 1);
}

TEST(FindRodRows, AnywhereInTheField) {
  expect_found({.hu = {130, 260, 520}, .pitch_mm = 30, .middle_mm = {-40, 75, 0}}, 0.7, 0.5);
}

TEST(FindRodRows, SmallRodsAndNoise) {
  expect_found({.hu = {130, 260, 390, 520}, .radius_mm = 6.5, .pitch_mm = 25, .noise_hu = 20}, 0.8, 2.5);
}

TEST(FindRodRows, ARodThatDoesNotShowLeavesItsPlace) {
  test::RodScan made{.hu = {130, 260, 20, 390, 520}}; // 20 HU is the slab itself
  const std::vector<RodRow> rows = find_rod_rows(made.scan());
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.front().slots, (std::vector{0, 1, 3, 4}));
  EXPECT_LT(made.off_axis_mm(2, rod_at(rows.front(), 2).point_mm), 1);
  EXPECT_LT(norm(rod_at(rows.front(), 5).point_mm - rod_at(rows.front(), 4).point_mm) - made.pitch_mm, 1);
}

TEST(FindRodRows, AFaintRodStaysInItsPlaceBesideTheSlabsEdge) {
  // 20 and 45 HU of contrast, the slab's edge with 1000 HU six millimetres away.
  expect_found({.hu = {0, 65, 130, 195, 260}, .noise_hu = 8}, 0.8, 2);
}

TEST(FindRodRows, NoneInAnEmptyScan) {
  EXPECT_TRUE(find_rod_rows(Volume<std::int16_t>(VolumeGeometry{{64, 64, 12}}, 0)).empty());
}

TEST(FindRodRows, AreTheSameForAnyNumberOfThreads) {
  const Volume<std::int16_t> scan = test::RodScan{.hu = {130, 260, 390, 520}, .noise_hu = 15}.scan();
  RodOptions one, two;
  one.parallel.threads = 1;
  two.parallel.threads = 2;
  const auto a = find_rod_rows(scan, one), b = find_rod_rows(scan, two);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < a[i].rods.size(); ++k)
      EXPECT_EQ(a[i].rods[k].point_mm, b[i].rods[k].point_mm);
}

} // namespace
} // namespace osteocalc::calibration
