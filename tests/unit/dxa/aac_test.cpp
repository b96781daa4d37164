// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/aac.h"

#include <gtest/gtest.h>

namespace osteocalc::dxa {
namespace {

std::vector<WallCalcium> walls(std::array<double, 8> shares) {
  std::vector<WallCalcium> out;
  for (std::size_t i = 0; i < 8; ++i)
    out.push_back({all_vertebrae[static_cast<std::size_t>(Vertebra::L1) + i / 2],
                   i % 2 == 0 ? Wall::Anterior : Wall::Posterior, 30 * shares[i], 30});
  return out;
}

TEST(Aac, GradesAtTheirBounds) {
  EXPECT_EQ(wall_grade(0), 0);
  EXPECT_EQ(wall_grade(0.01), 1);
  EXPECT_EQ(wall_grade(1.0 / 3), 1);
  EXPECT_EQ(wall_grade(0.34), 2);
  EXPECT_EQ(wall_grade(2.0 / 3), 2);
  EXPECT_EQ(wall_grade(0.67), 3);
  EXPECT_EQ(wall_grade(1), 3);
}

TEST(Aac, SumsWallsAndLengths) {
  // Grades 1 0 | 2 0 | 3 0 | 3 1; lengths in heights 0.2 + 0.5 + 0.8 + 1.0 = 2.5 in front (3 of 4), 0.3 behind (1).
  const AacScore score = score_aac(walls({0.2, 0, 0.5, 0, 0.8, 0, 1.0, 0.3}));
  EXPECT_EQ(score.aac24, 10);
  EXPECT_EQ(score.aac8, 4);
  EXPECT_EQ(score.level_score(Vertebra::L4), 4);
  EXPECT_EQ(score.severity.front().level, "severe");
}

TEST(Aac, SeverityDependsOnTheCut) {
  const AacScore six = score_aac(walls({1, 0, 1, 0, 0, 0, 0, 0})), five = score_aac(walls({1, 0, 0.5, 0, 0, 0, 0, 0}));
  ASSERT_EQ(six.aac24, 6);
  ASSERT_EQ(five.aac24, 5);
  const auto level = [](const AacScore& score, std::string_view scheme) {
    for (const AacSeverity& severity : score.severity)
      if (severity.scheme == scheme)
        return severity.level;
    return std::string();
  };
  EXPECT_EQ(level(six, "6+"), "severe");
  EXPECT_EQ(level(six, "above 6"), "not severe");
  EXPECT_EQ(level(five, "6+"), "not severe");
  EXPECT_EQ(level(five, "5+"), "severe");
  EXPECT_EQ(level(score_aac(walls({0, 0, 0, 0, 0, 0, 0, 0})), "0/1-4/5+"), "none");
}

TEST(Aac, AMissingLevelHasNoTotal) {
  auto some = walls({1, 1, 1, 1, 1, 1, 1, 1});
  some.resize(6);
  EXPECT_FALSE(score_aac(some).aac24);
  EXPECT_FALSE(score_aac(some).aac8);
  EXPECT_EQ(score_aac(some).level_score(Vertebra::L3), 6);
}

} // namespace
} // namespace osteocalc::dxa
