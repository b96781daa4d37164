// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/lesion_decision.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

/// A heart of usual size with the usual courses, and spots put into it by hand.
class Decisions : public ::testing::Test {
 protected:
  Decisions() {
    frame.border_mm = 115;
    frame.root_radius_mm = 16;
    courses.fat_pad = {42, -9, 0};
    courses.fork_mm = 33;
    courses.lines = {{{{{20, -4, -2}, {32, -7, -3}}},
                      {{{32, -6, -3}, {50, -2, -8}, {65, 30, -40}, {70, 45, -80}}},
                      {{{36, -20, -3}, {60, -28, -28}, {70, -40, -48}, {40, -45, -65}}},
                      {{{12, 20, -8}, {4, 26, -18}, {4, 28, -45}, {0, 20, -73}, {22, -20, -82}}}}};
  }

  /// A bright plaque of 4 mm2 in fat, far from lung, bone and aorta.
  static BrightSpot spot(const Vec3& frame_mm, std::uint32_t piece = 1) {
    BrightSpot s;
    s.piece = piece;
    s.frame_mm = frame_mm;
    s.area_mm2 = 4;
    s.peak_hu = 350;
    s.extent_mm = 6;
    s.to_lung_mm = 15;
    s.to_bone_mm = s.to_wall_mm = s.to_airway_mm = 40;
    s.to_descending_mm = s.to_ascending_mm = 40;
    s.around = Surroundings{.fat_share = 0.6, .lung_share = 0, .gap_hu = -80, .contrast_to_noise = 15};
    return s;
  }
  [[nodiscard]] SpotDecision decide(const BrightSpot& s) const { return decide_spots({s}, frame, courses).front(); }

  HeartFrame frame;
  CoronaryCourses courses;
};

TEST_F(Decisions, NamesTheArteryOfTheNearestCourse) {
  EXPECT_EQ(decide(spot({25, -5, -3})).artery, CoronaryArtery::LM);
  EXPECT_EQ(decide(spot({62, 22, -35})).artery, CoronaryArtery::LAD);
  EXPECT_EQ(decide(spot({66, -36, -40})).artery, CoronaryArtery::LCX);
  EXPECT_EQ(decide(spot({5, 30, -40})).artery, CoronaryArtery::RCA);
}

TEST_F(Decisions, OnePieceHasOneArteryButLeftMainAndAnteriorMayShareIt) {
  auto small = spot({60, -20, -20}), large = spot({60, 20, -32});
  large.area_mm2 = 20;
  const auto same = decide_spots({small, large}, frame, courses);
  EXPECT_EQ(same[0].artery, CoronaryArtery::LAD);
  EXPECT_EQ(same[1].artery, CoronaryArtery::LAD);
  const auto fork = decide_spots({spot({28, -6, -3}), spot({46, -3, -7})}, frame, courses);
  EXPECT_EQ(fork[0].artery, CoronaryArtery::LM);
  EXPECT_EQ(fork[1].artery, CoronaryArtery::LAD);
}

TEST_F(Decisions, NoCircumflexArteryInFrontOfTheHeart) {
  courses.lines[std::size_t(CoronaryArtery::LCX)].push_back({{80, 40, -30}, {80, 20, -50}}); // a border wrongly seen
  EXPECT_EQ(decide(spot({72, 32, -40})).artery, CoronaryArtery::LAD);
}

TEST_F(Decisions, HeartInFrontOfTheLungsIsNoChestWall) {
  auto s = spot({62, 22, -35});
  s.to_wall_mm = 4;
  EXPECT_EQ(decide(s).kind, LesionKind::Bone);
  s.in_heart_mm = 1;
  EXPECT_EQ(decide(s).artery, CoronaryArtery::LAD);
  s.to_bone_mm = 9;
  EXPECT_EQ(decide(s).kind, LesionKind::Bone);
}

