// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/dxa_review.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::review {
namespace {

const Author ann{"ann", "2026-01-02T03:04:05Z", ""};

/// A column of mineral 40 mm wide from x = 40 mm, 1 mm pixels, 1.0 g/cm2, on an image of 120 by 160 mm.
std::shared_ptr<const DxaImage> spine() {
  auto image = std::make_shared<DxaImage>();
  image->content = DxaContent::ArealDensity;
  image->exam = DxaExam::Spine;
  image->has_spacing = true;
  image->age_years = 65;
  image->sex = Sex::Female;
  image->manufacturer = "HOLOGIC";
  image->frames.emplace_back(VolumeGeometry{{120, 160, 1}}, 0.0F);
  for (int y = 0; y < 160; ++y)
    for (int x = 40; x < 80; ++x)
      image->frames[0](x, y, 0) = 1;
  return image;
}

Polygon box(double left, double top, double right, double bottom) {
  return {{left, top}, {right, top}, {right, bottom}, {left, bottom}};
}

study::DxaOptions four_levels() {
  study::DxaOptions options;
  options.regions.emplace();
  for (int i = 0; i < 4; ++i)
    options.regions->regions.push_back(
        {"L" + std::to_string(i + 1), box(40, 10 + 35 * i, 80, 40 + 35 * i), dxa::RegionArea::Outline});
  return options;
}

double number(const DxaReview& review, const std::string& name) {
  const auto numbers = numbers_of(review.values());
  return numbers.contains(name) && numbers.at(name) ? *numbers.at(name) : -1;
}

TEST(DxaReview, ARegionsNumbersFollowItsOutline) {
  DxaReview review(spine(), four_levels());
  EXPECT_NEAR(number(review, "L1.area_cm2"), 12, 1e-6); // 40 by 30 mm
  EXPECT_NEAR(number(review, "L1.abmd_g_cm2"), 1, 1e-6);
  const double t = number(review, "L1-L4.t_score");
  const Edit& edit = review.apply(OutlineRegion{"L1", box(30, 10, 80, 40)}, ann); // 10 mm of soft tissue with it
  EXPECT_NEAR(number(review, "L1.area_cm2"), 15, 1e-6);
  EXPECT_NEAR(number(review, "L1.bmc_g"), 12, 1e-4);
  EXPECT_NEAR(number(review, "L1.abmd_g_cm2"), 0.8, 1e-5);
  EXPECT_NE(number(review, "L1-L4.t_score"), t);
  EXPECT_EQ(edit.before, "12.00 cm2");
  EXPECT_FALSE(edit.changes.empty());
  EXPECT_NEAR(number(review, "L2.abmd_g_cm2"), 1, 1e-6);
}

TEST(DxaReview, UndoAndRedoGoAllTheWay) {
  DxaReview review(spine(), four_levels());
  const auto first = numbers_of(review.values());
  review.apply(OutlineRegion{"L1", box(30, 10, 80, 40)}, ann);
  review.apply(RemoveRegion{"L4"}, ann);
  review.apply(ExcludeSite{"L2"}, {"ann", "", "fracture"});
  const auto last = numbers_of(review.values());
  while (review.undo()) {
  }
  EXPECT_EQ(numbers_of(review.values()), first);
  while (review.redo()) {
  }
  EXPECT_EQ(numbers_of(review.values()), last);
  EXPECT_EQ(review.edits().size(), 3U);
  EXPECT_EQ(review.edits()[2].why, "fracture");
}

TEST(DxaReview, AnExcludedLevelLeavesTheSummaryAndComesBack) {
  DxaReview review(spine(), four_levels());
  EXPECT_THROW(review.apply(ExcludeSite{"L1"}, ann), Error); // why?
  review.apply(ExcludeSite{"L1"}, {"ann", "", "fracture"});
  EXPECT_EQ(number(review, "L1-L4.abmd_g_cm2"), -1);
  EXPECT_GT(number(review, "L2-L4.abmd_g_cm2"), 0);
  review.apply(UseSite{"L1"}, ann);
  EXPECT_GT(number(review, "L1-L4.abmd_g_cm2"), 0);
  EXPECT_THROW(review.apply(UseSite{"L1"}, ann), Error);
}

TEST(DxaReview, WhatIsNoRegionIsRefusedAndNothingChanges) {
  DxaReview review(spine(), four_levels());
  const auto before = numbers_of(review.values());
  EXPECT_THROW(review.apply(OutlineRegion{"L1", {{30, 10}, {80, 40}, {80, 10}, {30, 40}}}, ann), Error); // crossed
  EXPECT_THROW(review.apply(OutlineRegion{"L1", box(30, 10, 180, 40)}, ann), Error);                     // beyond
  EXPECT_THROW(review.apply(OutlineRegion{"L1", {{30, 10}, {80, 40}}}, ann), Error);
  EXPECT_THROW(review.apply(ShiftLevels{1}, ann), Error);
  EXPECT_THROW(review.apply(GradeWall{}, ann), Error);
  EXPECT_EQ(numbers_of(review.values()), before);
  EXPECT_TRUE(review.edits().empty());
}

/// A picture from the side without calcium: T12 to L5 as blocks of 30 by 28 mm, the front to the left.
std::shared_ptr<DxaImage> lateral() {
  auto image = std::make_shared<DxaImage>();
  image->exam = DxaExam::LateralSpine;
  image->has_spacing = true;
  image->frames.emplace_back(VolumeGeometry{{120, 240, 1}}, 20.0F);
  return image;
}

std::array<Vec2, 6> points_of(int level) {
  const double top = 10 + 36 * level, bottom = top + 28;
  return {{{60, top}, {75, top}, {90, top}, {60, bottom}, {75, bottom}, {90, bottom}}};
}

void mark_all(DxaReview& review) {
  for (int i = 0; i < 6; ++i)
    review.apply(MarkVertebra{static_cast<Vertebra>(static_cast<int>(Vertebra::T12) + i), points_of(i)}, ann);
}

TEST(DxaReview, WallsAreGradedByClick) {
  DxaReview review(lateral(), {});
  EXPECT_THROW(review.apply(GradeWall{Vertebra::L2, dxa::Wall::Anterior, 2}, ann), Error); // nothing is marked
  mark_all(review);
  EXPECT_EQ(number(review, "aac24"), 0);
  for (int grade = 3; grade >= 0; --grade) {
    review.apply(GradeWall{Vertebra::L2, dxa::Wall::Anterior, grade}, ann);
    EXPECT_EQ(number(review, "L2.anterior"), grade);
    EXPECT_EQ(number(review, "aac24"), grade);
  }
  review.apply(GradeWall{Vertebra::L3, dxa::Wall::Posterior, 1}, ann);
  EXPECT_EQ(number(review, "aac24"), 1);
  EXPECT_EQ(dxa::wall_grade(review.proposed()[0].share()), 0); // the machine's proposal stays beside it
  EXPECT_EQ(review.edits().back().before, "L3 posterior: machine 0");
}

TEST(DxaReview, ADrawnStretchIsItsShareOfTheWall) {
  DxaReview review(lateral(), {});
  mark_all(review);
  // L2's segment runs from middle of disc to middle of disc: 36 mm from 78 mm.
  review.apply(DrawCalcium{Vertebra::L2, dxa::Wall::Posterior, {52, 78}, {52, 89}}, ann); // 11 of 36
  EXPECT_EQ(number(review, "L2.posterior"), 1);
  review.apply(DrawCalcium{Vertebra::L2, dxa::Wall::Posterior, {52, 100}, {52, 105}}, ann); // 16 of 36
  EXPECT_EQ(number(review, "L2.posterior"), 2);
  review.apply(GradeWall{Vertebra::L2, dxa::Wall::Posterior, 0}, ann);
  EXPECT_EQ(number(review, "L2.posterior"), 0);
}

TEST(WallStrips, LieInFrontOfTheSpineFromDiscToDisc) {
  const auto strips = wall_strips({{Vertebra::L1, points_of(1)}, {Vertebra::L2, points_of(2)}});
  ASSERT_EQ(strips.size(), 4U);
  const WallStrip& posterior = strips[1];
  EXPECT_EQ(posterior.name, (WallName{Vertebra::L1, dxa::Wall::Posterior}));
  EXPECT_NEAR(posterior.corners[2][1], 78, 1e-9); // the middle of the disc below
  EXPECT_LT(posterior.corners[0][0], 60);
  EXPECT_NEAR(strips[0].corners[1][0], 20, 1e-9);
  EXPECT_NEAR(covered_share(posterior, {{Vec2{50, 0}, Vec2{50, 300}}, {Vec2{50, 60}, Vec2{50, 70}}}), 1, 1e-9);
  EXPECT_TRUE(wall_strips({}).empty());
}

TEST(DxaReview, ItsFileHoldsEveryEditAndFitsItsImageOnly) {
  DxaReview review(lateral(), {});
  mark_all(review);
  review.apply(GradeWall{Vertebra::L2, dxa::Wall::Anterior, 2}, ann);
  review.apply(DrawCalcium{Vertebra::L1, dxa::Wall::Posterior, {52, 78}, {52, 89}}, ann);
  DxaReview densities(spine(), four_levels());
  densities.apply(OutlineRegion{"L1", box(30, 10, 80, 40), dxa::RegionArea::BoneInside}, ann);
  densities.apply(ExcludeSite{"L2"}, {"ann", "", "fracture"});
  densities.apply(UseSite{"L2"}, ann);
  densities.apply(RemoveRegion{"L4"}, ann);
  for (const DxaReview* each : {&review, &densities}) {
    const auto file = std::filesystem::path(testing::TempDir()) / "dxa_review.json";
    write_review(file_of(*each, "abc"), file);
    const ReviewFile back = read_review(file);
    EXPECT_EQ(back.edits, each->edits());
    EXPECT_NO_THROW(check_fits(back, each->image(), "abc"));
    EXPECT_THROW(check_fits(back, each->image(), "abd"), Refusal);
  }
  const ReviewFile other = file_of(densities, "");
  EXPECT_THROW(check_fits(other, review.image(), ""), Refusal);
}

} // namespace
} // namespace osteocalc::review
