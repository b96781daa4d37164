// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/voxel_spans.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::review {
namespace {

const VolumeGeometry grid{{40, 40, 20}, {1, 1, 2}};

std::int64_t voxels_in(const std::vector<VoxelSpan>& spans) {
  std::int64_t count = 0;
  for (const VoxelSpan& span : spans)
    count += span.x_end - span.x_begin;
  return count;
}

TEST(Strokes, ADiscHasItsAreaAndABallItsSlices) {
  EXPECT_EQ(voxels_in(spans_of({{{20, 20, 10}}, 1, false, 0}, grid)), 5);
  EXPECT_NEAR(static_cast<double>(voxels_in(spans_of({{{20, 20, 10}}, 10, false, 0}, grid))), 314, 12);
  EXPECT_EQ(voxels_in(spans_of({{{20, 20, 10}}, 2, true, 0}, grid)), 13 + 2); // the poles lie on slices 9 and 11
}

TEST(Strokes, OverlappingCentresPaintEachVoxelOnce) {
  const auto one = spans_of({{{20, 20, 10}}, 5, false, 0}, grid);
  EXPECT_EQ(spans_of({{{20, 20, 10}, {20, 20, 10}}, 5, false, 0}, grid), one);
}

TEST(Strokes, AreCutAtTheEdge) {
  EXPECT_EQ(voxels_in(spans_of({{{0, 0, 0}}, 1, false, 0}, grid)), 3);
  EXPECT_TRUE(spans_of({{{500, 500, 0}}, 3, false, 0}, grid).empty());
}

TEST(Grow, TakesWhatTouchesAtACornerAndStopsAtTheBoundAndAtBone) {
  Volume<std::int16_t> hu(grid, 30);
  Volume<LabelId> labels(grid, 0);
  hu(10, 10, 5) = hu(11, 11, 6) = hu(12, 12, 7) = 130;
  hu(13, 13, 7) = 129;
  hu(9, 10, 5) = 500;
  labels(9, 10, 5) = whole_vertebra_label(Vertebra::L1);
  EXPECT_EQ(voxels_in(grown_from({10, 10, 5}, hu, labels, 130)), 3);
}

TEST(Grow, RefusesWhatIsNoPlaque) {
  const Volume<std::int16_t> bright(VolumeGeometry{{80, 40, 20}}, 300);
  const Volume<LabelId> labels(bright.geometry(), 0);
  EXPECT_THROW(grown_from({40, 20, 10}, bright, labels, 130), Error);
  EXPECT_THROW(grown_from({90, 20, 10}, bright, labels, 130), Error);
}

TEST(Brightest, LiesInTheSameSliceWithinTheRadius) {
  Volume<std::int16_t> hu(grid, 30);
  hu(12, 10, 5) = 400;
  hu(10, 10, 6) = 900;
  EXPECT_EQ(brightest_near({10, 10, 5}, hu, 2), (Voxel{12, 10, 5}));
  EXPECT_EQ(brightest_near({10, 10, 5}, hu, 1), (Voxel{10, 10, 5}));
}

TEST(Relabel, IsUndoneByRestore) {
  Volume<LabelId> labels(grid, 0);
  labels(5, 5, 5) = 51;
  labels(6, 5, 5) = 52;
  const auto before = relabel(labels, {{5, 5, 3, 9}}, 52);
  EXPECT_EQ(labels(3, 5, 5), 52);
  EXPECT_EQ(before.size(), 3U); // the voxel that was 52 already has not changed
  restore(labels, before);
  EXPECT_EQ(labels(5, 5, 5), 51);
  EXPECT_EQ(labels(6, 5, 5), 52);
  EXPECT_EQ(labels(3, 5, 5), 0);
}

} // namespace
} // namespace osteocalc::review
