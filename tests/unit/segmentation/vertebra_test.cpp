// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/vertebra.h"

#include "spine_phantom.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace osteocalc::segmentation {
namespace {

const SpineResult& result_of(synth::Field field) {
  static std::map<synth::Field, SpineResult> results;
  const auto known = results.find(field);
  return known != results.end()
             ? known->second
             : results
                   .emplace(field, find_vertebrae(test::spine_scan(field).image.hu, test::spine_body(field), {}, {2}))
                   .first->second;
}

/// The truth's body label that most voxels of a finding carry.
LabelId covered_label(const synth::SyntheticCt& ct, const SpineResult& found, Vertebra level) {
  std::map<LabelId, int> votes;
  for (std::size_t i = 0; i < found.bodies.voxels().size(); ++i)
    if (found.bodies.voxels()[i] == vertebral_body_label(level))
      ++votes[ct.parts.voxels.voxels()[i]];
  votes.erase(0);
  return votes.empty() ? LabelId{0}
                       : std::ranges::max_element(votes, {}, [](const auto& v) { return v.second; })->first;
}

class VertebraFields : public testing::TestWithParam<synth::Field> {};

TEST_P(VertebraFields, EveryLevelIsRightAndItsBodyWhereItIs) {
  const auto& ct = test::spine_scan(GetParam());
  const SpineResult& found = result_of(GetParam());
  EXPECT_GE(found.vertebrae.size(), 8U);
  double sum = 0.0, count = 0.0;
  for (const VertebraFinding& v : found.vertebrae) {
    EXPECT_EQ(covered_label(ct, found, v.level), vertebral_body_label(v.level)) << to_string(v.level);
    EXPECT_GE(v.confidence, 0.95);
    if (v.cut_by_field_of_view || v.level == Vertebra::S1)
      continue;
    sum += test::dice(found.bodies, ct.parts.voxels, vertebral_body_label(v.level));
    count += 1.0;
  }
  EXPECT_GE(sum / count, 0.90);
}

TEST_P(VertebraFields, HeightsAndAxesAgreeWithTheTruth) {
  const auto& ct = test::spine_scan(GetParam());
  for (const VertebraFinding& v : result_of(GetParam()).vertebrae) {
    EXPECT_NEAR(norm(v.axis_up), 1.0, 1e-9);
    EXPECT_NEAR(dot(cross(v.axis_left, v.axis_back), v.axis_up), 1.0, 1e-9);
    if (!v.middle_mm || v.level == Vertebra::T1)
      continue;
    const synth::Block& truth = ct.truth.torso.spine.at(v.level).body;
    EXPECT_GT(dot(v.axis_up, truth.frame.up), 0.97) << to_string(v.level);
    EXPECT_NEAR(*v.middle_mm, truth.middle_mm, 4.0) << to_string(v.level);
    EXPECT_LT(norm(v.center_mm - truth.frame.center_mm), 4.0) << to_string(v.level);
  }
}

INSTANTIATE_TEST_SUITE_P(Fields, VertebraFields,
                         testing::Values(synth::Field::ChestAbdomen, synth::Field::Abdomen, synth::Field::Chest));

TEST(VertebraTest, AHeartScanAdmitsThatItsLevelsAreUncertain) {
  const SpineResult& found = result_of(synth::Field::Heart);
  ASSERT_FALSE(found.vertebrae.empty());
  EXPECT_TRUE(has_rule(found.issues, "SEG-LEVEL-UNCERTAIN"));
  EXPECT_LT(found.vertebrae.front().confidence, 0.95);
  EXPECT_FALSE(found.vertebrae.front().alternatives.empty());
}

TEST(VertebraTest, AHintSettlesTheLevelsOfAHeartScan) {
  const auto& ct = test::spine_scan(synth::Field::Heart);
  const auto centers = test::true_centers(ct);
  ASSERT_GE(centers.size(), 3U);
  const auto& [id, center] = *std::next(centers.begin());
  SpineOptions options;
  options.level_hint = LevelHint{*vertebra_from_body_label(id), center[2]};
  const SpineResult found = find_vertebrae(ct.image.hu, test::spine_body(synth::Field::Heart), options, {2});
  for (const VertebraFinding& v : found.vertebrae)
    EXPECT_EQ(covered_label(ct, found, v.level), vertebral_body_label(v.level));
}

TEST(VertebraTest, AHintOutsideTheSpineIsRefusedAloud) {
  SpineOptions options;
  options.level_hint = LevelHint{Vertebra::L1, 5000.0};
  const auto& ct = test::spine_scan(synth::Field::Heart);
  const auto found = find_vertebrae(ct.image.hu, test::spine_body(synth::Field::Heart), options, {2});
  EXPECT_TRUE(has_rule(found.issues, "SEG-LEVEL-HINT"));
}

TEST(VertebraTest, ThreadsDoNotChangeAByte) {
  const auto& ct = test::spine_scan(synth::Field::Heart);
  const auto one = find_vertebrae(ct.image.hu, find_body(ct.image.hu, {1}), {}, {1});
  const auto three = find_vertebrae(ct.image.hu, find_body(ct.image.hu, {3}), {}, {3});
  EXPECT_TRUE(std::ranges::equal(one.whole.voxels(), three.whole.voxels()));
  EXPECT_TRUE(std::ranges::equal(one.bodies.voxels(), three.bodies.voxels()));
}

TEST(VertebraTest, NoSpineIsRefused) {
  VolumeGeometry g;
  g.size = {40, 40, 30};
  g.spacing_mm = {3, 3, 3};
  const Volume<std::int16_t> water(g, 0);
  const auto found = find_vertebrae(water, find_body(water, {1}), {}, {1});
  EXPECT_TRUE(found.vertebrae.empty());
  EXPECT_TRUE(found.curve.center_mm.empty());
  EXPECT_TRUE(has_rule(found.issues, "SEG-NO-SPINE"));
}

} // namespace
} // namespace osteocalc::segmentation
