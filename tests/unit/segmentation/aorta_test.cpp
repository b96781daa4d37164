// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta.h"

#include "unit/segmentation/aorta_phantom.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

using testing::aorta_dice;
using testing::AortaPhantom;

AortaPhantom whole_aorta() {
  AortaPhantom p(380.0);
  p.name_levels(Vertebra::L5, 30.0);
  p.stamp_descending(70.0, 300.0, 11.0);
  p.stamp_arch(300.0, 240.0, 14.0);
  p.stamp_tube({14.0, 34.0, 70.0}, {34.0, 34.0, 10.0}, 5.5, label::iliac_artery_left);
  p.stamp_tube({14.0, 34.0, 70.0}, {-8.0, 34.0, 10.0}, 5.5, label::iliac_artery_right);
  p.stamp_descending(70.0, 300.0, 11.0);
  return p;
}

/// Searched once for all tests that look at it.
struct Whole {
  AortaPhantom phantom = whole_aorta();
  AortaResult found = phantom.find(2);
};

const Whole& whole() {
  static const Whole once;
  return once;
}

const VesselSection& nearest(const std::vector<VesselSection>& course, const Vec3& point) {
  return *std::ranges::min_element(course, {}, [&](const VesselSection& s) { return norm(s.center_mm - point); });
}

TEST(Aorta, IsFoundFromRootToIliacs) {
  const auto& [p, r] = whole();
  ASSERT_EQ(r.aorta.size(), 1U);
  EXPECT_GT(aorta_dice(p, r), 0.95);
  ASSERT_TRUE(r.root_mm && r.bifurcation_mm);
  EXPECT_NEAR((*r.root_mm)[2], 240.0, 16.0);
  EXPECT_NEAR((*r.bifurcation_mm)[2], 62.0, 12.0); // branches part some millimetres below the fork
  EXPECT_FALSE(r.iliac_left.empty());
  EXPECT_FALSE(r.iliac_right.empty());
  EXPECT_GT(r.iliac_left.back().center_mm[0], r.iliac_right.back().center_mm[0]);
  EXPECT_NEAR(*r.blood_hu, 40.0, 3.0);
  for (const Issue& issue : r.issues)
    EXPECT_EQ(issue.level, IssueLevel::Info) << issue.rule << " " << issue.text;
}

TEST(Aorta, HasRadiusCentreAndSegmentsOfThePhantom) {
  const auto& [p, r] = whole();
  ASSERT_EQ(r.aorta.size(), 1U);
  const auto& course = r.aorta.front();
  const double l1_top = 30.0 + 4 * 30.0 + 15.0;
  for (const VesselSection& s : course)
    if (s.center_mm[1] > 20.0 && s.center_mm[2] > 90.0 && s.center_mm[2] < 290.0) {
      EXPECT_NEAR(s.radius_mm, 11.0, 0.8) << "at z " << s.center_mm[2];
      EXPECT_LT(std::hypot(s.center_mm[0] - 14.0, s.center_mm[1] - 34.0), 1.5) << "at z " << s.center_mm[2];
    }
  EXPECT_EQ(nearest(course, {14, 34, l1_top - 8}).segment, AortaSegment::Abdominal);
  EXPECT_EQ(nearest(course, {14, 34, l1_top + 8}).segment, AortaSegment::Descending);
  EXPECT_EQ(nearest(course, {1, -1, 337}).segment, AortaSegment::Arch);
  EXPECT_EQ(nearest(course, {-12, -36, 270}).segment, AortaSegment::Ascending);
}

TEST(Aorta, IsTheSameForAnyNumberOfThreads) {
  const auto& [p, r] = whole();
  const auto two = paint_aorta(r, p.hu.geometry(), {2});
  for (const int threads : {1, 3}) {
    const auto other = paint_aorta(p.find(threads), p.hu.geometry(), {threads});
    EXPECT_TRUE(std::ranges::equal(two.voxels(), other.voxels())) << threads;
  }
}

