// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/tissue_theory.h"

#include <array>
#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::calibration {
namespace {

constexpr std::array tissues{Substance::Adipose, Substance::Air, Substance::Blood, Substance::CorticalBone,
                             Substance::Muscle};

std::vector<double> hu_at(double kev, double gain, double offset_hu) {
  std::vector<double> hu;
  for (const Substance tissue : tissues)
    hu.push_back(gain * tissue_hu(tissue, kev) + offset_hu);
  return hu;
}

TEST(TissueHu, FollowsFromTheTabulatedAttenuation) {
  // At 60 keV: 0.95 * 0.1974 / 0.2059, 1.92 * 0.3148 / 0.2059, 1.05 * 0.2048 / 0.2059.
  EXPECT_NEAR(tissue_hu(Substance::Adipose, 60), -89.22, 0.01);
  EXPECT_NEAR(tissue_hu(Substance::CorticalBone, 60), 1935.48, 0.01);
  EXPECT_NEAR(tissue_hu(Substance::Muscle, 60), 44.39, 0.01);
  EXPECT_NEAR(tissue_hu(Substance::Air, 60), -998.90, 0.01);
  EXPECT_NEAR(tissue_sd_hu(Substance::CorticalBone, 60), 0.06 * 1000 * 0.3148 / 0.2059, 0.01);
}

TEST(FitTheory, FindsEnergyGainAndOffsetThatMadeTheHu) {
  const std::vector<double> se(5, 0.1);
  const TheoryFit fit = fit_theory(tissues, hu_at(66.3, 0.985, 4), se, 71, 1e6);
  EXPECT_NEAR(fit.effective_kev, 66.3, 0.3);
  EXPECT_NEAR(fit.gain, 0.985, 0.005);
  EXPECT_NEAR(fit.offset_hu, 4, 1.5);
  EXPECT_GT(fit.r2, 0.99999);
  for (const double misfit : fit.standard_misfits)
    EXPECT_LT(std::abs(misfit), 0.1);
}

TEST(FitTheory, ATightExpectationHoldsTheEnergy) {
  const std::vector<double> se(5, 0.1);
  EXPECT_NEAR(fit_theory(tissues, hu_at(66, 1, 0), se, 71, 0.01).effective_kev, 71, 0.05);
}

TEST(FitTheory, ASampleOfSomethingElseStandsOut) {
  const std::vector<double> se(5, 0.5);
  std::vector<double> hu = hu_at(71, 1, 0);
  hu[2] += 100;
  const TheoryFit fit = fit_theory(tissues, hu, se, 71, 5);
  EXPECT_GT(fit.standard_misfits[2], 3);
}

} // namespace
} // namespace osteocalc::calibration
