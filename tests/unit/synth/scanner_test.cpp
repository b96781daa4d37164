// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/scanner.h"

#include "osteocalc/core/error.h"
#include "osteocalc/synth/canvas.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::synth {
namespace {

VolumeGeometry grid(int n, int slices, double increment_mm) {
  return {.size = {n, n, slices}, .spacing_mm = {1, 1, increment_mm}, .origin_mm = {-0.5 * (n - 1), -0.5 * (n - 1), 0}};
}

Scanner plain() {
  Scanner scanner;
  scanner.matrix = 64;
  scanner.pixel_mm = 1;
  scanner.noise_sd_hu = 0;
  return scanner;
}

void paint_water(Canvas& canvas, double) {
  canvas.join(Outline{0, 0, 500, 500});
  canvas.paint({.outer = {0, 0}});
}

TEST(Scanner, NoiseHasTheStandardDeviationAndTextureAskedFor) {
  for (const double correlation_mm : {0.0, 0.7, 2.0}) {
    Scanner scanner = plain();
    scanner.noise_sd_hu = 20;
    scanner.noise_correlation_mm = correlation_mm;
    const int n = 128;
    double sum = 0, squares = 0, neighbours = 0;
    const int slices = 12;
    for (std::uint32_t z = 0; z < slices; ++z) {
      std::vector<float> hu(static_cast<std::size_t>(n * n), 0.0F);
      add_noise(hu, n, scanner, 3, z);
      for (std::size_t i = 0; i < hu.size(); ++i) {
        sum += hu[i];
        squares += hu[i] * hu[i];
        neighbours += (i + 1) % n != 0 ? hu[i] * hu[i + 1] : 0;
      }
    }
    const double count = static_cast<double>(n) * n * slices;
    EXPECT_NEAR(sum / count, 0, 1.0);
    EXPECT_NEAR(std::sqrt(squares / count), 20, 1.0) << correlation_mm;
    // White noise filtered by a Gaussian: the correlation one pixel away is exp(-1 / (4 sigma^2)).
    const double correlation = correlation_mm == 0 ? 0.0 : std::exp(-1 / (4 * correlation_mm * correlation_mm));
    EXPECT_NEAR(neighbours / squares, correlation, 0.05) << correlation_mm;
  }
}

TEST(Scanner, NoiseOfEachSliceIsItsOwn) {
  Scanner scanner = plain();
  scanner.noise_sd_hu = 10;
  std::vector<float> a(400, 0.0F), b = a, c = a;
  add_noise(a, 20, scanner, 1, 0);
  add_noise(b, 20, scanner, 1, 1);
  add_noise(c, 20, scanner, 1, 0);
  EXPECT_NE(a, b);
  EXPECT_EQ(a, c);
}

TEST(Scanner, SliceProfileIsABoxOfTheNominalThickness) {
  // Water below z = 10 only: a slice of 5 mm centred on the border is half water, and 2.5 mm off it is all or nothing.
  Scanner scanner = plain();
  scanner.nominal_thickness_mm = 5;
  const auto half_space = [](Canvas& canvas, double layer_mm) {
    if (canvas.z_mm() < 10)
      paint_water(canvas, layer_mm);
  };
  const ScannedVolume out = scan(scanner, grid(64, 9, 2.5), 1, half_space, Parallel{1});
  EXPECT_EQ(out.hu(32, 32, 3), 0);
  EXPECT_NEAR(out.hu(32, 32, 4), -500, 110); // five layers: two or three of them
  EXPECT_EQ(out.hu(32, 32, 5), -1000);
}

TEST(Scanner, PointSpreadBlursAnEdgeByItsWidth) {
  Scanner scanner = plain();
  scanner.psf_fwhm_mm = 4;
  const auto half_plane = [](Canvas& canvas, double) {
    canvas.join(Outline{-500, 0, 500, 5000});
    canvas.intersect([](float x, float) { return x; });
    canvas.paint({.outer = {0, 0}});
  };
  const ScannedVolume out = scan(scanner, grid(64, 1, 3), 1, half_plane, Parallel{1});
  // Edge response: 500 erfc(x / (sqrt 2 sigma)) - 1000, sigma = 4 / 2.355 mm, the pixel centres at half millimetres.
  for (const double x : {-3.5, -1.5, 0.5, 2.5}) {
    const double expected = 500 * std::erfc(x / (std::sqrt(2.0) * 4 / 2.3548)) - 1000;
    EXPECT_NEAR(out.hu(static_cast<int>(x + 31.5 + 0.01), 32, 0), expected, 12) << x;
  }
}

TEST(Scanner, TheSameBytesForOneAndTwoThreads) {
  Scanner scanner = plain();
  scanner.noise_sd_hu = 15;
  const ScannedVolume one = scan(scanner, grid(64, 12, 3), 9, paint_water, Parallel{1});
  const ScannedVolume two = scan(scanner, grid(64, 12, 3), 9, paint_water, Parallel{2});
  EXPECT_TRUE(std::ranges::equal(one.hu.voxels(), two.hu.voxels()));
}

TEST(Scanner, ImpossibleValuesAreRefused) {
  for (auto spoil : {+[](Scanner& s) { s.matrix = 0; }, +[](Scanner& s) { s.pixel_mm = 0; },
                     +[](Scanner& s) { s.increment_mm = -1; }, +[](Scanner& s) { s.noise_sd_hu = -1; },
                     +[](Scanner& s) { s.kvp_kv = 0; }}) {
    Scanner scanner = plain();
    spoil(scanner);
    EXPECT_THROW(check(scanner), ConfigError);
  }
}

} // namespace
} // namespace osteocalc::synth