TEST(Aorta, KeepsThickPlaqueWithinItsWall) {
  AortaPhantom p(150.0);
  p.name_levels(Vertebra::L1, 20.0);
  p.stamp_descending(0.0, 150.0, 12.0);
  for (double z = 60.0; z < 90.0; z += 1.0) // a shell on the left wall, 3 mm thick, bright as bone
    for (double angle = -1.2; angle < 1.2; angle += 0.05)
      p.stamp({14.0 + 10.5 * std::cos(angle), 34.0 + 10.5 * std::sin(angle), z}, 1.5, 600, label::aorta);
  const AortaResult r = p.find();
  EXPECT_GT(aorta_dice(p, r), 0.95);
  const auto labels = paint_aorta(r, p.hu, Volume<LabelId>(p.hu.geometry(), 0), {2});
  std::size_t plaque = 0, inside = 0;
  for (std::size_t i = 0; i < labels.voxels().size(); ++i)
    if (p.hu.voxels()[i] == 600) {
      ++plaque;
      inside += labels.voxels()[i] != 0;
    }
  EXPECT_GT(static_cast<double>(inside), 0.97 * static_cast<double>(plaque));
}

TEST(Aorta, EndsAtTheRootAndNotInTheAtrium) {
  AortaPhantom p(360.0);
  p.stamp_descending(0.0, 300.0, 11.0);
  p.stamp_arch(300.0, 230.0, 13.0);
  p.stamp_tube({-12, -36, 230}, {-40, -36, 150}, 15.0, 0); // round, and goes on to the right
  const AortaResult r = p.find();
  ASSERT_TRUE(r.root_mm);
  EXPECT_NEAR((*r.root_mm)[2], 225.0, 12.0);
}

TEST(Aorta, FollowsAnAneurysm) {
  AortaPhantom p(240.0);
  p.name_levels(Vertebra::L4, 20.0);
  for (double z = 0.0; z < 240.0; z += 0.5) { // 50 mm across at its widest, pushed forward by the column
    const double swell = std::exp(-std::pow((z - 90.0) / 30.0, 2)), radius_mm = 10.0 + 15.0 * swell;
    p.stamp({14.0 - 4.0 * swell, 43.0 - radius_mm, z}, radius_mm, 40, label::aorta);
  }
  const AortaResult r = p.find();
  EXPECT_GT(aorta_dice(p, r), 0.93);
  EXPECT_TRUE(has_rule(r.issues, "SEG-AORTA-WIDE"));
  ASSERT_FALSE(r.aorta.empty());
  EXPECT_NEAR(nearest(r.aorta.back(), {10.0, 18.0, 90.0}).radius_mm, 25.0, 1.5);
}

TEST(Aorta, TakesNoLowerHeartForTheAscendingAorta) {
  AortaPhantom p(200.0);
  p.stamp_descending(0.0, 200.0, 11.0);
  for (double z = 90.0; z < 200.0; z += 6.0) {
    p.stamp({75.0, 0.0, z}, 45.0, -850, 0); // lungs reach 110 mm below the image's top
    p.stamp({-75.0, 0.0, z}, 45.0, -850, 0);
  }
  p.stamp({-8.0, -40.0, 195.0}, 30.0, 40, 0); // a chamber, round and in the right place
  const AortaResult r = p.find();
  EXPECT_EQ(r.aorta.size(), 1U);
  EXPECT_FALSE(r.root_mm);
  EXPECT_TRUE(has_rule(r.issues, "SEG-AORTA-CUT"));
}

TEST(Aorta, IsRefusedWithoutASpineAndWithoutAVessel) {
  AortaPhantom p(90.0);
  const AortaResult none = p.find();
  EXPECT_TRUE(none.aorta.empty());
  EXPECT_TRUE(has_rule(none.issues, "SEG-AORTA-NONE"));
  p.spine.curve = {};
  EXPECT_TRUE(has_rule(p.find().issues, "SEG-AORTA-SPINE"));
}

} // namespace
} // namespace osteocalc::segmentation
