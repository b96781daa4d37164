// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/region_file.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::dxa {
namespace {

TEST(RegionFile, ComesBackAsItWasWritten) {
  const std::vector<Region> regions{{"L1", {{1, 2}, {30, 2}, {30, 30}}, RegionArea::Outline},
                                    {"neck", {{1, 2}, {30, 2}, {30, 31}}, RegionArea::BoneInside}};
  const RegionFile read = parse_regions(regions_json(regions));
  ASSERT_EQ(read.regions.size(), 2U);
  EXPECT_EQ(read.regions[0].outline, regions[0].outline);
  EXPECT_EQ(read.regions[0].area, RegionArea::Outline);
  EXPECT_EQ(read.regions[1].area, RegionArea::BoneInside);
}

TEST(RegionFile, RefusesWhatEnclosesNothing) {
  EXPECT_THROW(static_cast<void>(parse_regions("{}")), ConfigError);
  EXPECT_THROW(static_cast<void>(parse_regions(
                   R"({"schema":"osteocalc.dxa_roi/1","regions":[{"name":"L1","outline_mm":[[0,0],[1,1],[2,2]]}]})")),
               ConfigError);
}

TEST(MarkFile, IsReadAsItWasWritten) {
  const std::vector<SixPointMark> marks{{Vertebra::L1, {{{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}, {11, 12.25}}}},
                                        {Vertebra::L2, {{{1, 22}, {3, 24}, {5, 26}, {7, 28}, {9, 30}, {11, 32}}}}};
  const MarkFile read = parse_marks(marks_json(marks));
  ASSERT_EQ(read.marks.size(), marks.size());
  for (std::size_t i = 0; i < marks.size(); ++i) {
    EXPECT_EQ(read.marks[i].level, marks[i].level);
    EXPECT_EQ(read.marks[i].points, marks[i].points);
  }
  EXPECT_TRUE(read.lengths.empty());
}

TEST(MarkFile, ReadersLengthsWin) {
  const MarkFile file = parse_marks(R"({"schema":"osteocalc.dxa_marks/1",
    "vertebrae":[{"level":"L2","points_mm":[[1,1],[2,1],[3,1],[1,9],[2,9],[3,9]]}],
    "calcium":[{"level":"L2","wall":"posterior","calcified_mm":7}]})");
  ASSERT_EQ(file.marks.size(), 1U);
  std::vector<WallCalcium> walls{{Vertebra::L2, Wall::Posterior, 2, 30}, {Vertebra::L2, Wall::Anterior, 3, 30}};
  apply_lengths(walls, file);
  EXPECT_EQ(walls[0].calcified_mm, 7);
  EXPECT_EQ(walls[1].calcified_mm, 3);
  EXPECT_THROW(static_cast<void>(parse_marks(R"({"schema":"osteocalc.dxa_marks/1",
    "vertebrae":[{"level":"L2","points_mm":[[1,1]]}]})")),
               ConfigError);
}

} // namespace
} // namespace osteocalc::dxa
