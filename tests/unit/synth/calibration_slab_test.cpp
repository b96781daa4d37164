// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/calibration_slab.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::synth {
namespace {

TEST(CalibrationSlab, HaRodsFollowTheSlopeAtTheVoltage) {
  const CalibrationSlab slab = calibration_slab("qrm-bdc-6", 120);
  ASSERT_EQ(slab.rods.size(), 6U);
  EXPECT_DOUBLE_EQ(slab.rod_hu(slab.rods[0], 120), 0);
  EXPECT_NEAR(slab.rod_hu(slab.rods[5], 120), 800 * hu_per_mg_cm3(120), 1e-9);
  EXPECT_GT(slab.rod_hu(slab.rods[5], 80), slab.rod_hu(slab.rods[5], 120));
}

TEST(CalibrationSlab, MindwaysRodsObeyTheCertificatesRegression) {
  // HU - water = sigma_ref K + beta_ref for every rod, sigma_ref = slope + 0.2174, beta_ref = -1000: one straight line.
  const CalibrationSlab slab = calibration_slab("mindways-3", 120);
  const double sigma = hu_per_mg_cm3(120, Mineral::DipotassiumPhosphate) + 0.2174;
  for (const CalibrationRod& rod : slab.rods)
    EXPECT_NEAR(slab.rod_hu(rod, 120) - rod.water_mg_cm3, sigma * rod.density_mg_cm3 - 1000, 1e-9);
}

TEST(CalibrationSlab, RodsDoNotTouchAndLieInTheSlab) {
  for (const std::string& name : calibration_phantoms()) {
    const CalibrationSlab slab = calibration_slab(name, 100);
    for (std::size_t i = 1; i < slab.rods.size(); ++i)
      EXPECT_GT(slab.rods[i].center_mm[0] - slab.rods[i - 1].center_mm[0], 2 * CalibrationSlab::rod_radius_mm);
    EXPECT_LT(std::abs(slab.rods.back().center_mm[0]) + CalibrationSlab::rod_radius_mm,
              0.5 * CalibrationSlab::width_mm);
  }
}

TEST(CalibrationSlab, AnUnknownNameIsRefusedWithTheKnownOnes) {
  try {
    static_cast<void>(calibration_slab("nobody", 0));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("mindways-3"), std::string::npos);
  }
}

} // namespace
} // namespace osteocalc::synth
