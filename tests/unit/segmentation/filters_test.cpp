// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/filters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace osteocalc::segmentation {
namespace {

VolumeGeometry grid(int x, int y, int z, const Vec3& spacing) {
  VolumeGeometry g;
  g.size = {x, y, z};
  g.spacing_mm = spacing;
  return g;
}

TEST(Filters, AveragingKeepsALinearRampOnFinerAndCoarserGrids) {
  Volume<std::int16_t> ramp(grid(40, 30, 20, {0.7, 0.9, 5.0}));
  for (int z = 0; z < 20; ++z)
    for (int y = 0; y < 30; ++y)
      for (int x = 0; x < 40; ++x)
        ramp(x, y, z) = static_cast<std::int16_t>(std::lround(10.0 * x * 0.7 + 5.0 * z * 5.0));
  const auto cubic = isotropic_grid(ramp.geometry(), 2.0);
  const auto coarse = resample_average(ramp, cubic, {2});
  for (int z = 3; z + 3 < coarse.size(2); ++z) {
    const Vec3 p = index_to_point(cubic, {5, 5, double(z)});
    EXPECT_NEAR(coarse(5, 5, z), 10.0 * p[0] + 5.0 * p[2], 1.5);
  }
}

TEST(Filters, TheCubicGridCoversTheImageAndNotMore) {
  const auto g = grid(512, 512, 92, {0.78, 0.78, 3.0});
  const auto cubic = isotropic_grid(g, 2.0);
  for (std::size_t a = 0; a < 3; ++a)
    EXPECT_NEAR(cubic.size[a] * 2.0, g.size[a] * g.spacing_mm[a], 1.0 + 1e-9);
  EXPECT_NEAR(norm(center_mm(cubic) - center_mm(g)), 0.0, 1e-9);
}

TEST(Filters, GaussianKeepsTheSumAndHasTheAskedWidth) {
  Volume<float> v(grid(41, 41, 41, {1, 1, 1}), 0.0F);
  v(20, 20, 20) = 1.0F;
  gaussian_smooth(v, {2.0, 0.0, 3.0}, {2});
  double sum = 0.0, xx = 0.0, zz = 0.0;
  for (int z = 0; z < 41; ++z)
    for (int x = 0; x < 41; ++x) {
      sum += v(x, 20, z);
      xx += v(x, 20, z) * double((x - 20) * (x - 20));
      zz += v(x, 20, z) * double((z - 20) * (z - 20));
    }
  EXPECT_NEAR(sum, 1.0, 1e-4);
  EXPECT_NEAR(xx, 4.0, 0.2);
  EXPECT_NEAR(zz, 9.0, 0.5);
}

TEST(Filters, BoxMeanReplicatesTheBorder) {
  Volume<float> v(grid(5, 1, 1, {1, 1, 1}), 0.0F);
  v(0, 0, 0) = 3.0F;
  box_mean(v, {1, 0, 0}, {1});
  EXPECT_FLOAT_EQ(v(0, 0, 0), 2.0F);
  EXPECT_FLOAT_EQ(v(1, 0, 0), 1.0F);
  EXPECT_FLOAT_EQ(v(2, 0, 0), 0.0F);
}

TEST(Filters, DistanceAgreesWithBruteForce) {
  Volume<std::uint8_t> mask(grid(13, 11, 9, {0.8, 1.3, 2.5}), 0);
  std::mt19937 random(5);
  for (auto& m : mask.voxels())
    m = random() % 60 == 0;
  mask(3, 4, 5) = 1;
  const auto distance = distance_to(mask, {2});
  for (int z = 0; z < 9; ++z)
    for (int y = 0; y < 11; ++y)
      for (int x = 0; x < 13; ++x) {
        double best = 1e9;
        for (int c = 0; c < 9; ++c)
          for (int b = 0; b < 11; ++b)
            for (int a = 0; a < 13; ++a)
              if (mask(a, b, c))
                best = std::min(best, std::hypot((a - x) * 0.8, (b - y) * 1.3, (c - z) * 2.5));
        ASSERT_NEAR(distance(x, y, z), best, 1e-3);
      }
}

TEST(Filters, NothingToMeasureToIsFar) {
  const Volume<std::uint8_t> mask(grid(4, 4, 4, {1, 1, 1}), 0);
  EXPECT_GT(distance_to(mask, {1})(1, 1, 1), 1e6F);
}

} // namespace
} // namespace osteocalc::segmentation
