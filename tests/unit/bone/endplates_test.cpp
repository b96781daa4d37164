// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/endplates.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace osteocalc::bone {
namespace {

/// An elliptic body of 44 x 32 mm on a 1 mm grid; bottom(y) and top(y) are its endplates, y measured from its middle.
template <class Bottom, class Top>
Volume<std::uint8_t> body(const Bottom& bottom, const Top& top) {
  Volume<std::uint8_t> mask(VolumeGeometry{{61, 51, 61}}, std::uint8_t{0});
  for (int z = 0; z < 61; ++z)
    for (int y = 0; y < 51; ++y)
      for (int x = 0; x < 61; ++x) {
        const double u = (x - 30) / 22.0, v = (y - 25) / 16.0;
        mask(x, y, z) = u * u + v * v <= 1 && z >= bottom(y - 25) && z <= top(y - 25) ? 1 : 0;
      }
  return mask;
}

TEST(FitEndplates, OfAStraightBody) {
  const auto plates = fit_endplates(body([](int) { return 16.0; }, [](int) { return 43.0; })); // 28 voxels high
  ASSERT_TRUE(plates);
  EXPECT_NEAR(plates->center_index[0], 30, 0.5);
  EXPECT_NEAR(plates->center_index[1], 25, 0.5);
  EXPECT_NEAR(plates->center_index[2], 29.5, 0.1);
  EXPECT_NEAR(plates->normal_index[2], 1, 1e-3);
  EXPECT_NEAR(plates->heights.anterior_mm, 28, 1e-9);
  EXPECT_NEAR(plates->heights.middle_mm, 28, 1e-9);
  EXPECT_NEAR(plates->heights.posterior_mm, 28, 1e-9);
}

TEST(FitEndplates, NormalIsTheMeanOfBothPlates) {
  // Both plates lean by 0.2 per mm towards the back.
  const auto plates = fit_endplates(body([](int y) { return 16 + 0.2 * y; }, [](int y) { return 43 + 0.2 * y; }));
  ASSERT_TRUE(plates);
  EXPECT_NEAR(std::atan2(-plates->normal_index[1], plates->normal_index[2]) * 180 / std::numbers::pi,
              std::atan(0.2) * 180 / std::numbers::pi, 1);
  EXPECT_NEAR(plates->normal_index[0], 0, 0.01);
}

TEST(FitEndplates, OsteophytesAtTheRimDoNotTiltThem) {
  Volume<std::uint8_t> spiked = body([](int) { return 16.0; }, [](int) { return 43.0; });
  for (int z = 44; z < 50; ++z)
    for (int x = 27; x < 34; ++x)
      spiked(x, 10, z) = 1; // a spur on the front rim
  const auto plates = fit_endplates(spiked);
  ASSERT_TRUE(plates);
  EXPECT_NEAR(plates->normal_index[1], 0, 0.01);
}

TEST(FitEndplates, ABiconcaveBodyIsLowestInItsMiddle) {
  const auto dip = [](int y) { return 6 * std::exp(-y * y / 40.0); };
  const auto plates = fit_endplates(body([&](int y) { return 16 + dip(y); }, [&](int y) { return 43 - dip(y); }));
  ASSERT_TRUE(plates);
  EXPECT_LT(plates->heights.middle_mm, plates->heights.anterior_mm - 5);
  EXPECT_LT(plates->heights.middle_mm, plates->heights.posterior_mm - 5);
}

TEST(FitEndplates, NothingWithoutABody) {
  EXPECT_FALSE(fit_endplates(Volume<std::uint8_t>(VolumeGeometry{{20, 20, 20}}, std::uint8_t{0})));
  Volume<std::uint8_t> crumb(VolumeGeometry{{20, 20, 20}}, std::uint8_t{0});
  for (int x = 5; x < 12; ++x)
    for (int y = 5; y < 12; ++y)
      crumb(x, y, 9) = 1; // 49 columns
  EXPECT_FALSE(fit_endplates(crumb));
}

} // namespace
} // namespace osteocalc::bone
