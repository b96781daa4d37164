// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/attenuation.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::synth {
namespace {

TEST(Attenuation, HundredMgOfHaReads130HuAt120Kv) {
  EXPECT_NEAR(100 * hu_per_mg_cm3(120), 130, 0.2);
}

TEST(Attenuation, CalciumFollowsThePublishedThresholds) {
  const struct { double kvp_kv, threshold_hu; } published[]{{70, 207}, {80, 177}, {100, 145}, {140, 116}};
  for (const auto& [kvp_kv, threshold_hu] : published)
    EXPECT_NEAR(hu_per_mg_cm3(kvp_kv) / hu_per_mg_cm3(120), threshold_hu / 130, 0.003) << kvp_kv;
}

TEST(Attenuation, FallsWithTheVoltageAndDependsOnTheMineral) {
  for (double kvp_kv = 71; kvp_kv <= 140; ++kvp_kv)
    EXPECT_LT(hu_per_mg_cm3(kvp_kv), hu_per_mg_cm3(kvp_kv - 1));
  const double ratio = hu_per_mg_cm3(120, Mineral::DipotassiumPhosphate) / hu_per_mg_cm3(120);
  EXPECT_GT(ratio, 0.87); // between the ratios at 60 and 80 keV
  EXPECT_LT(ratio, 0.90);
}

TEST(Attenuation, RefusesVoltagesItHasNoEnergyFor) {
  EXPECT_THROW(static_cast<void>(hu_per_mg_cm3(60)), ConfigError);
  EXPECT_THROW(static_cast<void>(hu_per_mg_cm3(150)), ConfigError);
}

} // namespace
} // namespace osteocalc::synth
