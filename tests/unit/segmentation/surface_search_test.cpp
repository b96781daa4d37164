// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/surface_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace osteocalc::segmentation {
namespace {

TEST(SurfaceSearch, FindsATiltedPlaneInNoise) {
  CostField field(20, 24, 30);
  std::mt19937 random(3);
  const auto truth = [](int r, int c) { return 8.0 + 0.3 * r + 0.2 * c; };
  for (int r = 0; r < 20; ++r)
    for (int c = 0; c < 24; ++c)
      for (int h = 0; h < 30; ++h)
        field.at(r, c)[h] =
            static_cast<float>(-std::exp(-0.3 * std::pow(h - truth(r, c), 2)) + 0.0004 * double(random() % 1000));
  const auto surface = cheapest_surface(field, 0.1F, 0.8F, Ends::Open);
  for (int r = 0; r < 20; ++r)
    for (int c = 0; c < 24; ++c)
      ASSERT_NEAR(surface[static_cast<std::size_t>(r * 24 + c)], truth(r, c), 1.0);
}

TEST(SurfaceSearch, ARingHasNoSeam) {
  constexpr int angles = 36;
  CostField field(1, angles, 20);
  for (int c = 0; c < angles; ++c)
    for (int h = 0; h < 20; ++h)
      field.at(0, c)[h] = c < 4 || c > 32 ? 0.0F : std::abs(static_cast<float>(h) - 12.0F); // no evidence at the seam
  for (const float h : cheapest_surface(field, 0.2F, 2.0F, Ends::Circular))
    EXPECT_NEAR(h, 12.0F, 0.5F);
}

TEST(SurfaceSearch, BestPathIsTheBestOfAllPaths) {
  std::mt19937 random(11);
  std::vector<std::vector<double>> gain(5, std::vector<double>(4));
  for (auto& row : gain)
    for (double& g : row)
      g = double(random() % 100) / 50.0;
  const double bend = 0.3;
  const auto value = [&](const std::vector<int>& path) {
    double sum = gain[0][static_cast<std::size_t>(path[0])];
    for (std::size_t i = 1; i < path.size(); ++i) {
      const int step = path[i] - path[i - 1];
      sum += std::abs(step) > 1 ? -1e9 : gain[i][static_cast<std::size_t>(path[i])] - bend * step * step;
    }
    return sum;
  };
  double best = -1e9;
  for (int code = 0; code < 1024; ++code) {
    std::vector<int> path;
    for (int i = 0; i < 5; ++i)
      path.push_back(code >> (2 * i) & 3);
    best = std::max(best, value(path));
  }
  EXPECT_NEAR(value(best_path(gain, bend, 1)), best, 1e-12);
}

} // namespace
} // namespace osteocalc::segmentation
