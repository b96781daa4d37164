// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/review.h"

#include "osteocalc/core/error.h"
#include "unit/review/review_subject.h"

#include <gtest/gtest.h>

namespace osteocalc::review {
namespace {

using test::agatston_of;
using test::reader;

constexpr Voxel lad_plaque{9, 9, 33}, lcx_plaque{29, 9, 33}, unlabelled_plaque{20, 9, 33};

// 9 and 12 pixels of 4 mm2 in slices of 3 mm: weight 4 above 400 HU, 2 above 200 HU.
constexpr double lad = 2 * 9 * 4.0 * 4, lcx = 12 * 4.0 * 2;

TEST(Review, BeginsWithTheMachinesNumbers) {
  const Review review(test::ReviewScan().subject());
  EXPECT_EQ(agatston_of(review.values(), "coronary_lad"), lad);
  EXPECT_EQ(agatston_of(review.values(), "coronary_lcx"), lcx);
  EXPECT_EQ(agatston_of(review.values(), "coronary"), lad + lcx);
  ASSERT_TRUE(review.values().bone);
  ASSERT_EQ(review.values().bone->vertebrae.size(), 3U);
  EXPECT_TRUE(review.values().bone->vertebrae.front().trabecular) << review.body(0).missing;
  EXPECT_EQ(numbers_of(review.values()), numbers_of(review.machine()));
}

TEST(Review, AMovedLesionTakesItsScoreAlong) {
  Review review(test::ReviewScan().subject());
  const Edit& edit = review.apply(AssignLesion{"coronary_lad", lad_plaque, label::coronary_lcx}, reader);
  EXPECT_EQ(agatston_of(review.values(), "coronary_lad"), 0);
  EXPECT_EQ(agatston_of(review.values(), "coronary_lcx"), lad + lcx);
  EXPECT_EQ(agatston_of(review.values(), "coronary"), lad + lcx);
  EXPECT_EQ(agatston_of(review.machine(), "coronary_lad"), lad);
  EXPECT_EQ(edit.before, "coronary_lad");
  EXPECT_EQ(edit.after, "coronary_lcx");
  EXPECT_EQ(edit.reader, "ann");
  const auto change = std::ranges::find(edit.changes, "coronary_lad.agatston", &NumberChange::number);
  ASSERT_NE(change, edit.changes.end());
  EXPECT_EQ(change->before, lad);
  EXPECT_EQ(change->after, 0);
}

TEST(Review, ARejectedLesionLeavesAllBeds) {
  Review review(test::ReviewScan().subject());
  review.apply(AssignLesion{"coronary_lad", lad_plaque, 0}, reader);
  EXPECT_EQ(agatston_of(review.values(), "coronary"), lcx);
  EXPECT_THROW(review.apply(AssignLesion{"coronary_lad", lad_plaque, 0}, reader), Error); // it is gone
  EXPECT_EQ(review.edits().size(), 1U);
}

TEST(Review, ALesionGrowsFromASeedUnderTheRule) {
  Review review(test::ReviewScan().subject());
  review.apply(AddLesion{unlabelled_plaque, label::coronary_lm}, reader);
  EXPECT_EQ(agatston_of(review.values(), "coronary_lm"), 2 * 6 * 4.0 * 3); // 350 HU weighs 3
  EXPECT_EQ(agatston_of(review.values(), "coronary"), lad + lcx + 2 * 6 * 4.0 * 3);
  EXPECT_THROW(review.apply(AddLesion{{1, 1, 1}, label::coronary_lm}, reader), Error);   // 30 HU
  EXPECT_THROW(review.apply(AddLesion{{20, 38, 8}, label::coronary_lm}, reader), Error); // bone
}

TEST(Review, TheEraserTakesCalciumAway) {
  Review review(test::ReviewScan().subject());
  Stroke eraser{{lad_plaque}, 20, false, 0}; // one slice of two
  review.apply(eraser, reader);
  EXPECT_EQ(agatston_of(review.values(), "coronary_lad"), lad / 2);
  eraser.through_slices = true;
  review.apply(eraser, reader);
  EXPECT_EQ(agatston_of(review.values(), "coronary_lad"), 0);
}

TEST(Review, RenamingALevelRenamesAll) {
  Review review(test::ReviewScan().subject());
  const auto before = numbers_of(review.values());
  const double descending = agatston_of(review.values(), "aorta_descending");
  review.apply(ShiftLevels{1}, reader);
  const auto after = numbers_of(review.values());
  EXPECT_EQ(after.at("L2.hu"), before.at("L1.hu"));
  EXPECT_EQ(after.at("L4.hu"), before.at("L3.hu"));
  EXPECT_FALSE(after.contains("L1.hu"));
  EXPECT_EQ(after.at("aorta_level_L3.agatston"), before.at("aorta_level_L2.agatston"));
  EXPECT_EQ(agatston_of(review.values(), "aorta_descending"), descending);
  EXPECT_THROW(review.apply(ShiftLevels{9}, reader), Error);
  review.apply(ShiftLevels{-1}, reader);
  EXPECT_EQ(numbers_of(review.values()), before);
}

TEST(Review, AnExcludedLevelLeavesTheMeanForAReason) {
  Review review(test::ReviewScan().subject());
  ASSERT_TRUE(review.values().bone->summary);
  EXPECT_EQ(review.values().bone->summary->levels, (std::vector{Vertebra::L1, Vertebra::L2}));
  EXPECT_THROW(review.apply(ExcludeLevel{Vertebra::L1}, reader), Error); // without a reason
  review.apply(ExcludeLevel{Vertebra::L1}, {"ann", "", "cement"});
  EXPECT_EQ(review.values().bone->summary->levels, (std::vector{Vertebra::L2, Vertebra::L3}));
  EXPECT_EQ(review.values().bone->vertebrae.front().excluded, "cement");
  review.apply(UseLevel{Vertebra::L1}, reader);
  EXPECT_EQ(review.values().bone->summary->levels, (std::vector{Vertebra::L1, Vertebra::L2}));
  EXPECT_THROW(review.apply(UseLevel{Vertebra::T5}, reader), Error);
}

TEST(Review, AVolumeOfInterestMovesAndShrinks) {
  Review review(test::ReviewScan().subject());
  const auto first = *review.values().bone->vertebrae.front().trabecular;
  review.apply(PlaceVolume{Vertebra::L1, {{0, 0, 0}, 0.5}}, reader);
  const auto smaller = *review.values().bone->vertebrae.front().trabecular;
  EXPECT_LT(smaller.n, first.n / 2);
  EXPECT_NEAR(smaller.mean_hu, first.mean_hu, 2);
  review.apply(PlaceVolume{Vertebra::L1, {{0, -60, 0}, 1}}, reader); // in front of the spine: 30 HU
  EXPECT_NEAR(review.values().bone->vertebrae.front().trabecular->mean_hu, 30, 1);
  EXPECT_THROW(review.apply(PlaceVolume{Vertebra::L1, {{0, 0, 0}, 9}}, reader), Error);
}

TEST(Review, UndoGoesBackToTheFirstNumberAndRedoForth) {
  Review review(test::ReviewScan().subject());
  const std::vector<LabelId> labels(review.labels().voxels.voxels().begin(), review.labels().voxels.voxels().end());
  const auto first = numbers_of(review.values());
  review.apply(AssignLesion{"coronary_lad", lad_plaque, label::coronary_lcx}, reader);
  review.apply(Stroke{{{20, 38, 8}, {22, 38, 8}}, 6, true, 0}, reader); // into L3
  review.apply(ShiftLevels{-1}, reader);
  review.apply(ExcludeLevel{Vertebra::L1}, {"ann", "", "cement"});
  review.apply(PlaceVolume{Vertebra::L2, {{3, 0, 0}, 0.8}}, reader);
  const auto last = numbers_of(review.values());
  const std::vector<Edit> edits = review.edits();
  while (review.undo()) {
  }
  EXPECT_EQ(numbers_of(review.values()), first);
  EXPECT_TRUE(std::ranges::equal(labels, review.labels().voxels.voxels()));
  while (review.redo()) {
  }
  EXPECT_EQ(numbers_of(review.values()), last);
  EXPECT_EQ(review.edits(), edits);
  review.undo();
  review.apply(ShiftLevels{1}, reader);
  EXPECT_FALSE(review.redo()); // another way was taken
}

TEST(Review, AClickMeansTheLesionBesideIt) {
  const Review review(test::ReviewScan().subject());
  const auto picked = review.lesion_at({11, 9, 33}); // one pixel beside
  ASSERT_TRUE(picked);
  EXPECT_TRUE(holds(picked->lesion, lad_plaque));
  EXPECT_FALSE(review.lesion_at({15, 15, 33}));
}

TEST(Review, AnAcceptedLesionIsMarkedAndChangesNothing) {
  Review review(test::ReviewScan().subject());
  EXPECT_TRUE(review.apply(AcceptLesion{"coronary_lad", lad_plaque}, reader).changes.empty());
  EXPECT_TRUE(review.marks().accepted.contains(lad_plaque));
  review.undo();
  EXPECT_TRUE(review.marks().accepted.empty());
}

/// What `analyze` says of the same scan under the same options.
Numbers analyzed(const Subject& subject) {
  study::AnalyzeOptions options = subject.options;
  options.kvp_kv = subject.info.kvp_kv;
  const LabelMap labels{subject.labels.voxels.clone(), {}};
  return numbers_of(study::analyze(*subject.image, labels, options));
}

TEST(Review, ScoresOnCombinedSlicesAsTheMachineDid) {
  Subject subject = test::ReviewScan().subject();
  subject.options.calcium.combine_slices_mm = 9; // three slices each: the LAD's plaque fills two of three
  const Numbers machine = analyzed(subject);
  Review review(std::move(subject));
  EXPECT_EQ(numbers_of(review.values()), machine);
  EXPECT_EQ(agatston_of(review.values(), "coronary_lad"),
            9 * 4.0 * 2 * 3); // 276 HU weighs 2, a slice of 9 mm for three
  ASSERT_TRUE(review.lesion_at(lad_plaque));
  review.apply(AssignLesion{"coronary_lad", lad_plaque, label::coronary_lcx}, reader);
  EXPECT_EQ(agatston_of(review.values(), "coronary_lad"), 0);
  EXPECT_EQ(numbers_of(review.values()), numbers_of(review.measured_afresh()));
  review.apply(Stroke{{{29, 9, 33}}, 6, true, 0}, reader);
  EXPECT_EQ(numbers_of(review.values()), numbers_of(review.measured_afresh()));
  review.undo();
  review.undo();
  EXPECT_EQ(numbers_of(review.values()), machine);
}

TEST(Review, FollowsTheVoltagePolicyOfTheRun) {
  Subject subject = test::ReviewScan().subject();
  subject.options.calcium.kvp = {calcium::KvpPolicy::Custom, {300, 420, 500, 600}};
  const Numbers machine = analyzed(subject);
  const Review review(std::move(subject));
  EXPECT_EQ(numbers_of(review.values()), machine);
  EXPECT_EQ(agatston_of(review.values(), "coronary_lad"), lad / 4); // 400 HU weighs 1
  EXPECT_EQ(agatston_of(review.values(), "coronary_lcx"), 0);       // 250 HU
}

TEST(Review, BoneOfATiltedScanIsMeasuredAsTheMachineDid) {
  test::ReviewScan scan;
  VolumeGeometry tilted = scan.image->hu.geometry();
  tilted.axes[2] = {0, 0.2, 1};
  scan.image->hu.set_geometry(tilted);
  scan.labels.voxels.set_geometry(tilted);
  const Numbers machine = analyzed(scan.subject());
  Review review(scan.subject());
  EXPECT_EQ(numbers_of(review.values()), machine);
  EXPECT_NE(review.bone_geometry(), tilted);
  ASSERT_TRUE(machine.at("L1.hu"));
  review.apply(PlaceVolume{Vertebra::L1, {{3, 0, 0}, 0.8}}, reader);
  review.apply(Stroke{{{20, 38, 36}}, 4, true, 0}, reader); // out of the body of L1
  EXPECT_NE(numbers_of(review.values()).at("L1.hu"), machine.at("L1.hu"));
  EXPECT_EQ(numbers_of(review.values()), numbers_of(review.measured_afresh()));
  while (review.undo()) {
  }
  EXPECT_EQ(numbers_of(review.values()), machine);
}

} // namespace
} // namespace osteocalc::review
