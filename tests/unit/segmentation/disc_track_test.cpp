// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/disc_track.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

const DiscGrid grid{60, 50, {9, 12, 15, 18}};

std::vector<float> disc_image(double cx, double cy, double radius_mm) {
  std::vector<float> hu;
  for (int y = 0; y < grid.height; ++y)
    for (int x = 0; x < grid.width; ++x)
      hu.push_back(2 * std::hypot(x - cx, y - cy) < radius_mm ? 40.0F : -100.0F);
  return hu;
}

TEST(DiscVotes, PeakWhereTheDiscIs) {
  const auto votes = disc_votes(disc_image(33, 21, 15), grid, -60, 50);
  const auto best = static_cast<int>(std::ranges::max_element(votes) - votes.begin());
  EXPECT_NEAR(grid.radii_mm[static_cast<std::size_t>(best / (60 * 50))], 14, 2); // clipping moves the edge inwards
  EXPECT_NEAR(best % 60, 33, 1);
  EXPECT_NEAR(best / 60 % 50, 21, 1);
  EXPECT_GT(votes[static_cast<std::size_t>(best)], 0.75F);
}

TEST(DiscVotes, PlaqueOnTheWallDoesNotMoveThePeak) {
  auto hu = disc_image(33, 21, 15);
  for (int y = 14; y < 28; ++y)
    for (int x = 39; x < 42; ++x)
      hu[static_cast<std::size_t>(y * 60 + x)] = 900;
  const auto votes = disc_votes(hu, grid, -60, 50);
  const auto best = static_cast<int>(std::ranges::max_element(votes) - votes.begin());
  EXPECT_NEAR(best % 60, 33, 2);
  EXPECT_NEAR(best / 60 % 50, 21, 2);
}

TEST(BestDiscPath, FollowsADriftAndIgnoresAFarBetterDiscInOneSlice) {
  std::vector<std::vector<float>> scores;
  const auto at = [](int r, int y, int x) { return static_cast<std::size_t>((r * 50 + y) * 60 + x); };
  for (int z = 0; z < 12; ++z) {
    scores.emplace_back(4 * 50 * 60, 0.0F);
    scores.back()[at(1, 20 + z, 30 - z)] = 1.0F;
  }
  scores[6][at(3, 45, 55)] = 3.0F;
  const auto path = best_disc_path(scores, grid);
  for (int z = 0; z < 12; ++z)
    EXPECT_EQ(path[static_cast<std::size_t>(z)], at(1, 20 + z, 30 - z)) << z;
}

} // namespace
} // namespace osteocalc::segmentation
