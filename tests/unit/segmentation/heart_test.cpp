// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/heart.h"

#include "heart_phantom.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

using test::HeartPhantom;

HeartResult find(const HeartPhantom& phantom, int threads = 2) {
  return find_heart(phantom.hu, find_body(phantom.hu, {threads}), {}, {}, {threads});
}

const LesionDecision* lesion_at(const HeartResult& heart, const HeartPhantom& phantom, const Vec3& frame) {
  const Vec3 place = index_to_point(phantom.hu.geometry(), phantom.index(frame));
  const auto found = std::ranges::find_if(heart.lesions, [&](const auto& l) { return norm(l.centre_mm - place) < 4; });
  return found == heart.lesions.end() ? nullptr : &*found;
}

TEST(Heart, RootBorderAndRegionAreWhereTheyWereBuilt) {
  const HeartPhantom phantom;
  const HeartResult heart = find(phantom);
  ASSERT_TRUE(heart.found);
  const HeartLandmarks& l = heart.landmarks;
  EXPECT_NEAR(l.root_mm[0], HeartPhantom::root_x, 4);
  EXPECT_NEAR(l.root_mm[1], HeartPhantom::root_y, 4);
  EXPECT_NEAR(l.root_mm[2], HeartPhantom::root_z, 6);
  EXPECT_NEAR(l.root_radius_mm, HeartPhantom::aorta_radius, 2);
  EXPECT_NEAR(l.left_border_mm, 107, 8); // 30 + 1.1 * 72, less where the border curves away
  EXPECT_NEAR(heart.blood_hu, 40, 3);
  // the ellipsoid with its fat shell, cut off at the root: 835 mL
  EXPECT_NEAR(heart.volume_ml, 835, 170);
  EXPECT_GT(heart.epicardial_fat_ml, 50);
}

TEST(Heart, TellsCoronariesFromAortaBoneAndLung) {
  HeartPhantom phantom;
  const Vec3 rca{4, 27, -35}, lad{76, 20, -40}, lcx{82, -30, -38}, aorta{-16, 0, 25}, rib{124, 10, -40},
      lung{95, 0, 30};
  for (const Vec3& at : {rca, lad, lcx})
    phantom.add_lesion(at, 3.2, 420, 10);
  for (const Vec3& at : {aorta, rib, lung})
    phantom.add_lesion(at, 3.2, 420, 0);
  const HeartResult heart = find(phantom);
  const auto artery = [&](const Vec3& at) {
    const auto* lesion = lesion_at(heart, phantom, at);
    return lesion != nullptr ? lesion->artery : std::nullopt;
  };
  EXPECT_EQ(artery(rca), CoronaryArtery::RCA);
  EXPECT_EQ(artery(lad), CoronaryArtery::LAD);
  EXPECT_EQ(artery(lcx), CoronaryArtery::LCX);
  ASSERT_NE(lesion_at(heart, phantom, aorta), nullptr);
  EXPECT_EQ(lesion_at(heart, phantom, aorta)->kind, LesionKind::Aorta);
  ASSERT_NE(lesion_at(heart, phantom, lung), nullptr);
  EXPECT_FALSE(lesion_at(heart, phantom, lung)->artery);
  EXPECT_FALSE(artery(rib));
  EXPECT_GT(lesion_at(heart, phantom, rca)->evidence.size(), 10U);
}

TEST(Heart, DecisionsAreNoSurerThanTheRoot) {
  HeartPhantom phantom;
  const Vec3 rca{4, 27, -35};
  phantom.add_lesion(rca, 3.2, 420, 10);
  const Body body = find_body(phantom.hu, {2});
  AortaResult elsewhere;
  elsewhere.root_mm = Vec3{HeartPhantom::root_x, HeartPhantom::root_y, HeartPhantom::root_z + 60};
  const HeartResult sure = find_heart(phantom.hu, body, {}, {}, {2}),
                    doubtful = find_heart(phantom.hu, body, {}, elsewhere, {2});
  EXPECT_TRUE(has_rule(doubtful.issues, "SEG-HEART-ROOT"));
  ASSERT_NE(lesion_at(sure, phantom, rca), nullptr);
  ASSERT_NE(lesion_at(doubtful, phantom, rca), nullptr);
  EXPECT_LT(lesion_at(doubtful, phantom, rca)->probability, 0.7 * lesion_at(sure, phantom, rca)->probability);
}

