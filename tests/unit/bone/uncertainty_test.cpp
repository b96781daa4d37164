// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/uncertainty.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace osteocalc::bone {
namespace {

constexpr int side = 24;

VolumeOfInterest block() {
  VolumeOfInterest voi;
  for (int z = 2; z < 6; ++z)
    for (int y = 4; y < 20; ++y)
      for (int x = 4; x < 20; ++x)
        voi.voxels.push_back({x, y, z});
  return voi;
}

/// Noise of SD `sd_hu`, each voxel the mean of `width` neighbours along x.
Volume<std::int16_t> noise(std::mt19937& random, double sd_hu, int width) {
  Volume<std::int16_t> image(VolumeGeometry{{side, side, 8}});
  for (int z = 0; z < 8; ++z)
    for (int y = 0; y < side; ++y) {
      std::vector<double> white(side + 8);
      for (double& value : white) {
        value = -6;
        for (int k = 0; k < 12; ++k)
          value += static_cast<double>(random()) / 4294967296.0;
      }
      for (int x = 0; x < side; ++x) {
        double sum = 0;
        for (int k = 0; k < width; ++k)
          sum += white[static_cast<std::size_t>(x + k)];
        image(x, y, z) = static_cast<std::int16_t>(std::lround(120 + sd_hu * sum / std::sqrt(double(width))));
      }
    }
  return image;
}

TEST(NoiseSe, IsTheSpreadOfTheMeanForWhiteAndForCorrelatedNoise) {
  for (const int width : {1, 3}) {
    std::mt19937 random(9);
    const VolumeOfInterest voi = block();
    double sum = 0, squares = 0, stated = 0;
    constexpr int repeats = 300;
    for (int i = 0; i < repeats; ++i) {
      const Volume<std::int16_t> image = noise(random, 40, width);
      const double mean = hu_statistics(image, voi)->mean_hu;
      sum += mean;
      squares += mean * mean;
      stated += noise_se_hu(image, voi) / repeats;
    }
    const double sd = std::sqrt(squares / repeats - sum / repeats * sum / repeats);
    EXPECT_NEAR(stated / sd, 1, 0.15) << width;
  }
}

TEST(NoiseSe, IsZeroWithoutNoise) {
  EXPECT_EQ(noise_se_hu(Volume<std::int16_t>(VolumeGeometry{{side, side, 8}}, 100), block()), 0);
}

TEST(PlacementSe, IsTheGradientTimesTheShift) {
  Volume<std::int16_t> image(VolumeGeometry{{40, 40, 40}});
  for (int z = 0; z < 40; ++z)
    for (int y = 0; y < 40; ++y)
      for (int x = 0; x < 40; ++x)
        image(x, y, z) = static_cast<std::int16_t>(3 * x + 4 * y); // 3 and 4 HU a mm: 5 in all
  Volume<std::uint8_t> mask(image.geometry(), 0);
  for (int z = 15; z < 25; ++z)
    for (int y = 15; y < 25; ++y)
      for (int x = 15; x < 25; ++x)
        mask(x, y, z) = 1;
  EXPECT_NEAR(placement_se_hu(image, mask, 0, 1), 5, 1e-9);
  EXPECT_NEAR(placement_se_hu(image, mask, 0, 2), 10, 1e-9);
}

TEST(HuUncertainty, AddsInSquares) {
  EXPECT_NEAR((HuUncertainty{3, 4}.total_hu()), 5, 1e-12);
}

} // namespace
} // namespace osteocalc::bone
