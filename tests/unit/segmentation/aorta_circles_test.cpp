// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_circles.h"

#include "osteocalc/segmentation/aorta_image.h"

#include <gtest/gtest.h>

#include <cmath>

namespace osteocalc::segmentation {
namespace {

/// Discs of blood in fat, the centre moving one pixel to the right every second picture.
Volume<float> slanting_tube(double radius_mm) {
  VolumeGeometry g;
  g.size = {64, 56, 20};
  Volume<float> v(g);
  for (int k = 0; k < 20; ++k)
    for (int y = 0; y < 56; ++y)
      for (int x = 0; x < 64; ++x) {
        const double d = std::hypot(x - (24.0 + k / 2), y - 28.0) * working_spacing_mm;
        v(x, y, k) = k < 15 && d <= radius_mm ? 40.0F : -60.0F;
      }
  return v;
}

const CircleRule rule{radii_between(4.5, 23.0), 24, 60.0, -20.0, -25.0};

TEST(Circles, ScoreHighestAtTheDiscsCentreAndRadius) {
  const auto scores = circle_scores(slanting_tube(10.0), {4, 60, 4, 52, 0, 20}, rule, {2});
  const float* section = scores.section(0);
  const auto best = static_cast<std::size_t>(std::max_element(section, section + scores.section_size()) - section);
  const std::size_t in_plane = best % scores.plane_size();
  EXPECT_NEAR(4.0 + static_cast<double>(in_plane % static_cast<std::size_t>(scores.width())), 24.0, 1.0);
  EXPECT_NEAR(4.0 + static_cast<double>(in_plane / static_cast<std::size_t>(scores.width())), 28.0, 1.0);
  EXPECT_NEAR(scores.radii_mm[best / scores.plane_size()], 10.0, 1.6);
  EXPECT_GT(section[best], 0.8F);
}

TEST(Circles, CourseFollowsASlantingTubeAndStopsWhereItEnds) {
  const auto scores = circle_scores(slanting_tube(10.0), {4, 60, 4, 52, 0, 20}, rule, {2});
  const auto course = track_circles(scores, {});
  ASSERT_FALSE(course.empty());
  EXPECT_EQ(course.front().k, 0);
  EXPECT_EQ(course.back().k, 14);
  for (const CircleHit& h : course)
    EXPECT_NEAR(h.x, 24.0 + h.k / 2, 1.5) << "picture " << h.k;
}

TEST(Circles, CourseThroughAllPicturesHasOneHitEach) {
  const auto scores = circle_scores(slanting_tube(10.0), {4, 60, 4, 52, 0, 20}, rule, {1});
  EXPECT_EQ(track_circles(scores, {.ends = TrackEnds::Through}).size(), 20U);
}

TEST(Circles, PixelsBeyondTheImageAreNoEdge) {
  auto cut = slanting_tube(10.0);
  for (int y = 0; y < 56; ++y)
    for (int x = 0; x < 24; ++x) // the image ends through the disc's middle
      cut(x, y, 0) = beyond_image_hu;
  const auto whole = circle_scores(slanting_tube(10.0), {24, 25, 28, 29, 0, 1}, rule, {1});
  const auto half = circle_scores(cut, {24, 25, 28, 29, 0, 1}, rule, {1});
  EXPECT_LT(*std::ranges::max_element(half.values), *std::ranges::max_element(whole.values) - 0.4F);
}

} // namespace
} // namespace osteocalc::segmentation
