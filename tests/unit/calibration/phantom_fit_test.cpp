// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/phantom_fit.h"

#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace osteocalc::calibration {
namespace {

constexpr std::array<double, 5> density{375.83, 157.05, 58.88, -53.40, -51.83};
constexpr std::array<double, 5> water{923.20, 1119.52, 1103.57, 1056.95, 1012.25};

std::vector<CalibrationRod> rods_of(const std::array<double, 5>& hu, bool mindways) {
  std::vector<CalibrationRod> rods;
  for (std::size_t i = 0; i < hu.size(); ++i)
    rods.push_back({hu[i], 0, density[i], mindways ? std::optional(water[i]) : std::nullopt, 0});
  return rods;
}

// Golden: computed with another program on the same numbers (shared peers' cross-checks), to 1e-9 relative.
TEST(FitPhantom, MindwaysGolden) {
  const Calibration fit = fit_phantom(
      rods_of({462.93637565619906, 345.73809215407005, 176.71197512467555, -35.378190313384316, -69.54917011727602},
              true),
      Material::K2HPO4, "mindways-3");
  EXPECT_NEAR(*fit.slope, 0.80028266269, 1e-9);
  EXPECT_NEAR(*fit.intercept, 8.12290653, 1e-8); // the golden has nine digits
  EXPECT_NEAR(1 / *fit.slope, 1.24955849554, 1e-9);
  EXPECT_NEAR(-*fit.intercept / *fit.slope, -10.1500468666, 1e-8);
}

TEST(FitPhantom, PlainGolden) {
  const Calibration fit = fit_phantom(
      rods_of({490.28414063, 200.31946153, 68.02660165, -77.60183361, -77.74668932}, false), Material::K2HPO4, "plain");
  EXPECT_NEAR(*fit.slope, 0.75397275233, 1e-9);
  EXPECT_NEAR(*fit.intercept, 6.334410127, 1e-8);
  EXPECT_NEAR(std::sqrt(*fit.r2), 0.99998662686, 1e-9);
}

TEST(FitPhantom, MindwaysRecoversTheLineThatMadeTheRods) {
  // sigma_CT 1.3, beta_CT 2: HU = water + 1.5174 K - 997.6.
  std::array<double, 5> hu{};
  for (std::size_t i = 0; i < hu.size(); ++i)
    hu[i] = water[i] + 1.5174 * density[i] - 997.6;
  const Calibration fit = fit_phantom(rods_of(hu, true), Material::K2HPO4, "mindways-3");
  EXPECT_NEAR(*bmd_mg_cm3(fit, 1.3 * 150 + 2), 150, 1e-9);
  EXPECT_NEAR(*fit.slope, 1 / 1.3, 1e-9);
  for (const CalibrationRod& rod : fit.rods)
    EXPECT_NEAR(rod.residual_mg_cm3, 0, 1e-9);
  EXPECT_EQ(fit.material, Material::K2HPO4);
  EXPECT_EQ(fit.mode, Mode::Phantom);
}

TEST(FitPhantom, StandardErrorsAreThoseOfManyNoisyRepeats) {
  // Both fits: the spread of the density at 120 HU over repeats against the mean standard error they state.
  for (const bool mindways : {false, true}) {
    std::mt19937 random(3);
    double sum = 0, squares = 0, stated = 0;
    constexpr int repeats = 3000;
    for (int k = 0; k < repeats; ++k) {
      std::array<double, 5> hu{};
      for (std::size_t i = 0; i < hu.size(); ++i) {
        double noise = -6;
        for (int j = 0; j < 12; ++j)
          noise += static_cast<double>(random()) / 4294967296.0;
        hu[i] = 2 * noise + (mindways ? water[i] + 1.5174 * density[i] - 997.6 : 1.3 * density[i] + 2);
      }
      std::vector<CalibrationRod> rods = rods_of(hu, mindways);
      for (CalibrationRod& rod : rods)
        rod.hu_se = 2;
      const Calibration fit = fit_phantom(rods, Material::K2HPO4, "p");
      const double bmd = *bmd_mg_cm3(fit, 120);
      sum += bmd;
      squares += bmd * bmd;
      stated += *calibration_se_mg_cm3(fit, 120) / repeats;
    }
    const double sd = std::sqrt(squares / repeats - sum / repeats * sum / repeats);
    // Never less than the noise explains, and up to a fifth more where the rods scatter by chance.
    EXPECT_GT(stated, 0.95 * sd) << mindways;
    EXPECT_LT(stated, 1.35 * sd) << mindways;
  }
}

TEST(FitPhantom, R2BelowTheGateIsRefusedAndTwoRodsAreFlagged) {
  const Calibration bent =
      fit_phantom({{0, 0, 0, {}, 0}, {200, 0, 100, {}, 0}, {260, 0, 200, {}, 0}}, Material::HA, "bent");
  EXPECT_TRUE(has_rule(bent.issues, "CALIB-R2"));
  const Calibration two = fit_phantom({{0, 1, 0, {}, 0}, {260, 1, 200, {}, 0}}, Material::HA, "two");
  EXPECT_TRUE(has_rule(two.issues, "CALIB-TWO-RODS"));
  EXPECT_FALSE(has_rule(two.issues, "CALIB-R2"));
  EXPECT_GT(*calibration_se_mg_cm3(two, 130), 0.3); // from the rods' noise: about 0.77 / sqrt(2)
}

TEST(FitPhantom, ALineThatFallsOrHasNoTwoPointsIsAnError) {
  EXPECT_THROW(static_cast<void>(fit_phantom({{300, 0, 0, {}, 0}, {100, 0, 200, {}, 0}}, Material::HA, "x")),
               CalibrationError);
  EXPECT_THROW(static_cast<void>(fit_phantom({{100, 0, 0, {}, 0}}, Material::HA, "x")), CalibrationError);
  EXPECT_THROW(static_cast<void>(fit_phantom({{100, 0, 0, {}, 0}, {100, 0, 9, {}, 0}}, Material::HA, "x")),
               CalibrationError);
}

} // namespace
} // namespace osteocalc::calibration
