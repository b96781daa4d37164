// SPDX-License-Identifier: Apache-2.0
// A painted column: bodies of even mineral whose height grows downwards, with dark discs between.
#include "osteocalc/dxa/disc_gaps.h"

#include <array>
#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::dxa {
namespace {

constexpr std::array gaps_mm{22.0, 55.0, 89.0, 124.0, 160.0};

/// One of the gaps may be closed by its endplates, which then hold more mineral than the bodies.
Volume<float> column(int closed = -1) {
  VolumeGeometry grid;
  grid.size = {120, 195, 1};
  Volume<float> bone(grid, 0.0F);
  for (int y = 0; y < 195; ++y)
    for (int x = 38; x < 82; ++x) {
      float value = 0.9F;
      for (int i = 0; i < 5; ++i) {
        const double off = std::abs(y + 0.5 - gaps_mm[static_cast<std::size_t>(i)]);
        if (off < 3)
          value = i == closed ? 1.2F : 0.1F;
        else if (off > 11 && off < 15)
          value = 0.7F; // the middles of bodies are emptier than their ends
      }
      bone(x, y, 0) = value;
    }
  return bone;
}

SpineOutline straight_outline() {
  return {std::vector<double>(195, 38.0), std::vector<double>(195, 82.0), 1};
}

TEST(DiscGaps, EachGapOfTheColumn) {
  const auto gaps = find_disc_gaps(column(), straight_outline());
  ASSERT_EQ(gaps.size(), gaps_mm.size());
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    EXPECT_NEAR(gaps[i].y_mm(), gaps_mm[i], 1) << i;
    EXPECT_NEAR(gaps[i].half_height_mm, 3, 1) << i;
  }
}

TEST(DiscGaps, AClosedGapIsWhereItsNeighboursSay) {
  for (const int closed : {1, 2, 3, 4}) {
    const auto gaps = find_disc_gaps(column(closed), straight_outline());
    ASSERT_EQ(gaps.size(), gaps_mm.size()) << closed;
    for (std::size_t i = 0; i < gaps.size(); ++i)
      EXPECT_NEAR(gaps[i].y_mm(), gaps_mm[i], 5) << closed << ' ' << i;
  }
}

TEST(DiscGaps, ACrushedVertebraKeepsItsNeighbours) {
  // L2 of 20 mm between vertebrae of 35: the discs around it show clearly.
  constexpr std::array crushed_mm{20.0, 54.0, 76.0, 111.0, 147.0};
  Volume<float> bone = column();
  for (int y = 0; y < 195; ++y)
    for (int x = 38; x < 82; ++x) {
      bone(x, y, 0) = 0.9F;
      for (const double gap : crushed_mm)
        if (std::abs(y + 0.5 - gap) < 3)
          bone(x, y, 0) = 0.1F;
    }
  const auto gaps = find_disc_gaps(bone, straight_outline());
  ASSERT_GE(gaps.size(), crushed_mm.size());
  for (std::size_t i = 0; i < crushed_mm.size(); ++i)
    EXPECT_NEAR(gaps[i].y_mm(), crushed_mm[i], 1.5) << i;
}

} // namespace
} // namespace osteocalc::dxa