TEST_F(Decisions, FaintBesideTheLungIsItsSurface) {
  auto s = spot({66, -36, -40});
  s.around = Surroundings{.fat_share = 0.5, .lung_share = 0.4, .gap_hu = -80, .contrast_to_noise = 5};
  EXPECT_EQ(decide(s).kind, LesionKind::HeartSurface);
}

TEST_F(Decisions, WhatTouchesBoneOrAortaIsNoArtery) {
  auto s = spot({62, 22, -35});
  s.to_bone_mm = 3;
  EXPECT_EQ(decide(s).kind, LesionKind::Bone);
  s = spot({62, 22, -35});
  s.to_descending_mm = 2;
  EXPECT_EQ(decide(s).kind, LesionKind::Aorta);
  s = spot({10, 8, 20});
  s.to_ascending_mm = 1;
  EXPECT_EQ(decide(s).kind, LesionKind::Aorta);
}

TEST_F(Decisions, RootWallHasNoFatTowardsTheRootAndTheRightArteryHas) {
  auto wall = spot({-4, 13, -8});
  wall.around->fat_share = 0.45;
  wall.around->gap_hu = 30;
  EXPECT_EQ(decide(wall).kind, LesionKind::AorticRoot);
  EXPECT_EQ(decide(spot({9, 24, -14})).artery, CoronaryArtery::RCA);
  auto leaflet = spot({8, -2, -10});
  leaflet.around->fat_share = 0;
  EXPECT_EQ(decide(leaflet).kind, LesionKind::AorticValve);
}

TEST_F(Decisions, DeepWithoutFatAtTheAnnulusIsMitral) {
  auto s = spot({42, -25, -44});
  s.to_lung_mm = 30;
  s.around->fat_share = 0.05;
  EXPECT_EQ(decide(s).kind, LesionKind::MitralAnnulus);
}

TEST_F(Decisions, NoiseStandsAloneOrJoinsASureLesion) {
  auto faint = spot({62, 22, -35}, 7);
  faint.around->contrast_to_noise = 3;
  EXPECT_EQ(decide(faint).kind, LesionKind::Noise);
  const auto joined = decide_spots({faint, spot({62, 22, -32}, 7)}, frame, courses);
  EXPECT_EQ(joined[0].artery, CoronaryArtery::LAD);
  const auto apart = decide_spots({faint, spot({62, 22, -32}, 8)}, frame, courses);
  EXPECT_EQ(apart[0].kind, LesionKind::Noise);
}

TEST_F(Decisions, SheetNearTheLungIsHeartSurface) {
  auto s = spot({95, -10, -50});
  s.extent_mm = 45;
  s.to_lung_mm = 5;
  s.around = Surroundings{.fat_share = 0.1, .lung_share = 0.3, .gap_hu = 20, .contrast_to_noise = 20};
  EXPECT_EQ(decide(s).kind, LesionKind::HeartSurface);
}

TEST_F(Decisions, EndsOfALargerPlaqueGoWithIt) {
  auto aorta = spot({14, 6, 12}), end = spot({24, -5, -2});
  aorta.to_ascending_mm = 0;
  aorta.area_mm2 = 30;
  const auto both = decide_spots({end, aorta}, frame, courses);
  EXPECT_EQ(both[0].kind, LesionKind::Aorta);
  EXPECT_FALSE(both[0].artery);
}

TEST_F(Decisions, AboveBelowAndFarFromTheHeart) {
  auto node = spot({-20, -20, 30}), airway = node;
  airway.to_airway_mm = 1;
  EXPECT_EQ(decide(node).kind, LesionKind::Node);
  EXPECT_EQ(decide(airway).kind, LesionKind::Airway);
  EXPECT_EQ(decide(spot({30, 20, -100})).kind, LesionKind::Abdomen);
  EXPECT_EQ(decide(spot({-60, 20, -60})).kind, LesionKind::Unclear);
}

} // namespace
} // namespace osteocalc::segmentation
