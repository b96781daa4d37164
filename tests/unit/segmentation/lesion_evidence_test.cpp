// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/lesion_evidence.h"

#include "heart_phantom.h"
#include "osteocalc/segmentation/heart_region.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

std::vector<BrightSpot> spots_of(const test::HeartPhantom& phantom) {
  const auto thorax = find_thorax(find_body(phantom.hu, {2}), {2});
  const AorticRoot root = find_aortic_root(*thorax, {}, {}, {2});
  const HeartFrame frame = make_frame(*thorax, root);
  return find_bright_spots(phantom.hu, *thorax, find_heart_region(*thorax, root, frame, {2}).inside, root, frame,
                           sample_blood(phantom.hu, frame, root), {2});
}

TEST(BrightSpots, MeasureALesionInFat) {
  test::HeartPhantom phantom;
  const Vec3 place{4, 27, -35};
  const int voxels = phantom.add_lesion(place, 3.2, 420, 12);
  auto spots = spots_of(phantom);
  std::erase_if(spots, [&](const BrightSpot& s) { return norm(s.frame_mm - place) > 8; });
  ASSERT_FALSE(spots.empty());
  double area = 0.0;
  for (const BrightSpot& s : spots) {
    EXPECT_EQ(s.piece, spots.front().piece);
    EXPECT_EQ(s.peak_hu, 420);
    area += s.area_mm2;
  }
  EXPECT_DOUBLE_EQ(area, voxels * 4.0);
  ASSERT_TRUE(spots.front().around);
  EXPECT_GT(spots.front().around->fat_share, 0.9);
  EXPECT_EQ(spots.front().around->lung_share, 0.0);
  EXPECT_LT(spots.front().around->gap_hu, -60);
  EXPECT_GT(spots.front().around->contrast_to_noise, 8);
}

TEST(BrightSpots, SeeNoFatInTheBloodAndNoneInThePlainPhantom) {
  test::HeartPhantom phantom;
  EXPECT_TRUE(std::ranges::none_of(spots_of(phantom), [](const BrightSpot& s) { return s.around.has_value(); }));
  const Vec3 place{30, 0, -40};
  phantom.add_lesion(place, 3.2, 420, 0);
  const auto spots = spots_of(phantom);
  const auto at = std::ranges::find_if(spots, [&](const BrightSpot& s) { return norm(s.frame_mm - place) < 8; });
  ASSERT_NE(at, spots.end());
  EXPECT_EQ(at->around->fat_share, 0.0);
  EXPECT_GT(at->around->gap_hu, 0);
}

TEST(BloodSample, ReadsTheDescendingAorta) {
  const test::HeartPhantom phantom(62);
  const auto thorax = find_thorax(find_body(phantom.hu, {2}), {2});
  const AorticRoot root = find_aortic_root(*thorax, {}, {}, {2});
  const BloodSample blood = sample_blood(phantom.hu, make_frame(*thorax, root), root);
  EXPECT_NEAR(blood.mean_hu, 62, 2);
  EXPECT_NEAR(blood.noise_hu, 10.4, 2); // four bytes of 0..17: SD 2 * 5.19
}

} // namespace
} // namespace osteocalc::segmentation
