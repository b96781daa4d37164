// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/view/center_line.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::view {
namespace {

/// A descending limb that leans to the left going up, and an ascending limb beside its upper half.
Volume<LabelId> aorta() {
  Volume<LabelId> labels(VolumeGeometry{{60, 60, 60}, {2, 2, 3}, {0, 0, 0}}, 0);
  for (int z = 5; z < 55; ++z)
    for (int y = 0; y < 60; ++y)
      for (int x = 0; x < 60; ++x) {
        if (std::hypot(x - 20 - 0.2 * z, y - 40) < 5)
          labels(x, y, z) = label::aorta;
        if (z > 30 && std::hypot(x - 20, y - 12) < 6)
          labels(x, y, z) = label::aorta;
      }
  return labels;
}

TEST(AortaLine, FollowsTheLimbThatGoesDown) {
  const CenterLine line = aorta_line(aorta());
  ASSERT_GT(line.points_mm.size(), 100U);
  EXPECT_GT(line.points_mm.front()[2], line.points_mm.back()[2]); // from the head down
  for (const Vec3& point : line.points_mm) {
    EXPECT_NEAR(point[0], 2 * (20 + 0.2 * point[2] / 3), 2.5);
    EXPECT_NEAR(point[1], 80, 2.5); // never drawn to the ascending limb
  }
}

TEST(AortaLine, IsEmptyWithoutAnAorta) {
  EXPECT_TRUE(aorta_line(Volume<LabelId>(VolumeGeometry{{4, 4, 4}}, 0)).points_mm.empty());
}

TEST(SpineLine, RunsThroughTheVertebraeFromTheHeadDown) {
  Volume<LabelId> labels(VolumeGeometry{{30, 30, 60}}, 0);
  labels(10, 15, 50) = whole_vertebra_label(Vertebra::L1);
  labels(12, 15, 30) = whole_vertebra_label(Vertebra::L2);
  labels(14, 15, 10) = whole_vertebra_label(Vertebra::L3);
  const CenterLine line = spine_line(labels);
  ASSERT_GT(line.points_mm.size(), 30U);
  EXPECT_NEAR(line.points_mm.front()[2], 50, 2);
  EXPECT_GT(line.points_mm.front()[2], line.points_mm.back()[2]);
  EXPECT_TRUE(spine_line(Volume<LabelId>(VolumeGeometry{{4, 4, 4}}, 0)).points_mm.empty());
}

} // namespace
} // namespace osteocalc::view
