// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/noise.h"

#include "osteocalc/calcium/score.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace osteocalc::calcium {
namespace {

/// Smooth Gaussian noise: white noise under a Gaussian of `fwhm` pixels (the same in x and y), SD 1.
std::vector<double> smooth_noise(int size, double fwhm, std::mt19937& random) {
  std::normal_distribution<double> white(0, 1);
  const double sigma = fwhm / std::sqrt(8 * std::log(2.0));
  const int reach = static_cast<int>(std::ceil(4 * sigma));
  const int padded = size + 2 * reach;
  std::vector<double> field(static_cast<std::size_t>(padded) * static_cast<std::size_t>(padded));
  for (double& value : field)
    value = white(random);
  std::vector<double> kernel;
  double power = 0;
  for (int i = -reach; i <= reach; ++i) {
    kernel.push_back(std::exp(-i * i / (2 * sigma * sigma)));
    power += kernel.back() * kernel.back();
  }
  const auto at = [](const std::vector<double>& v, int width, int x, int y) {
    return v[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
  };
  std::vector<double> rows, result;
  for (int y = 0; y < padded; ++y)
    for (int x = 0; x < size; ++x) {
      double sum = 0;
      for (int i = 0; i <= 2 * reach; ++i)
        sum += kernel[static_cast<std::size_t>(i)] * at(field, padded, x + i, y);
      rows.push_back(sum);
    }
  for (int y = 0; y < size; ++y)
    for (int x = 0; x < size; ++x) {
      double sum = 0;
      for (int i = 0; i <= 2 * reach; ++i)
        sum += kernel[static_cast<std::size_t>(i)] * at(rows, size, x, y + i);
      result.push_back(sum / power);
    }
  return result;
}

TEST(FalseLesions, are_as_many_as_noise_makes) {
  constexpr int size = 400, slices = 12;
  constexpr double pixel_mm = 0.5, sd_hu = 32, mean_hu = 45, fwhm_pixels = 4;
  std::mt19937 random(11);
  Volume<std::int16_t> hu(VolumeGeometry{{size, size, slices}, {pixel_mm, pixel_mm, 3}, {0, 0, 0}});
  for (int z = 0; z < slices; ++z) {
    const std::vector<double> noise = smooth_noise(size, fwhm_pixels, random);
    for (std::size_t i = 0; i < noise.size(); ++i)
      hu.slice(z).data[i] = static_cast<std::int16_t>(std::floor(mean_hu + sd_hu * noise[i]));
  }
  ScoreOptions options;
  options.kvp = KiloVolt{120};
  const RegionScores scored = score(hu, options).regions.front();
  // Slices are independent here, so 3-D lesions are the slices' own.
  int found = 0;
  for (const Lesion& lesion : scored.lesions)
    found += lesion.last_slice - lesion.first_slice + 1;
  const double area_mm2 = double(size) * size * pixel_mm * pixel_mm * slices;
  const double expected = expected_false_lesions({mean_hu, sd_hu, fwhm_pixels * pixel_mm}, area_mm2, 130, 1);
  EXPECT_GT(found, 50);
  EXPECT_NEAR(found / expected, 1, 0.3) << found << " found, " << expected << " expected";
}

TEST(FalseLesions, become_rare_in_quiet_scans_and_with_larger_limits) {
  const auto at_sd = [](double sd_hu) { return expected_false_lesions({45, sd_hu, 1.5}, 1e5, 130, 1); };
  EXPECT_LT(at_sd(12), 1e-6);
  EXPECT_GT(at_sd(40), 10);
  EXPECT_LT(expected_false_lesions({45, 30, 1.5}, 1e5, 130, 3), expected_false_lesions({45, 30, 1.5}, 1e5, 130, 1));
}

TEST(Smoothness, from_the_correlation_of_neighbours) {
  // Gaussian smoothing of SD s correlates neighbours d apart by exp(-d^2 / 4 s^2).
  const double sigma_mm = 0.8, step_mm = 0.5;
  EXPECT_NEAR(fwhm_from_correlation(std::exp(-step_mm * step_mm / (4 * sigma_mm * sigma_mm)), step_mm),
              sigma_mm * std::sqrt(8 * std::log(2.0)), 1e-9);
  EXPECT_EQ(fwhm_from_correlation(-0.2, step_mm), step_mm);
}

} // namespace
} // namespace osteocalc::calcium
