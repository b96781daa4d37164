// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/upright.h"

#include "osteocalc/image/resample.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace osteocalc;

namespace {

/// A column of 200 HU that stands upright in space, seen by a gantry whose slices drift along y.
Volume<std::int16_t> tilted_column(double drift_mm_per_slice) {
  VolumeGeometry grid;
  grid.size = {24, 24, 10};
  grid.spacing_mm = {1, 1, 3};
  grid.origin_mm = {5, -7, 100};
  grid.axes[2] = {0, drift_mm_per_slice / 3, 1};
  Volume<std::int16_t> hu(grid);
  for (int z = 0; z < 10; ++z)
    for (int y = 0; y < 24; ++y)
      for (int x = 0; x < 24; ++x) {
        const Vec3 at = index_to_point(grid, {double(x), double(y), double(z)});
        hu(x, y, z) = std::hypot(at[0] - 17, at[1] - 5) < 3.2 ? 200 : 0;
      }
  return hu;
}

} // namespace

TEST(Upright, OnlyATiltedStackIsSheared) {
  EXPECT_TRUE(is_sheared(tilted_column(0.6).geometry()));
  EXPECT_FALSE(is_sheared(tilted_column(0).geometry()));
  EXPECT_FALSE(is_sheared(tilted_column(0.01).geometry()));
}

TEST(Upright, AColumnStandsUprightAtItsPlace) {
  for (const double drift : {1.0, -1.0, 0.6}) {
    const Volume<std::int16_t> hu = upright(tilted_column(drift), {});
    EXPECT_DOUBLE_EQ(hu.geometry().axes[2][2], 1.0);
    EXPECT_DOUBLE_EQ(hu.geometry().axes[2][1], 0.0);
    for (int z = 0; z < 10; ++z) {
      const Vec3 index = point_to_index(hu.geometry(), {17, 5, 100 + 3.0 * z});
      EXPECT_EQ(hu(int(std::lround(index[0])), int(std::lround(index[1])), z), 200) << drift << " " << z;
      EXPECT_NEAR(index[2], z, 1e-9);
    }
  }
}

TEST(Upright, WholePixelsOfDriftMoveValuesUnchanged) {
  const Volume<std::int16_t> from = tilted_column(1.0);
  const Volume<std::int16_t> to = upright(from, {2});
  EXPECT_EQ(to.size(1), from.size(1) + 9);
  for (int z = 0; z < 10; ++z)
    for (int y = 0; y < 24; ++y)
      EXPECT_EQ(to(12, y + z, z), from(12, y, z));
  EXPECT_EQ(to(12, 0, 9), -1024);
}