TEST(Heart, CoronaryLabelsHoldExactlyTheCoronaryVoxels) {
  HeartPhantom phantom;
  const int rca = phantom.add_lesion({4, 27, -35}, 3.2, 420, 10), lad = phantom.add_lesion({76, 20, -40}, 4.2, 420, 10);
  phantom.add_lesion({-16, 0, 25}, 3.2, 420, 0);
  const Volume<LabelId> labels = paint_coronaries(find(phantom), phantom.hu, {2});
  int bright_rca = 0, bright_lad = 0, bright_other = 0;
  for (std::size_t i = 0; i < labels.voxels().size(); ++i)
    if (phantom.hu.voxels()[i] >= 130 && labels.voxels()[i] != 0)
      ++(labels.voxels()[i] == label::coronary_rca   ? bright_rca
         : labels.voxels()[i] == label::coronary_lad ? bright_lad
                                                     : bright_other);
  EXPECT_EQ(bright_rca, rca);
  EXPECT_EQ(bright_lad, lad);
  EXPECT_EQ(bright_other, 0);
}

TEST(Heart, SameForAnyNumberOfThreads) {
  HeartPhantom phantom;
  phantom.add_lesion({4, 27, -35}, 3.2, 420, 10);
  const HeartResult one = find(phantom, 1), three = find(phantom, 3);
  EXPECT_TRUE(std::ranges::equal(one.region.voxels(), three.region.voxels()));
  EXPECT_TRUE(std::ranges::equal(paint_coronaries(one, phantom.hu, {1}).voxels(),
                                 paint_coronaries(three, phantom.hu, {3}).voxels()));
  ASSERT_EQ(one.lesions.size(), three.lesions.size());
  for (std::size_t i = 0; i < one.lesions.size(); ++i)
    EXPECT_EQ(one.lesions[i].probability, three.lesions[i].probability);
}

TEST(Heart, ContrastInTheBloodIsRefused) {
  const HeartPhantom phantom(250);
  const HeartResult heart = find(phantom);
  EXPECT_TRUE(has_rule(heart.issues, "SEG-HEART-CONTRAST"));
  EXPECT_TRUE(heart.lesions.empty());
}

TEST(Heart, WithoutAChestThereIsNone) {
  Volume<std::int16_t> belly(VolumeGeometry{{100, 80, 40}, {3, 3, 3}}, 45);
  const HeartResult heart = find_heart(belly, find_body(belly, {2}), {}, {}, {2});
  EXPECT_FALSE(heart.found);
  EXPECT_TRUE(has_rule(heart.issues, "SEG-HEART-NONE"));
  EXPECT_EQ(labels_present({paint_heart(heart, belly.geometry(), {2}), {}}).size(), 0U);
}

TEST(Heart, WhatLiesBelowALumbarVertebraIsNoHeart) {
  const HeartPhantom phantom;
  const Body body = find_body(phantom.hu, {2});
  const Vec3 root_mm = find_heart(phantom.hu, body, {}, {}, {2}).landmarks.root_mm;
  VertebraFinding vertebra{.level = Vertebra::L1, .confidence = 0.9, .center_mm = root_mm + Vec3{0, 60, 20}};
  const auto found_with = [&](const VertebraFinding& seen) {
    SpineResult spine;
    spine.vertebrae = {seen};
    return find_heart(phantom.hu, body, spine, {}, {2}).found;
  };
  EXPECT_FALSE(found_with(vertebra));
  vertebra.confidence = 0.3; // a name that is a guess says nothing
  EXPECT_TRUE(found_with(vertebra));
  vertebra.confidence = 0.9;
  vertebra.level = Vertebra::T8;
  EXPECT_TRUE(found_with(vertebra));
  vertebra.level = Vertebra::L1;
  vertebra.center_mm = root_mm + Vec3{0, 60, -130};
  EXPECT_TRUE(found_with(vertebra));
}

TEST(Heart, AnAortaFoundElsewhereTakesTheTrustAway) {
  const HeartPhantom phantom;
  AortaResult aorta;
  VesselSection section;
  section.segment = AortaSegment::Ascending;
  section.confidence = 0.9;
  section.radius_mm = 16;
  section.center_mm = {HeartPhantom::root_x, HeartPhantom::root_y, HeartPhantom::root_z};
  aorta.aorta = {{section}};
  const Body body = find_body(phantom.hu, {2});
  EXPECT_TRUE(find_heart(phantom.hu, body, {}, aorta, {2}).landmarks.root_trusted);
  aorta.aorta[0][0].center_mm[0] += 30;
  const HeartResult doubted = find_heart(phantom.hu, body, {}, aorta, {2});
  EXPECT_FALSE(doubted.landmarks.root_trusted);
  EXPECT_TRUE(has_rule(doubted.issues, "SEG-HEART-ROOT"));
}

} // namespace
} // namespace osteocalc::segmentation
