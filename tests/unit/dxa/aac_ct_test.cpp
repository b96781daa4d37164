// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/aac_ct.h"

#include <gtest/gtest.h>

namespace osteocalc::dxa {
namespace {

/// Bodies of 8 slices with discs of 2 between, L5 lowest from slice 1 on, and a square aorta of 10 mm in front of them.
struct Scan {
  Volume<std::int16_t> hu;
  Volume<LabelId> labels;

  Scan() {
    VolumeGeometry grid;
    grid.size = {20, 40, 64};
    grid.spacing_mm = {1, 1, 3};
    hu = Volume<std::int16_t>(grid, std::int16_t{40});
    labels = Volume<LabelId>(grid, LabelId{0});
    for (int z = 0; z < 64; ++z)
      for (int x = 5; x < 15; ++x) {
        for (int y = 5; y < 15; ++y)
          labels(x, y, z) = label::aorta;
        const int body = (z - 1) / 10; // 0 is L5
        if (z >= 1 && (z - 1) % 10 < 8 && body <= 5)
          for (int y = 20; y < 35; ++y)
            labels(x, y, z) =
                whole_vertebra_label(all_vertebrae[static_cast<std::size_t>(static_cast<int>(Vertebra::L5) - body)]);
      }
  }
  void calcify(int y, int from_z, int to_z, std::int16_t value = 300) {
    for (int z = from_z; z <= to_z; ++z)
      for (int x = 9; x < 11; ++x)
        hu(x, y, z) = value;
  }
};

const WallCalcium& wall_of(const std::vector<WallCalcium>& walls, Vertebra level, Wall wall) {
  for (const WallCalcium& part : walls)
    if (part.level == level && part.wall == wall)
      return part;
  throw std::out_of_range("no such wall");
}

TEST(AacCt, LengthsByWallAndLevel) {
  Scan scan;
  scan.calcify(5, 22, 25);  // front wall, L3 (slices 21 to 28)
  scan.calcify(14, 38, 43); // back wall, over the disc of L1-L2, whose middle is 39.5: slices 38, 39 and 40 to 43
  const auto walls = wall_calcium_from_ct(scan.hu, scan.labels, {});
  ASSERT_EQ(walls.size(), 8U);
  EXPECT_NEAR(wall_of(walls, Vertebra::L3, Wall::Anterior).calcified_mm, 12, 1e-9);
  EXPECT_NEAR(wall_of(walls, Vertebra::L3, Wall::Posterior).calcified_mm, 0, 1e-9);
  EXPECT_NEAR(wall_of(walls, Vertebra::L2, Wall::Posterior).calcified_mm, 6, 1e-9);
  EXPECT_NEAR(wall_of(walls, Vertebra::L1, Wall::Posterior).calcified_mm, 12, 1e-9);
  for (const WallCalcium& wall : walls)
    EXPECT_NEAR(wall.segment_mm, 30, 1e-9);
}

TEST(AacCt, FaintOrTinyIsNoCalcium) {
  Scan scan;
  scan.calcify(5, 22, 25, 129);
  EXPECT_EQ(score_aac(wall_calcium_from_ct(scan.hu, scan.labels, {})).aac24, 0);
  scan.calcify(5, 22, 22, 130);
  EXPECT_EQ(score_aac(wall_calcium_from_ct(scan.hu, scan.labels, {})).aac24, 1);
}

TEST(AacCt, ATraceOfTheNextSliceIsNotItsOwnLength) {
  Scan scan;
  for (const int row : {5, 6})
    scan.calcify(row, 22, 25);
  scan.calcify(5, 26, 26); // half of the next slice's calcium
  scan.hu(9, 5, 21) = 300; // a quarter
  const auto walls = wall_calcium_from_ct(scan.hu, scan.labels, {});
  EXPECT_NEAR(wall_of(walls, Vertebra::L3, Wall::Anterior).calcified_mm, 15, 1e-9);
}

TEST(AacCt, CalciumBesideTheAortaIsNotItsOwn) {
  Scan scan;
  scan.calcify(17, 22, 25);
  EXPECT_EQ(score_aac(wall_calcium_from_ct(scan.hu, scan.labels, {})).aac24, 0);
}

TEST(AacCt, AnyThreadCountAgrees) {
  Scan scan;
  scan.calcify(5, 12, 45);
  const auto one = wall_calcium_from_ct(scan.hu, scan.labels, {1}),
             three = wall_calcium_from_ct(scan.hu, scan.labels, {3});
  for (std::size_t i = 0; i < one.size(); ++i)
    EXPECT_EQ(one[i].calcified_mm, three[i].calcified_mm);
}

} // namespace
} // namespace osteocalc::dxa
