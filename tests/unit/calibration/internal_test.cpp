// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/internal.h"

#include "osteocalc/calibration/tissue_theory.h"
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

InternalOptions published() {
  InternalOptions options;
  options.method = InternalMethod::Michalski2020;
  return options;
}

/// Tissues of exactly ICRU-44's composition and density at one energy, in a scanner with this gain and offset.
TissueSamples exact_samples(double kev, double gain = 1, double offset_hu = 0) {
  const auto hu = [&](Substance tissue) { return gain * tissue_hu(tissue, kev) + offset_hu; };
  return samples_of(hu(Substance::Adipose), hu(Substance::Air), hu(Substance::Blood), hu(Substance::CorticalBone),
                    hu(Substance::Muscle), 0.5);
}

double bmd_of_k2hpo4(const InternalCalibration& c, double mg_cm3, double kev, double gain = 1, double offset_hu = 0) {
  return *bmd_mg_cm3(c.calibration, gain * mg_cm3 * hu_per_mg_cm3(Material::K2HPO4, kev) + offset_hu);
}

TEST(Theory, FindsKnownDensitiesWithinFivePercentAtEveryVoltage) {
  InternalOptions options;
  for (const double kvp : {80.0, 100.0, 120.0, 140.0})
    for (const double off_kev : {-4.0, 0.0, 4.0})
      for (const double offset_hu : {-6.0, 3.0}) {
        const double kev = 28 + 0.36 * kvp + off_kev;
        options.kvp_kv = kvp;
        const InternalCalibration c = calibrate_internally(exact_samples(kev, 0.99, offset_hu), options);
        EXPECT_NEAR(bmd_of_k2hpo4(c, 0, kev, 0.99, offset_hu), 0, 2) << kvp << " kV, " << kev << " keV";
        for (const double mg : {50.0, 100.0, 200.0})
          EXPECT_NEAR(bmd_of_k2hpo4(c, mg, kev, 0.99, offset_hu) / mg, 1, 0.05) << kvp << " kV, " << kev << " keV";
      }
}

TEST(Theory, WithoutACortexTheVoltageSaysTheEnergy) {
  TissueSamples samples = exact_samples(71.2);
  samples[3].reset();
  InternalOptions options;
  options.kvp_kv = 120;
  const InternalCalibration c = calibrate_internally(samples, options);
  EXPECT_NEAR(c.effective_kev, 71.2, 1);
  EXPECT_NEAR(bmd_of_k2hpo4(c, 100, 71.2), 100, 3);
  // Five keV are 11 % of the density: what is not known must show.
  options.model_se_fraction = 0;
  const Calibration line = calibrate_internally(samples, options).calibration;
  EXPECT_GT(*calibration_se_mg_cm3(line, 115), 6);
}

TEST(Theory, ACortexOfThickSlicesIsLeftOut) {
  TissueSamples samples = exact_samples(71.2);
  samples[3]->hu = 1200; // would pass for 84 keV
  const InternalCalibration c = calibrate_internally(samples);
  EXPECT_TRUE(has_rule(c.calibration.issues, "CALIB-THIN-CORTEX"));
  EXPECT_FALSE(c.used[3]);
  EXPECT_NEAR(bmd_of_k2hpo4(c, 100, 71.2), 100, 3);
}

TEST(Theory, BloodWithContrastIsFlaggedAsMisfit) {
  TissueSamples samples = exact_samples(71);
  EXPECT_FALSE(has_rule(calibrate_internally(samples).calibration.issues, "CALIB-TISSUE-MISFIT"));
  samples[2]->hu += 100;
  EXPECT_TRUE(has_rule(calibrate_internally(samples).calibration.issues, "CALIB-TISSUE-MISFIT"));
}

TEST(Michalski2020, IsBiasedOnExactTissuesAndSaysSo) {
  const InternalCalibration c = calibrate_internally(exact_samples(70), published());
  EXPECT_GT(bmd_of_k2hpo4(c, 0, 70), 20);
  EXPECT_LT(bmd_of_k2hpo4(c, 100, 70), 90);
  EXPECT_FALSE(is_absolute(c.calibration));
  EXPECT_TRUE(is_absolute(calibrate_internally(exact_samples(70)).calibration));
}

TEST(InternalMethod, NamesGoBothWays) {
  for (const InternalMethod method : {InternalMethod::Theory, InternalMethod::Michalski2020})
    EXPECT_EQ(internal_method_from_string(to_string(method)), method);
  EXPECT_FALSE(internal_method_from_string("michalski"));
}

// Golden: the four steps written again in another language from the paper's description, on these five HU.
TEST(Michalski2020, Golden) {
  const InternalCalibration c = calibrate_internally(samples_of(-100, -1000, 45, 1300, 50), published());
  EXPECT_EQ(c.effective_kev, 96.5);
  EXPECT_NEAR(c.r2, 0.9979403753119459, 1e-12);
  EXPECT_NEAR(c.michalski->attenuation_slope, 1.5192280614961585e-05, 1e-16);
  EXPECT_NEAR(c.michalski->attenuation_intercept, 0.17118063186744711, 1e-12);
  EXPECT_NEAR(c.michalski->density_slope, 0.0008974489948689242, 1e-14);
  EXPECT_NEAR(c.michalski->density_intercept, 0.9673973888758003, 1e-12);
  EXPECT_NEAR(*bmd_mg_cm3(c.calibration, 0), 34.06582444168673, 1e-9);
  EXPECT_NEAR(*bmd_mg_cm3(c.calibration, 100), 83.15483362122441, 1e-9);
  EXPECT_NEAR(*bmd_mg_cm3(c.calibration, 200), 140.0419801012924, 1e-9);
  EXPECT_EQ(c.calibration.mode, Mode::Internal);
  EXPECT_EQ(c.calibration.material, Material::K2HPO4);
}

TEST(Michalski2020, LinearInterpolationGolden) {
  InternalOptions options = published();
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

TEST(Michalski2020, StandardErrorIsTheSpreadOverNoisySamples) {
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
                                                                   45 + 3 * draw(), 1300 + 3 * draw(), 50 + 3 * draw()),
                                                        published())
                                       .calibration,
                                   130);
    sum += bmd;
    squares += bmd * bmd;
  }
  const double sd = std::sqrt(squares / repeats - sum / repeats * sum / repeats);
  InternalOptions options = published();
  options.model_se_fraction = 0;
  const Calibration c = calibrate_internally(samples_of(-100, -1000, 45, 1300, 50, 3), options).calibration;
  EXPECT_NEAR(*calibration_se_mg_cm3(c, 130) / sd, 1, 0.25); // the energy's grid makes it a little coarse
}

} // namespace
} // namespace osteocalc::calibration
