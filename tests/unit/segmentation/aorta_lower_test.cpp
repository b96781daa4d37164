// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_lower.h"

#include "osteocalc/segmentation/aorta_image.h"

#include <gtest/gtest.h>

#include <cmath>

namespace osteocalc::segmentation {
namespace {

/// A straight vessel of 10 mm that divides below picture `fork` (or nowhere when negative) into two of 5 mm, with or
/// without a vein of 8 mm close beside it on the right, all the way down.
CircleScores forked_tube(int fork, bool vein = false) {
  VolumeGeometry g;
  g.size = {64, 56, 50};
  Volume<float> v(g);
  for (int k = 0; k < 50; ++k)
    for (int y = 0; y < 56; ++y)
      for (int x = 0; x < 64; ++x) {
        const double apart = k < fork ? 3.0 + 0.15 * (fork - k) : 0.0, radius_mm = k < fork ? 5.0 : 10.0;
        const double left = std::hypot(x - 32.0 - apart, y - 28.0), right = std::hypot(x - 32.0 + apart, y - 28.0);
        const bool in_vein = vein && std::hypot(x - 22.0, y - 28.0) * working_spacing_mm <= 8.0;
        v(x, y, k) = in_vein || std::min(left, right) * working_spacing_mm <= radius_mm ? 40.0F : -60.0F;
      }
  return circle_scores(v, {2, 62, 4, 52, 0, 50}, {radii_between(3.5, 23.0), 24, 60.0, -20.0, -25.0}, {2});
}

TEST(AortaLower, FindsTheForkAndItsBranches) {
  const auto scores = forked_tube(22);
  const auto hits = track_circles(scores, {});
  const auto fork = find_bifurcation(scores, hits, hits.size() - 5, {2});
  ASSERT_TRUE(fork);
  EXPECT_NEAR(fork->aorta.front().k, 20, 3); // the branches part a little below
  EXPECT_NEAR(fork->aorta.back().k, 49, 0);
  ASSERT_GE(fork->left.size(), 4U);
  EXPECT_GT(fork->left.back().x, 34.0);
  EXPECT_LT(fork->right.back().x, 30.0);
  EXPECT_NEAR(fork->left.back().radius_mm, 5.0, 1.6);
}

TEST(AortaLower, TakesNoVeinForABranch) {
  const auto scores = forked_tube(22, true);
  const auto hits = track_circles(forked_tube(22), {}); // the aorta's own course, not the vein's
  const auto fork = find_bifurcation(scores, hits, hits.size() - 5, {2});
  ASSERT_TRUE(fork);
  EXPECT_NEAR(fork->aorta.front().k, 20, 3);
  ASSERT_GE(fork->right.size(), 4U);
  for (const CircleHit& h : fork->right)
    EXPECT_NEAR(h.x, 32.0 - (3.0 + 0.15 * (22 - h.k)), 2.0) << h.k;
}

TEST(AortaLower, SeesNoForkInAStraightVessel) {
  const auto scores = forked_tube(-1);
  const auto hits = track_circles(scores, {});
  EXPECT_FALSE(find_bifurcation(scores, hits, hits.size() - 5, {2}));
}

} // namespace
} // namespace osteocalc::segmentation
