// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/cross_calibration.h"

#include <gtest/gtest.h>

namespace osteocalc::dxa {
namespace {

TEST(CrossCalibration, StandardisedDensitiesByHand) {
  // 1.0550 (1.000 - 0.972) + 1.0436 = 1.07314; 0.9683 (1.180 - 1.100) + 1.0436 = 1.121064
  EXPECT_NEAR(*standardised_mg_cm2("L1-L4", "Hologic", 1.000), 1073.14, 1e-6);
  EXPECT_NEAR(*standardised_mg_cm2("L1-L4", "GE Lunar", 1.180), 1121.064, 1e-6);
  EXPECT_NEAR(*standardised_mg_cm2("spine", "Norland", 0.969), 1043.6, 1e-6);
  EXPECT_NEAR(*standardised_mg_cm2("L1-L4", "Hologic", 1.000, CrossCalibration::Genant1994), 1075.5, 1e-6);
  EXPECT_NEAR(*standardised_mg_cm2("total", "Hologic", 0.900), 1000 * (0.006 + 1.008 * 0.9), 1e-6);
  EXPECT_NEAR(*standardised_mg_cm2("neck", "GE Lunar", 0.900), 1000 * (-0.023 + 0.939 * 0.9), 1e-6);
}

TEST(CrossCalibration, NothingWhereNothingIsPublished) {
  EXPECT_FALSE(standardised_mg_cm2("wards", "Hologic", 0.7));
  EXPECT_FALSE(standardised_mg_cm2("L1-L4", "", 0.7));
  EXPECT_FALSE(standardised_mg_cm2("neck", "Hologic", 0.7, CrossCalibration::Genant1994));
}

TEST(CrossCalibration, BetweenManufacturers) {
  EXPECT_NEAR(*spine_between("GE Lunar", "Hologic", 1.2), 0.906 * 1.2 - 0.025, 1e-12);
  EXPECT_EQ(spine_between("Hologic", "Hologic", 1.0), 1.0);
  EXPECT_FALSE(spine_between("Hologic", "other", 1.0));
}

} // namespace
} // namespace osteocalc::dxa
