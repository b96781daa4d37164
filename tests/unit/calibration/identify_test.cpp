// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/identify.h"

#include "osteocalc/core/error.h"
#include "unit/calibration/rod_scan.h"

#include <gtest/gtest.h>

namespace osteocalc::calibration {
namespace {

/// HU of a phantom's rods at 1.3 HU per mg/cm3 (HA) or 1.3 + 0.2174 and its water (Mindways).
std::vector<double> hu_of(const PhantomModel& phantom, bool reversed) {
  std::vector<double> hu;
  for (const PhantomRod& rod : phantom.rods)
    hu.push_back(rod.water_mg_cm3 ? *rod.water_mg_cm3 + 1.5174 * rod.density_mg_cm3 - 997.6 : 1.3 * rod.density_mg_cm3);
  if (reversed)
    std::ranges::reverse(hu);
  return hu;
}

std::string rule_of(const Volume<std::int16_t>& scan, const std::vector<PhantomModel>& candidates) {
  try {
    static_cast<void>(find_phantom(scan, candidates, {{}, 120.0}));
  } catch (const Refusal& refusal) {
    return refusal.issues().front().rule;
  }
  return "";
}

TEST(FindPhantom, EveryPhantomIsRecognisedBothWaysRound) {
  for (const PhantomModel& phantom : recognisable_phantoms())
    for (const bool reversed : {false, true}) {
      SCOPED_TRACE(phantom.name + (reversed ? " reversed" : ""));
      const Volume<std::int16_t> scan = test::RodScan{.hu = hu_of(phantom, reversed), .noise_hu = 8}.scan();
      const FoundPhantom found = find_phantom(scan, recognisable_phantoms(), {{}, 120.0});
      EXPECT_EQ(found.phantom.name, phantom.name);
      EXPECT_EQ(found.reversed, reversed);
      EXPECT_EQ(found.calibration.rods.size(), phantom.rods.size());
      const bool mindways = phantom.rods[0].water_mg_cm3.has_value();
      EXPECT_NEAR(*bmd_mg_cm3(found.calibration, mindways ? 1.3 * 100 + 2 : 130), 100, 1.5);
    }
}

/// 20 HU of noise in every voxel.
test::RodScan noisy(const PhantomModel& phantom, double slice_mm, double length_mm) {
  test::RodScan made{.hu = hu_of(phantom, false), .noise_hu = 20};
  made.grid.size[2] = static_cast<int>(length_mm / slice_mm);
  made.grid.spacing_mm[2] = slice_mm;
  made.grid.origin_mm[2] = -0.5 * slice_mm * (made.grid.size[2] - 1);
  return made;
}

TEST(FindPhantom, EveryPhantomOfTheLibraryIsFoundInNoise) {
  for (const PhantomModel& phantom : phantom_library()) {
    SCOPED_TRACE(phantom.name);
    const FoundPhantom found = find_phantom(noisy(phantom, 3, 40).scan(), std::vector{phantom}, {{}, 120.0});
    EXPECT_EQ(found.calibration.rods.size(), phantom.rods.size());
    const bool mindways = phantom.rods[0].water_mg_cm3.has_value();
    EXPECT_NEAR(*bmd_mg_cm3(found.calibration, mindways ? 1.3 * 100 + 2 : 130), 100, 2);
  }
}

TEST(FindPhantom, AFaintRodShowsInTheMeanAlongAClearOneThatRunsAskew) {
  // 20 HU of contrast in 35 HU of noise; over the scan's 150 mm the rods move by 26 mm.
  test::RodScan made = noisy(phantom_named("siemens"), 5, 150);
  made.tilt_deg = 10;
  made.noise_hu = 35;
  const FoundPhantom found = find_phantom(made.scan(), std::vector{phantom_named("siemens")}, {{}, 120.0});
  ASSERT_EQ(found.rods.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_LT(made.off_axis_mm(i, found.rods[i].point_mm), 1) << i;
  EXPECT_NEAR(found.calibration.rods[0].hu, 0, 3);
  EXPECT_NEAR(found.calibration.rods[1].hu, 260, 3);
}

TEST(FindPhantom, ARodOutsideTheFieldIsMissingAndSaid) {
  const PhantomModel phantom = phantom_named("qrm-bdc-6");
  test::RodScan made{.hu = hu_of(phantom, false), .middle_mm = {45, 60, 0}}; // the last rod lies beyond the edge
  const FoundPhantom found = find_phantom(made.scan(), std::vector{phantom}, {{}, 120.0});
  EXPECT_EQ(found.calibration.rods.size(), 5U);
  EXPECT_TRUE(has_rule(found.calibration.issues, "CALIB-ROD-MISSING"));
  EXPECT_NEAR(*bmd_mg_cm3(found.calibration, 130), 100, 1);
}

TEST(FindPhantom, ARodThatDoesNotShowIsMeasuredInItsPlace) {
  const PhantomModel phantom = phantom_named("qrm-bdc-6"); // its first rod has 0 mg/cm3
  test::RodScan made{.hu = hu_of(phantom, false), .slab_hu = 0};
  const FoundPhantom found = find_phantom(made.scan(), std::vector{phantom}, {{}, 120.0});
  EXPECT_EQ(found.calibration.rods.size(), 6U);
  EXPECT_TRUE(has_rule(found.calibration.issues, "CALIB-ROD-HIDDEN"));
  EXPECT_NEAR(*found.calibration.intercept, 0, 0.5);
}

TEST(FindPhantom, TwoRodsNeedTheirPhantomsName) {
  const PhantomModel siemens = phantom_named("siemens");
  const Volume<std::int16_t> scan = test::RodScan{.hu = {0, 260}, .slab_hu = 60}.scan();
  const FoundPhantom found = find_phantom(scan, std::vector{siemens}, {{}, 120.0});
  EXPECT_EQ(found.calibration.rods.size(), 2U);
  EXPECT_TRUE(has_rule(found.calibration.issues, "CALIB-TWO-RODS"));
  EXPECT_EQ(rule_of(scan, recognisable_phantoms()), "CALIB-NO-MATCH");
  // Two round things of which none is water are no phantom.
  EXPECT_EQ(rule_of(test::RodScan{.hu = {-100, 170}, .slab_hu = 60}.scan(), {siemens}), "CALIB-NO-MATCH");
}

TEST(FindPhantom, ReadingsThatGiveAnotherDensityAreAmbiguous) {
  PhantomModel doubled = phantom_named("b-mas-200");
  doubled.name = "another";
  for (PhantomRod& rod : doubled.rods)
    rod.density_mg_cm3 *= 1.2;
  const Volume<std::int16_t> scan = test::RodScan{.hu = hu_of(phantom_named("b-mas-200"), false)}.scan();
  EXPECT_EQ(rule_of(scan, {phantom_named("b-mas-200"), doubled}), "CALIB-AMBIGUOUS");
}

TEST(FindPhantom, RodsOfAnotherPhantomAndNoRodsAreRefused) {
  const Volume<std::int16_t> scan = test::RodScan{.hu = {130, 700, 260, 520}}.scan();
  EXPECT_EQ(rule_of(scan, {phantom_named("qrm-bdc-6")}), "CALIB-NO-MATCH");
  EXPECT_EQ(rule_of(Volume<std::int16_t>(VolumeGeometry{{64, 64, 12}}, 0), recognisable_phantoms()), "CALIB-NO-RODS");
}

TEST(FindPhantom, ASlopeNoEnergyGivesIsNoMatch) {
  // B-MAS rods read at 5 HU a mg/cm3: the certificate is of another phantom.
  EXPECT_EQ(rule_of(test::RodScan{.hu = {0, 250, 500, 750, 1000}}.scan(), {phantom_named("b-mas-200")}),
            "CALIB-NO-MATCH");
}

} // namespace
} // namespace osteocalc::calibration
