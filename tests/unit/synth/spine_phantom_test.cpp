// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/spine_phantom.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::synth {
namespace {

SpinePhantomRequest small_request() {
  SpinePhantomRequest request;
  request.scanner.matrix = 160;
  request.scanner.pixel_mm = 2;
  request.scanner.noise_sd_hu = 0;
  return request;
}

std::int16_t hu_at(const SpinePhantom& phantom, const Vec3& point_mm) {
  const Vec3 i = point_to_index(phantom.image.hu.geometry(), point_mm);
  return phantom.image.hu(static_cast<int>(std::lround(i[0])), static_cast<int>(std::lround(i[1])),
                          static_cast<int>(std::lround(i[2])));
}

TEST(SpinePhantom, TrabecularHuFollowDensityAndVoltage) {
  for (const double kvp : {80.0, 120.0, 140.0}) {
    SpinePhantomRequest request = small_request();
    request.scanner.kvp_kv = kvp;
    const SpinePhantom phantom = make_spine_phantom(request, {});
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(hu_at(phantom, phantom.vertebrae[i].body.frame.center_mm),
                  hu_per_mg_cm3(kvp) * request.trabecular_mg_cm3[i], 1);
    EXPECT_EQ(hu_at(phantom, {-80, 0, 0}), 0);
  }
}

TEST(SpinePhantom, LabelsNameThreeVertebraeAndTheirBodies) {
  const SpinePhantom phantom = make_spine_phantom(small_request(), {});
  for (const Vertebra level : {Vertebra::L1, Vertebra::L2, Vertebra::L3}) {
    EXPECT_GT(std::ranges::count(phantom.labels.voxels.voxels(), whole_vertebra_label(level)), 500);
    EXPECT_GT(std::ranges::count(phantom.parts.voxels.voxels(), vertebral_body_label(level)), 500);
  }
}

TEST(SpinePhantom, ABodyHasItsTissues) {
  SpinePhantomRequest request = small_request();
  request.fat_mm = 30;
  request.tissues = {-90, 48, 41, 1500};
  const SpinePhantom phantom = make_spine_phantom(request, {});
  EXPECT_EQ(hu_at(phantom, {-130, 0, 0}), -90);
  EXPECT_EQ(hu_at(phantom, {-85, 0, 0}), 48);
  EXPECT_EQ(hu_at(phantom, {14, -15, 0}), 41);
  EXPECT_EQ(hu_at(phantom, {62, 10, 0}), 1500);
  EXPECT_EQ(hu_at(phantom, {0, -110, 0}), -1000);
}

TEST(SpinePhantom, TheSlabLiesUnderIt) {
  SpinePhantomRequest request = small_request();
  request.calibration_phantom = "qrm-bdc-3";
  const SpinePhantom phantom = make_spine_phantom(request, {});
  ASSERT_TRUE(phantom.slab);
  for (const CalibrationRod& rod : phantom.slab->rods)
    EXPECT_NEAR(hu_at(phantom, rod.center_mm), phantom.slab->rod_hu(rod, 120), 1);
}

} // namespace
} // namespace osteocalc::synth
