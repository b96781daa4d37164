// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/heart_region.h"

#include "heart_phantom.h"

#include <gtest/gtest.h>

#include <cmath>

namespace osteocalc::segmentation {
namespace {

TEST(HeartRegion, CoversTheHeartAndStopsAtLungSpineAndAorta) {
  const test::HeartPhantom phantom;
  const auto thorax = find_thorax(find_body(phantom.hu, {2}), {2});
  ASSERT_TRUE(thorax);
  const AorticRoot root = find_aortic_root(*thorax, {}, {}, {2});
  const HeartRegion region = find_heart_region(*thorax, root, make_frame(*thorax, root), {2});
  std::size_t heart = 0, covered = 0, lung = 0;
  for (int z = 0; z < region.inside.size(2); ++z)
    for (int y = 0; y < region.inside.size(1); ++y)
      for (int x = 0; x < region.inside.size(0); ++x) {
        const Vec3 p = index_to_point(region.inside.geometry(), {double(x), double(y), double(z)});
        const double in = std::hypot((p[0] - 20) / 72, (p[1] + 33) / 55, (p[2] - 93) / 50); // as the phantom is built
        if (in < 1 && p[2] < 130) {
          ++heart;
          covered += region.inside(x, y, z);
        }
        lung += region.inside(x, y, z) && thorax->hu(x, y, z) < -500;
        if (std::hypot(p[0], p[1] - 62) < 20 || std::hypot(p[0] - 25, p[1] - 28) < 10) {
          EXPECT_EQ(region.inside(x, y, z), 0);
        }
      }
  // the phantom's ellipsoid stands upright, hearts are tilted
  EXPECT_GT(static_cast<double>(covered), 0.88 * static_cast<double>(heart));
  EXPECT_LT(static_cast<double>(lung), 0.03 * static_cast<double>(heart));
  EXPECT_LT(region.cut_share, 0.01);
}

} // namespace
} // namespace osteocalc::segmentation
