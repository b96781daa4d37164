// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_arch.h"

#include "unit/segmentation/aorta_phantom.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

struct Search {
  Body body;
  std::optional<Arch> arch;
};

Search search_arch(const testing::AortaPhantom& p, double top_z) {
  Search s{find_body(p.hu, {2}), {}};
  const auto anchors = anchor_slices(p.spine.curve, s.body.hu.geometry());
  const auto vessels = vessel_image(s.body, column_mask(s.body, anchors, {2}), {2});
  const auto pictures = spine_pictures(vessels, anchors, {2});
  std::vector<CircleHit> descending;
  for (int k = 0; k * working_spacing_mm < top_z; ++k) {
    const auto i = static_cast<std::size_t>(k);
    const Vec3 at = point_to_index(s.body.hu.geometry(), {14.0, 34.0, 0.0});
    descending.push_back({k, at[0] - pictures.x0[i], at[1] - pictures.y0[i], 11.0, 0.9});
  }
  const int top = descending.back().k;
  const auto front = ascending_scores(pictures, s.body.tissue.soft_hu, std::max(0, top - 65), top + 1, {2});
  s.arch = find_arch(vessels, pictures, front, descending, descending.size() - 1, s.body.tissue.soft_hu, {2});
  return s;
}

TEST(AortaArch, RunsAlongTheHalfRing) {
  testing::AortaPhantom p(240.0);
  p.stamp_descending(0.0, 150.0, 11.0);
  p.stamp_arch(150.0, 70.0, 14.0);
  const Search s = search_arch(p, 160.0);
  ASSERT_TRUE(s.arch);
  EXPECT_GT(s.arch->merit, least_arch_merit + 0.3);
  const Vec3 middle{1.0, -1.0, 150.0};
  for (const TubePoint& point : s.arch->course) {
    const Vec3 at = index_to_point(s.body.hu.geometry(), point.at);
    if (at[2] > 150.0) { // the ring's radius is half the distance of its feet, 37.3 mm
      EXPECT_NEAR(norm(at - middle), 37.3, 3.5);
      EXPECT_NEAR(point.radius_mm, 14.0, 2.5);
    }
  }
}

TEST(AortaArch, IsNotMadeUpWhereThereIsNone) {
  testing::AortaPhantom p(240.0);
  p.stamp_descending(0.0, 150.0, 11.0);
  const Search s = search_arch(p, 150.0);
  EXPECT_TRUE(!s.arch || s.arch->merit < least_arch_merit);
}

} // namespace
} // namespace osteocalc::segmentation
