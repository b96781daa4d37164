// SPDX-License-Identifier: Apache-2.0
// Simulated people from the side, without noise, against the object itself.
#include "osteocalc/dxa/lateral_levels.h"

#include "osteocalc/dxa/lateral_column.h"
#include "osteocalc/synth/dxa.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace osteocalc::dxa {
namespace {

synth::SyntheticDxa lateral(std::uint32_t seed) {
  synth::DxaRequest request;
  request.person = synth::draw_person(seed);
  request.view = synth::DxaView::Lateral;
  return synth::make_dxa(request, {});
}

/// Root mean square of the corners' distances, L1 to L4; all four must be there.
double rms_mm(const std::vector<SixPointMark>& found, const std::vector<synth::SixPoints>& truth) {
  double sum = 0;
  int points = 0;
  for (const auto& [level, corners] : truth)
    for (const SixPointMark& mark : found)
      if (mark.level == level && level >= Vertebra::L1 && level <= Vertebra::L4)
        for (std::size_t i = 0; i < 6; ++i, ++points)
          sum += std::pow(mark.points[i][0] - corners[i][0], 2) + std::pow(mark.points[i][1] - corners[i][1], 2);
  return points == 24 ? std::sqrt(sum / points) : 1e9;
}

TEST(LateralLevels, EachBodyOfTheColumn) {
  for (const std::uint32_t seed : {2U, 5U}) {
    const synth::SyntheticDxa made = lateral(seed);
    const LateralLevels found = find_lateral_levels(made.bone_g_cm2);
    EXPECT_LT(rms_mm(found.marks, made.truth.marks), 3) << seed;
    EXPECT_GT(found.level_confidence, 0.8);
    EXPECT_FALSE(has_rule(found.issues, "AAC-NO-LEVELS"));
  }
}

TEST(LateralLevels, TheFrontMayBeOnEitherSide) {
  const synth::SyntheticDxa made = lateral(2);
  const LateralLevels found = find_lateral_levels(mirrored(made.bone_g_cm2));
  std::vector<SixPointMark> back = found.marks;
  for (SixPointMark& mark : back)
    for (Vec2& point : mark.points)
      point[0] = made.bone_g_cm2.size(0) * made.bone_g_cm2.geometry().spacing_mm[0] - point[0];
  EXPECT_LT(rms_mm(back, made.truth.marks), 3);
}

TEST(LateralLevels, WithoutThePelvisNamesAreInDoubt) {
  const synth::SyntheticDxa made = lateral(2);
  const Volume<float>& whole = made.bone_g_cm2;
  VolumeGeometry grid = whole.geometry();
  for (const auto& [level, points] : made.truth.marks)
    if (level == Vertebra::L5)
      grid.size[1] = static_cast<int>(points[0][1] / grid.spacing_mm[1]);
  Volume<float> cut(grid);
  for (int y = 0; y < cut.size(1); ++y)
    for (int x = 0; x < cut.size(0); ++x)
      cut(x, y, 0) = whole(x, y, 0);
  const LateralLevels found = find_lateral_levels(cut);
  EXPECT_LT(found.level_confidence, 0.8);
  EXPECT_TRUE(has_rule(found.issues, "AAC-LEVEL-DOUBT") || has_rule(found.issues, "AAC-NO-LEVELS"));
}

TEST(LateralLevels, NoiseIsNoSpine) {
  VolumeGeometry grid;
  grid.size = {228, 300, 1};
  grid.spacing_mm = {0.7, 0.7, 1};
  Volume<float> noise(grid, 0.0F);
  std::mt19937 random(3);
  for (float& value : noise.voxels())
    value = static_cast<float>(static_cast<double>(random()) / 4294967296.0);
  const LateralLevels found = find_lateral_levels(noise);
  EXPECT_TRUE(found.marks.empty());
  EXPECT_TRUE(has_rule(found.issues, "AAC-NO-LEVELS"));
  EXPECT_TRUE(has_rule(find_lateral_levels(Volume<float>(grid, 0.0F)).issues, "AAC-NO-LEVELS"));
}

} // namespace
} // namespace osteocalc::dxa
