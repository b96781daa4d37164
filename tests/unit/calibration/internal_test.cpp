// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/internal.h"

#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace osteocalc::calibration {
namespace {

TissueSamples samples_of(double adipose, double air, double blood, double cortex, double muscle, double se = 0) {
  TissueSamples samples;
  const std::array<double, 5> hu{adipose, air, blood, cortex, muscle};
  for (std::size_t i = 0; i < hu.size(); ++i)
    samples[i] = TissueSample{hu[i], 10, se, 1000, 100};
  return samples;
}

// Golden: the four steps written again in another language from the paper's description, on these five HU.
TEST(CalibrateInternally, Golden) {
  const InternalCalibration c = calibrate_internally(samples_of(-100, -1000, 45, 1300, 50));
  EXPECT_EQ(c.effective_kev, 96.5);
  EXPECT_NEAR(c.r2, 0.9979403753119459, 1e-12);
  EXPECT_NEAR(c.attenuation_slope, 1.5192280614961585e-05, 1e-16);
  EXPECT_NEAR(c.attenuation_intercept, 0.17118063186744711, 1e-12);
  EXPECT_NEAR(c.density_slope, 0.0008974489948689242, 1e-14);
  EXPECT_NEAR(c.density_intercept, 0.9673973888758003, 1e-12);
  EXPECT_NEAR(*bmd_mg_cm3(c.calibration, 0), 34.06582444168673, 1e-9);
  EXPECT_NEAR(*bmd_mg_cm3(c.calibration, 100), 83.15483362122441, 1e-9);
  EXPECT_NEAR(*bmd_mg_cm3(c.calibration, 200), 140.0419801012924, 1e-9);
  EXPECT_EQ(c.calibration.mode, Mode::Internal);
  EXPECT_EQ(c.calibration.material, Material::K2HPO4);
}

TEST(CalibrateInternally, LinearInterpolationGolden) {
  InternalOptions options;
  options.interpolation = Interpolation::Linear;
  const InternalCalibration c = calibrate_internally(samples_of(-100, -1000, 45, 1300, 50), options);
  EXPECT_EQ(c.effective_kev, 97.0);
  EXPECT_NEAR(*bmd_mg_cm3(c.calibration, 100), 83.185588768924, 1e-9);
}

TEST(CalibrateInternally, SamplesOffTheirGatesAreFlagged) {
  EXPECT_FALSE(
      has_rule(calibrate_internally(samples_of(-100, -1000, 45, 1300, 50)).calibration.issues, "CALIB-TISSUE-HU"));
  for (const TissueSamples& odd : {samples_of(-60, -1000, 45, 1300, 50), samples_of(-100, -900, 45, 1300, 50),
                                   samples_of(-100, -1000, 140, 1300, 50), samples_of(-100, -1000, 45, 1300, 20)})
    EXPECT_TRUE(has_rule(calibrate_internally(odd).calibration.issues, "CALIB-TISSUE-HU"));
}

TEST(CalibrateInternally, AThinCortexAndASmallSampleAreLeftOut) {
  const InternalCalibration thin = calibrate_internally(samples_of(-100, -1000, 45, 600, 50));
  EXPECT_TRUE(has_rule(thin.calibration.issues, "CALIB-THIN-CORTEX"));
  EXPECT_FALSE(thin.used[static_cast<std::size_t>(Tissue::CorticalBone)]);
  TissueSamples small = samples_of(-100, -1000, 45, 1300, 50);
  small[0]->area_mm2 = 9;
  EXPECT_TRUE(has_rule(calibrate_internally(small).calibration.issues, "CALIB-SMALL-SAMPLE"));
  EXPECT_FALSE(calibrate_internally(small).used[0]);
}

TEST(CalibrateInternally, TwoTissuesAreRefused) {
  TissueSamples two;
  two[0] = TissueSample{-100, 10, 1, 1000, 100};
  two[1] = TissueSample{-1000, 10, 1, 1000, 100};
  try {
    static_cast<void>(calibrate_internally(two));
    FAIL();
  } catch (const Refusal& refusal) {
    EXPECT_TRUE(has_rule(refusal.issues(), "CALIB-FEW-TISSUES"));
    EXPECT_TRUE(has_rule(refusal.issues(), "CALIB-NO-TISSUE"));
  }
}

TEST(CalibrateInternally, TissuesThatFitNoEnergyAreRefused) {
  try {
    static_cast<void>(calibrate_internally(samples_of(900, -1000, -700, 950, -900)));
    FAIL();
  } catch (const Refusal& refusal) {
    EXPECT_TRUE(has_rule(refusal.issues(), "CALIB-INTERNAL-R2"));
  }
}

TEST(CalibrateInternally, StandardErrorIsTheSpreadOverNoisySamples) {
  const auto normal = [random = std::mt19937(5)]() mutable {
    double sum = -6;
    for (int k = 0; k < 12; ++k)
      sum += static_cast<double>(random()) / 4294967296.0;
    return sum;
  };
  auto draw = normal;
  constexpr int repeats = 400;
  double sum = 0, squares = 0;
  for (int i = 0; i < repeats; ++i) {
    const double bmd = *bmd_mg_cm3(calibrate_internally(samples_of(-100 + 3 * draw(), -1000 + 3 * draw(),
                                                                   45 + 3 * draw(), 1300 + 3 * draw(), 50 + 3 * draw()))
                                       .calibration,
                                   130);
    sum += bmd;
    squares += bmd * bmd;
  }
  const double sd = std::sqrt(squares / repeats - sum / repeats * sum / repeats);
  InternalOptions options;
  options.model_se_fraction = 0;
  const Calibration c = calibrate_internally(samples_of(-100, -1000, 45, 1300, 50, 3), options).calibration;
  EXPECT_NEAR(*calibration_se_mg_cm3(c, 130) / sd, 1, 0.25); // the energy's grid makes it a little coarse
}

} // namespace
} // namespace osteocalc::calibration
