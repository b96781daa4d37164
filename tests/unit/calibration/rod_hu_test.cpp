// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/rods.h"

#include "unit/calibration/rod_scan.h"

#include <gtest/gtest.h>

namespace osteocalc::calibration {
namespace {

TEST(MeasureRod, StandardErrorIsThatOfTheMean) {
  // 2 / 0.65 of the area: about 70 voxels on each of 12 slices with white noise of 20 HU: 20 / sqrt(840).
  const test::RodScan made{.hu = {130, 260, 390, 520}, .noise_hu = 20};
  const Volume<std::int16_t> scan = made.scan();
  const auto rows = find_rod_rows(scan);
  ASSERT_FALSE(rows.empty());
  for (const Rod& rod : rows.front().rods) {
    const auto hu = measure_rod(scan, rod);
    ASSERT_TRUE(hu);
    EXPECT_NEAR(hu->sd_hu, 20, 2);
    EXPECT_NEAR(hu->se_hu, 20 / std::sqrt(static_cast<double>(hu->n)), 0.45);
  }
}

TEST(MeasureRod, NothingOutsideTheField) {
  const Volume<std::int16_t> scan = test::RodScan{.hu = {130, 260, 390}}.scan();
  Rod rod{{-135, 60, 0}, {0, 0, 1}, -15, 15, 9, 1}; // more than half beyond the image's edge
  EXPECT_FALSE(measure_rod(scan, rod));
}

} // namespace
} // namespace osteocalc::calibration
