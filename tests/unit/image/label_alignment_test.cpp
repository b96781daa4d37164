// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/label_alignment.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc {
namespace {

const VolumeGeometry image{{10, 8, 6}, {1, 1, 3}, {0, 0, 0}};

/// A block of aorta from index (2,2,1) to (5,5,4).
LabelMap block_on(const VolumeGeometry& grid) {
  LabelMap labels{Volume<LabelId>(grid, 0), {{label::aorta, "vessel"}}};
  for (int z = 1; z <= 4; ++z)
    for (int y = 2; y <= 5; ++y)
      for (int x = 2; x <= 5; ++x)
        labels.voxels(x, y, z) = label::aorta;
  return labels;
}

std::string refused_rule(LabelMap labels) {
  Issues issues;
  try {
    static_cast<void>(aligned_labels(std::move(labels), image, {}, issues));
  } catch (const Refusal& refusal) {
    return refusal.issues().front().rule;
  }
  return "accepted";
}

TEST(AlignedLabels, OnTheSameGridAreLeftAsTheyAre) {
  Issues issues;
  const LabelMap labels = aligned_labels(block_on(image), image, {}, issues);
  EXPECT_TRUE(issues.empty());
  EXPECT_EQ(label_boxes(labels.voxels).at(label::aorta).count, 64U);
}

TEST(AlignedLabels, OnAFinerGridAreResampledAndSaidSo) {
  VolumeGeometry fine = image;
  fine.size = {20, 16, 18};
  fine.spacing_mm = {0.5, 0.5, 1};
  fine.origin_mm = {-0.25, -0.25, -1}; // the same space, voxels cut in 2 x 2 x 3
  LabelMap labels{Volume<LabelId>(fine, 0), {{label::aorta, "vessel"}}};
  for (int z = 0; z < 18; ++z)
    for (int y = 0; y < 16; ++y)
      for (int x = 0; x < 20; ++x)
        if (x / 2 >= 2 && x / 2 <= 5 && y / 2 >= 2 && y / 2 <= 5 && z / 3 >= 1 && z / 3 <= 4)
          labels.voxels(x, y, z) = label::aorta;
  Issues issues;
  const LabelMap aligned = aligned_labels(std::move(labels), image, {}, issues);
  EXPECT_TRUE(std::ranges::equal(aligned.voxels.voxels(), block_on(image).voxels.voxels()));
  EXPECT_EQ(aligned.names.at(label::aorta), "vessel");
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].rule, "LABEL-RESAMPLED");
}

TEST(AlignedLabels, ThatCoverAPartOfTheImageAreFlagged) {
  VolumeGeometry upper = image;
  upper.origin_mm[2] = 9; // slices 3 to 8 of the image's numbering
  Issues issues;
  const LabelMap aligned = aligned_labels(block_on(upper), image, {}, issues);
  ASSERT_TRUE(has_rule(issues, "LABEL-COVERAGE"));
  EXPECT_NE(issues.back().text.find("missing 9 mm at the feet ("), std::string::npos) << issues.back().text;
  EXPECT_EQ(label_boxes(aligned.voxels).at(label::aorta).count, 32U); // its lower two slices
}

TEST(NoteCoverage, NamesEveryEndAndHowMuch) {
  VolumeGeometry middle = image; // 10 x 8 x 6 of 1 x 1 x 3 mm
  middle.size = {6, 8, 3};
  middle.origin_mm = {3, 0, 6};
  Issues issues;
  note_coverage(middle, image, issues);
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_NE(issues[0].text.find("missing 3 mm at the right, 6 mm at the feet ("), std::string::npos) << issues[0].text;
  issues.clear();
  VolumeGeometry around = image; // half a coarse voxel short of the image is rounding
  around.size = {5, 4, 3};
  around.spacing_mm = {2, 2, 6};
  around.origin_mm = {1, 1, 3};
  note_coverage(around, image, issues);
  EXPECT_TRUE(issues.empty());
}

TEST(AlignedLabels, OfAnotherScanAreRefused) {
  VolumeGeometry elsewhere = image;
  elsewhere.origin_mm[2] = -500;
  EXPECT_EQ(refused_rule(block_on(elsewhere)), "LABEL-APART");
}

TEST(AlignedLabels, WithoutALabelAreRefusedOnAnyGrid) {
  EXPECT_EQ(refused_rule({Volume<LabelId>(image, 0), {}}), "LABEL-EMPTY");
  VolumeGeometry other = image;
  other.spacing_mm[0] = 2;
  EXPECT_EQ(refused_rule({Volume<LabelId>(other, 0), {}}), "LABEL-EMPTY");
}

TEST(DrawOver, PartsWinOverWholesAndBringTheirNames) {
  LabelMap wholes = block_on(image);
  LabelMap parts{Volume<LabelId>(image, 0), {{label::aorta_abdominal, "lower"}}};
  parts.voxels(2, 2, 1) = label::aorta_abdominal;
  parts.voxels(0, 0, 0) = label::aorta_abdominal;
  draw_over(wholes, parts);
  EXPECT_EQ(wholes.voxels(2, 2, 1), label::aorta_abdominal);
  EXPECT_EQ(wholes.voxels(0, 0, 0), label::aorta_abdominal);
  EXPECT_EQ(label_boxes(wholes.voxels).at(label::aorta).count, 63U);
  EXPECT_EQ(name_of(wholes, label::aorta), "vessel");
  EXPECT_EQ(name_of(wholes, label::aorta_abdominal), "lower");
}

} // namespace
} // namespace osteocalc
