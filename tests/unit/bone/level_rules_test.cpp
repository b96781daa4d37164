// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/level_rules.h"

#include <gtest/gtest.h>
#include <string>

namespace osteocalc::bone {
namespace {

/// Healthy levels from T12 down, whose centres lie where the caller says.
std::vector<VertebraDensity> levels_at(const std::vector<double>& heights_mm) {
  std::vector<VertebraDensity> levels(heights_mm.size());
  for (std::size_t i = 0; i < levels.size(); ++i) {
    levels[i].level = static_cast<Vertebra>(static_cast<std::size_t>(Vertebra::T12) + i);
    levels[i].trabecular = HuStatistics{150, 20, 1000};
    levels[i].heights = BodyHeights{26, 25, 27, 0.3, 0.3, 0.3};
    levels[i].center_mm = Vec3{0, 0, heights_mm[i]};
  }
  return levels;
}

std::string excluded_levels(const std::vector<VertebraDensity>& levels) {
  std::string names;
  for (const VertebraDensity& level : levels)
    if (level.excluded)
      names += std::string(names.empty() ? "" : " ") + std::string(to_string(level.level));
  return names;
}

TEST(JudgeLevels, ABackFarLowerThanTheRestIsAPartialLabelAndMisleadsNoNeighbour) {
  auto levels = levels_at({100, 68, 36});
  levels[1].heights->posterior_mm = 12;
  judge_levels(levels, {});
  EXPECT_EQ(excluded_levels(levels), "L1");
  EXPECT_NE(levels[1].excluded->find("only a part of the body"), std::string::npos);
  EXPECT_FALSE(levels[1].genant);
  EXPECT_NEAR(levels[0].height_losses.front().loss, 1 - 25.0 / 27, 1e-9);
}

TEST(JudgeLevels, TwoBodiesInTheRoomOfOneAreExcluded) {
  auto levels = levels_at({200, 168, 150, 118, 85});
  judge_levels(levels, {});
  EXPECT_EQ(excluded_levels(levels), "L1 L2");
  EXPECT_NE(levels[2].excluded->find("18 mm from that of L1"), std::string::npos) << *levels[2].excluded;
}

TEST(JudgeLevels, SpacingThatDriftsOrIsNotKnownExcludesNobody) {
  auto drifting = levels_at({200, 178, 153, 125, 93, 58});
  judge_levels(drifting, {});
  EXPECT_EQ(excluded_levels(drifting), "");
  auto cut = levels_at({200, 185, 153, 120, 87}); // a sliver at the scan's end: its middle is not its body's
  cut[0].heights.reset();
  judge_levels(cut, {});
  EXPECT_EQ(excluded_levels(cut), "");
  auto few = levels_at({100, 90, 57});
  judge_levels(few, {});
  EXPECT_EQ(excluded_levels(few), "");
}

TEST(JudgeLevels, AReaderOverrulesTheRules) {
  auto levels = levels_at({200, 168, 150, 118, 85});
  BoneOptions options;
  options.kept = {Vertebra::L1};
  judge_levels(levels, options);
  EXPECT_EQ(excluded_levels(levels), "L2");
}

} // namespace
} // namespace osteocalc::bone
