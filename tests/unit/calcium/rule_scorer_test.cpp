// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/rule_scorer.h"

#include "support/calcium_phantoms.h"
#include "support/flood_fill.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace osteocalc::calcium {
namespace {

RunStack runs_of(const Volume<std::int16_t>& hu, int min_hu) {
  RunStack runs;
  for (int z = 0; z < hu.size(2); ++z)
    runs.push_back(runs_at_least(hu.slice(z), min_hu));
  return runs;
}

RuleScore by_rule(const Volume<std::int16_t>& hu, const ScoringRule& rule) {
  Candidates candidates(runs_of(hu, rule.min_hu), {});
  return score_by_rule(hu, candidates, rule, Lesions::Listed);
}

/// Agatston's steps over flood-filled 8-connected components: nothing shared with the code under test.
double plain_agatston(const Volume<std::int16_t>& hu) {
  double sum = 0;
  for (const auto& component : test::flood_fill(hu, 130, 8)) {
    const double area_mm2 = static_cast<double>(component.voxels.size()) * 0.25;
    if (area_mm2 < 1)
      continue;
    const int weight = component.peak_hu >= 400 ? 4 : component.peak_hu / 100;
    sum += weight * area_mm2;
  }
  return sum;
}

ScoringRule reference_rule() {
  return rule_for(Variant::Reference, {0.25, SliceIncrement{3}, SliceThickness{3}, {}}, standard_bounds);
}

RC_GTEST_PROP(RuleScorer, reference_equals_the_plain_method, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  const double fill = *rc::gen::inRange(1, 80) / 100.0;
  const test::Phantom phantom = test::random_phantom(seed, {23, 19, 4}, fill);
  RC_ASSERT(std::abs(by_rule(phantom.volume(), reference_rule()).score.agatston - plain_agatston(phantom.volume())) <
            1e-9);
}

RC_GTEST_PROP(RuleScorer, score_does_not_change_when_the_slice_is_mirrored, ()) {
  const test::Phantom phantom = test::random_phantom(*rc::gen::arbitrary<std::uint32_t>(), {23, 19, 3}, 0.3);
  Volume<std::int16_t> mirrored = phantom.volume().clone();
  for (int z = 0; z < 3; ++z)
    for (int y = 0; y < 19; ++y)
      std::reverse(mirrored.slice(z).row(y), mirrored.slice(z).row(y) + 23);
  for (const Variant variant : all_variants()) {
    const ScoringRule rule = rule_for(variant, {0.25, SliceIncrement{3}, SliceThickness{3}, {}}, standard_bounds);
    RC_ASSERT(by_rule(phantom.volume(), rule).score.agatston == by_rule(mirrored, rule).score.agatston);
  }
}

RC_GTEST_PROP(RuleScorer, brighter_never_scores_less, ()) {
  const test::Phantom phantom = test::random_phantom(*rc::gen::arbitrary<std::uint32_t>(), {23, 19, 3}, 0.3);
  Volume<std::int16_t> brighter = phantom.volume().clone();
  for (std::int16_t& hu : brighter.voxels())
    hu = static_cast<std::int16_t>(hu > -1000 ? hu + 60 : hu);
  RC_ASSERT(by_rule(phantom.volume(), reference_rule()).score.agatston <=
            by_rule(brighter, reference_rule()).score.agatston);
}

TEST(RuleScorer, weights_at_the_edges) {
  const std::vector<std::pair<std::int16_t, double>> expected{{129, 0}, {130, 1}, {199, 1}, {200, 2},
                                                              {299, 2}, {300, 3}, {399, 3}, {400, 4}};
  for (const auto& [hu, weight] : expected) {
    const auto phantom = test::Phantom(0.5, 3, 1).box({4, 4, 0}, {2, 2, 1}, hu);
    EXPECT_DOUBLE_EQ(by_rule(phantom.volume(), reference_rule()).score.agatston, weight) << hu;
  }
}

TEST(RuleScorer, diagonal_blocks_are_one_lesion_or_two) {
  const auto phantom = test::Phantom(0.5, 3, 1).box({2, 2, 0}, {2, 2, 1}, 150).box({4, 4, 0}, {2, 2, 1}, 250);
  ScoringRule rule = reference_rule();
  EXPECT_DOUBLE_EQ(by_rule(phantom.volume(), rule).score.agatston, 4); // 2 mm2, peak 250
  rule.group = ScoringRule::Group::Slice4;
  EXPECT_DOUBLE_EQ(by_rule(phantom.volume(), rule).score.agatston, 3); // 1 mm2 each
}

TEST(RuleScorer, disjoint_parts_add_up) {
  const auto left = test::Phantom(0.5, 3, 2).box({1, 1, 0}, {3, 3, 2}, 240);
  const auto right = test::Phantom(0.5, 3, 2).box({9, 9, 1}, {4, 2, 1}, 410);
  const auto both = left.box({9, 9, 1}, {4, 2, 1}, 410);
  const auto value = [](const test::Phantom& p) { return by_rule(p.volume(), reference_rule()).score.agatston; };
  EXPECT_DOUBLE_EQ(value(both), value(left) + value(right));
}

} // namespace
} // namespace osteocalc::calcium
