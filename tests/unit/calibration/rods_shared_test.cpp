// SPDX-License-Identifier: Apache-2.0
// A real six-rod phantom under two ankles (bmd_rods: GE, 120 kV, sharp kernel, nine slices, the slab bent and darkened
// by beam hardening). Its densities are not stated: finding and linearity only. Reference HU: -115, 7, 178, 429, 639,
// 906, measured by others in volumes of their own.
#include "osteocalc/calibration/identify.h"
#include "osteocalc/io/ct_reader.h"

#include <cstdlib>
#include <gtest/gtest.h>

namespace osteocalc::calibration {
namespace {

TEST(RealRods, AllSixAreFoundInOrderAndLieOnALine) {
  const char* shared = std::getenv("OSTEOCALC_SHARED_DATA");
  if (shared == nullptr)
    GTEST_SKIP() << "OSTEOCALC_SHARED_DATA is not set: the real scan is NOT tested";
  const CtImage image = io::read_ct(std::filesystem::path(shared) / "bmd_rods");
  const FoundPhantom found =
      find_phantom(image.hu, std::vector{phantom_named("qrm-bdc-6")}, {{}, image.acquisition.kvp_kv});
  ASSERT_EQ(found.calibration.rods.size(), 6U);
  EXPECT_FALSE(found.reversed);
  EXPECT_NEAR(found.row.pitch_mm, 34.7, 0.7);
  constexpr std::array<double, 6> reference_hu{-115, 7, 178, 429, 639, 906};
  // HU change by 8 a millimetre across the slab, so other volumes of interest give other means.
  for (std::size_t i = 0; i < reference_hu.size(); ++i)
    EXPECT_NEAR(found.calibration.rods[i].hu, reference_hu[i], 30) << i;
  EXPECT_GT(*found.calibration.r2, 0.995);
}

} // namespace
} // namespace osteocalc::calibration
