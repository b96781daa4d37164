// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_parts.h"

#include "unit/segmentation/aorta_phantom.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace osteocalc::segmentation {
namespace {

Landmarks landmarks_of(const testing::AortaPhantom& p) {
  const Body body = find_body(p.hu, {2});
  return find_landmarks(body, p.spine, anchor_slices(p.spine.curve, body.hu.geometry()));
}

TEST(AortaParts, LevelsBoundThoraxAndFork) {
  testing::AortaPhantom p(240.0);
  p.name_levels(Vertebra::L4, 20.0);
  const Landmarks marks = landmarks_of(p);
  ASSERT_TRUE(marks.thorax_end_z_mm);
  EXPECT_TRUE(marks.by_level);
  EXPECT_NEAR(*marks.thorax_end_z_mm, 20.0 + 3 * 30.0 + 15.0, 0.1); // above L1
  EXPECT_NEAR(marks.highest_fork_slice * working_spacing_mm, 20.0 + 30.0 + 15.0, 4.0);
}

TEST(AortaParts, UncertainLevelsDoNotCount) {
  testing::AortaPhantom p(240.0);
  p.name_levels(Vertebra::L4, 20.0);
  for (VertebraFinding& v : p.spine.vertebrae)
    v.confidence = 0.3;
  EXPECT_FALSE(landmarks_of(p).by_level);
}

TEST(AortaParts, TheArchLiesBetweenItsOuterBranches) {
  AortaResult found;
  found.aorta.emplace_back();
  const double bend_mm = 35.0, radius_mm = 14.0;
  for (double angle = 0.0; angle <= std::numbers::pi; angle += section_step_mm / bend_mm) {
    VesselSection s;
    s.center_mm = {-bend_mm * std::cos(angle), 0.0, 300.0 + bend_mm * std::sin(angle)};
    s.radius_mm = radius_mm;
    s.segment = AortaSegment::Arch;
    found.aorta.back().push_back(s);
  }
  Landmarks marks;
  marks.thorax_end_z_mm = 100.0;
  name_parts(marks, found);
  const double limit_mm = 300.0 + bend_mm - 0.65 * radius_mm;
  for (const VesselSection& s : found.aorta.front()) {
    if (std::abs(s.center_mm[2] - limit_mm) < 0.1)
      continue;
    const auto side = s.center_mm[0] < 0.0 ? AortaSegment::Ascending : AortaSegment::Descending;
    EXPECT_EQ(s.segment, s.center_mm[2] > limit_mm ? AortaSegment::Arch : side) << s.center_mm[0];
  }
}

TEST(AortaParts, DoubtsAreReported) {
  AortaResult found;
  found.aorta.emplace_back(20);
  for (std::size_t i = 0; i < 20; ++i) {
    VesselSection& s = found.aorta[0][i];
    s.center_mm = {0.0, 0.0, 100.0 - 2.0 * static_cast<double>(i)};
    s.radius_mm = i == 3 ? 25.0 : 10.0;
    s.confidence = i > 8 ? 0.1 : 0.9;
  }
  found.blood_hu = 180.0;
  report_doubts({}, found);
  for (const char* rule :
       {"SEG-AORTA-CONTRAST", "SEG-AORTA-ARCH", "SEG-AORTA-BIFURCATION", "SEG-AORTA-WEAK", "SEG-AORTA-WIDE"})
    EXPECT_TRUE(has_rule(found.issues, rule)) << rule;
  EXPECT_FALSE(has_rule(found.issues, "SEG-AORTA-CUT"));
}

} // namespace
} // namespace osteocalc::segmentation
