// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/level_evidence.h"

#include "osteocalc/segmentation/spine_discs.h"
#include "spine_phantom.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace osteocalc::segmentation {
namespace {

struct Evidence {
  LevelEvidence levels;
  std::vector<int> step; ///< of each vertebra of the chain in truth; -99 = none
};

Evidence evidence_of(synth::Field field) {
  const auto& ct = test::spine_scan(field);
  const Body& body = test::spine_body(field);
  const auto path = find_canal(body, {2});
  const auto detail = spine_detail(ct.image.hu, body, *path, {2});
  const SpineFrame frame = center_on_bodies(detail, body, *path, {2});
  const Line wings = sacral_wings(detail, frame, body.tissue, path->bone_hu, {2});
  const double end = sacrum_end(wings, frame.depth_mm);
  const auto straight = straighten(detail, frame, StraightBox{}, {2});
  const Line discs = disc_chain(disc_evidence(straight, frame, body.tissue, {2}), frame.depth_mm, end);
  Evidence result{gather_level_evidence(detail, frame, discs, wings, end, body, path->bone_hu, {2}), {}};
  for (std::size_t k = 0; k <= discs.size(); ++k) {
    const double s = k == 0              ? discs[0] - 12.0
                     : k == discs.size() ? discs[k - 1] + 8.0
                                         : 0.5 * (discs[k - 1] + discs[k]);
    const LabelId id = ct.parts.voxels(
        static_cast<int>(point_to_index(ct.parts.voxels.geometry(), frame.point(s, 0, 0))[0]),
        static_cast<int>(point_to_index(ct.parts.voxels.geometry(), frame.point(s, 0, 0))[1]),
        std::clamp(static_cast<int>(point_to_index(ct.parts.voxels.geometry(), frame.point(s, 0, 0))[2]), 0,
                   ct.parts.voxels.size(2) - 1));
    const auto level = vertebra_from_body_label(id);
    result.step.push_back(level ? static_cast<int>(Vertebra::S1) - static_cast<int>(*level) : -99);
  }
  return result;
}

TEST(LevelEvidenceTest, RibsAreFoundOnThoracicVertebraeOnly) {
  const Evidence e = evidence_of(synth::Field::ChestAbdomen);
  int thoracic = 0, lumbar = 0;
  for (std::size_t k = 1; k + 1 < e.step.size(); ++k) {
    const double rib = std::max(e.levels.rib[k][0], e.levels.rib[k][1]);
    if (e.step[k] >= 7 && e.step[k] <= 16) {
      EXPECT_GT(rib, 0.5) << e.step[k];
      ++thoracic;
    }
    if (e.step[k] >= 1 && e.step[k] <= 5) {
      EXPECT_LT(rib, 0.5) << e.step[k];
      ++lumbar;
    }
  }
  EXPECT_GE(thoracic, 9);
  EXPECT_GE(lumbar, 4);
}

TEST(LevelEvidenceTest, TheSacrumEndsBelowL5) {
  const Evidence e = evidence_of(synth::Field::Abdomen);
  ASSERT_TRUE(e.levels.sacrum_top);
  const auto l5 = std::ranges::find(e.step, 1) - e.step.begin();
  EXPECT_NEAR(*e.levels.sacrum_top, static_cast<double>(l5) - 0.6, 0.45);
}

TEST(LevelEvidenceTest, TheLungBaseLiesAboutT12) {
  const Evidence e = evidence_of(synth::Field::ChestAbdomen);
  ASSERT_TRUE(e.levels.lung_base);
  const auto t12 = std::ranges::find(e.step, 6) - e.step.begin();
  EXPECT_NEAR(*e.levels.lung_base, static_cast<double>(t12), 2.0);
}

TEST(LevelEvidenceTest, NoWingsNoSacrum) {
  EXPECT_EQ(sacrum_end(Line(300, 0.02), Line(300, 30.0)), 0.0);
  Line wings(300, 0.0);
  std::fill(wings.begin() + 10, wings.begin() + 50, 0.4);
  EXPECT_NEAR(sacrum_end(wings, Line(300, 34.0)), 50.0, 3.0);
  EXPECT_EQ(sacrum_end(wings, Line(300, 18.0)), 0.0); // bodies too small: shoulders
  for (int s = 80; s < 300; s += 28)                  // they come again and again: ribs
    std::fill_n(wings.begin() + s, 10, 0.3);
  EXPECT_EQ(sacrum_end(wings, Line(300, 34.0)), 0.0);
}

} // namespace
} // namespace osteocalc::segmentation
