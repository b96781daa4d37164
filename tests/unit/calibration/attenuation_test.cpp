// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/attenuation.h"

#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::calibration {
namespace {

TEST(MassAttenuation, IsTheTablesAtItsEnergies) {
  EXPECT_DOUBLE_EQ(mass_attenuation_cm2_g(Substance::Water, 60), 0.2059);
  EXPECT_DOUBLE_EQ(mass_attenuation_cm2_g(Substance::K2HPO4, 40), 0.9327);
  EXPECT_DOUBLE_EQ(mass_attenuation_cm2_g(Substance::Triglyceride, 150), 0.1499);
}

TEST(MassAttenuation, IsAPowerLawBetweenThemOrAStraightLine) {
  // The geometric mean of two energies has the geometric mean of their values.
  const double middle = std::sqrt(60.0 * 80.0);
  EXPECT_NEAR(mass_attenuation_cm2_g(Substance::HA, middle), std::sqrt(0.4067 * 0.2589), 1e-12);
  EXPECT_NEAR(mass_attenuation_cm2_g(Substance::HA, 70, Interpolation::Linear), 0.5 * (0.4067 + 0.2589), 1e-12);
  EXPECT_THROW(static_cast<void>(mass_attenuation_cm2_g(Substance::HA, 39)), CalibrationError);
}

TEST(HuPerMg, IsWhatTheTheorySays) {
  // 2.27, 1.66, 1.09 for HA and 2.05, 1.48, 0.96 for K2HPO4 at 50, 60, 80 keV.
  EXPECT_NEAR(hu_per_mg_cm3(Material::HA, 50), 2.27, 0.005);
  EXPECT_NEAR(hu_per_mg_cm3(Material::HA, 60), 1.66, 0.005);
  EXPECT_NEAR(hu_per_mg_cm3(Material::HA, 80), 1.09, 0.005);
  EXPECT_NEAR(hu_per_mg_cm3(Material::K2HPO4, 50), 2.05, 0.005);
  EXPECT_NEAR(hu_per_mg_cm3(Material::K2HPO4, 60), 1.48, 0.005);
  EXPECT_NEAR(hu_per_mg_cm3(Material::K2HPO4, 80), 0.96, 0.005);
}

TEST(ConvertedDensity, GoesByTheHuSlopes) {
  EXPECT_NEAR(converted_density(100, Material::HA, Material::K2HPO4, 60), 100 * 1.66 / 1.48, 0.5);
  EXPECT_NEAR(
      converted_density(converted_density(80, Material::HA, Material::K2HPO4, 70), Material::K2HPO4, Material::HA, 70),
      80, 1e-12);
}

} // namespace
} // namespace osteocalc::calibration
