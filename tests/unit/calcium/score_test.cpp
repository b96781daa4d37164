// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/score.h"

#include "support/calcium_phantoms.h"

#include <gtest/gtest.h>

namespace osteocalc::calcium {
namespace {

using test::Phantom;

double agatston(const Volume<std::int16_t>& hu, Variant variant = Variant::Reference,
                std::optional<SliceThickness> thickness = {}) {
  ScoreOptions options;
  options.variants = {variant};
  options.kvp = KiloVolt{120};
  options.nominal_thickness = thickness;
  return score(hu, options).regions.front().scores.front().agatston;
}

/// peers.md-style table: eleven phantoms, eleven scorers, in the order of all_variants().
struct PeerRow {
  const char* name;
  Phantom phantom;
  std::array<double, 11> scores;
};

const std::vector<PeerRow>& peer_rows() {
  static const std::vector<PeerRow> rows = [] {
    const auto block = [](Phantom p, int z) { return p.box({4, 4, z}, {4, 4, 1}, 500); };
    std::vector<PeerRow> list;
    list.push_back({"P1", block(Phantom(0.5, 3, 1), 0), {16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16}});
    list.push_back(
        {"P2", Phantom(0.5, 1, 6).box({4, 4, 0}, {4, 4, 6}, 500), {32, 32, 96, 96, 96, 96, 32, 31.872, 32, 96, 32}});
    list.push_back({"P3",
                    Phantom(0.5, 3, 1).box({4, 4, 0}, {4, 4, 1}, 500).box({8, 8, 0}, {4, 4, 1}, 150),
                    {32, 20, 20, 20, 20, 32, 20, 32, 32, 20, 20}});
    list.push_back({"P4",
                    Phantom(0.5, 3, 2)
                        .box({0, 4, 1}, {4, 4, 1}, 500)
                        .box({8, 4, 1}, {4, 4, 1}, 150)
                        .box({0, 4, 0}, {12, 4, 1}, 150),
                    {32, 32, 44, 32, 32, 32, 80, 32, 44, 44, 32}});
    list.push_back({"P5", Phantom(0.5, 3, 1).box({4, 4, 0}, {1, 2, 1}, 500), {0, 0, 2, 0, 0, 0, 2, 0, 2, 0, 0}});
    list.push_back({"P6", Phantom(0.5, 3, 1).box({4, 4, 0}, {4, 4, 1}, 199), {4, 4, 4, 4, 4, 8, 4, 4, 4, 4, 4}});
    list.push_back({"P7",
                    Phantom(0.5, 3, 1).box({4, 4, 0}, {4, 4, 1}, 129).box({5, 5, 0}, {2, 2, 1}, 400),
                    {4, 4, 4, 4, 0, 16, 4, 4, 4, 4, 4}});
    list.push_back(
        {"P8", Phantom(0.5, 1.5, 4, 3.0).box({4, 4, 0}, {4, 4, 4}, 500), {32, 32, 64, 64, 64, 64, 64, 32, 32, 64, 32}});
    list.push_back({"P9",
                    Phantom(1, 3, 1).box({4, 4, 0}, {2, 2, 1}, 150).box({5, 5, 0}, {1, 1, 1}, 450),
                    {16, 16, 16, 16, 16, 7, 16, 16, 16, 16, 16}});
    list.push_back({"P10", Phantom(0.5, 3, 1).box({4, 4, 0}, {4, 4, 1}, 130), {4, 4, 4, 0, 4, 4, 4, 4, 4, 4, 4}});
    list.push_back({"P11", Phantom(0.5, 3, 3).box({4, 4, 0}, {1, 2, 3}, 250), {0, 0, 3, 0, 0, 0, 3, 0, 3, 3, 0}});
    return list;
  }();
  return rows;
}

class PeerTable : public testing::TestWithParam<int> {};

TEST_P(PeerTable, every_variant_is_exact) {
  const PeerRow& row = peer_rows()[static_cast<std::size_t>(GetParam())];
  for (std::size_t i = 0; i < all_variants().size(); ++i)
    EXPECT_NEAR(agatston(row.phantom.volume(), all_variants()[i], row.phantom.thickness()), row.scores[i], 1e-9)
        << row.name << " " << to_string(all_variants()[i]);
}
INSTANTIATE_TEST_SUITE_P(Phantoms, PeerTable, testing::Range(0, 11),
                         [](const auto& test) { return peer_rows()[static_cast<std::size_t>(test.param)].name; });

TEST(Score, all_variants_together_equal_each_alone) {
  ScoreOptions options;
  options.variants.assign(all_variants().begin(), all_variants().end());
  options.kvp = KiloVolt{120};
  for (const PeerRow& row : peer_rows()) {
    options.nominal_thickness = row.phantom.thickness();
    const auto scores = score(row.phantom.volume(), options).regions.front().scores;
    for (std::size_t i = 0; i < scores.size(); ++i)
      EXPECT_NEAR(scores[i].agatston, row.scores[i], 1e-9) << row.name << " " << to_string(scores[i].variant);
  }
}

TEST(Score, overlap_is_normalised_by_the_increment) {
  // science 1.1: 4x4 px of 0.5 mm, peak 250: 8.0 at 3 mm; the same in two slices 1.5 mm apart.
  EXPECT_DOUBLE_EQ(agatston(Phantom(0.5, 3, 1).box({2, 2, 0}, {4, 4, 1}, 250).volume()), 8.0);
  EXPECT_DOUBLE_EQ(agatston(Phantom(0.5, 1.5, 2).box({2, 2, 0}, {4, 4, 2}, 250).volume()), 8.0);
}

TEST(Score, known_small_cases) {
  EXPECT_DOUBLE_EQ(agatston(Phantom(0.5, 3, 3).box({2, 2, 0}, {4, 4, 3}, 250).volume()), 24);
  EXPECT_DOUBLE_EQ(agatston(Phantom(0.5, 3, 3, {}, 24).box({2, 2, 0}, {20, 20, 3}, 400).volume()), 1200);
  const Phantom isotropic = Phantom(0.5, 0.5, 2).box({1, 0, 0}, {2, 4, 2}, 400);
  EXPECT_NEAR(agatston(isotropic.volume()), 16.0 / 6, 1e-12);
}

TEST(Score, volume_density_and_maximum) {
  ScoreOptions options;
  options.kvp = KiloVolt{120};
  const auto whole = score(Phantom(1, 2, 2).box({2, 2, 0}, {3, 3, 2}, 200).volume(), options).regions.front();
  const VariantScore& reference = whole.scores.front();
  EXPECT_DOUBLE_EQ(reference.volume_mm3, 36);
  EXPECT_DOUBLE_EQ(reference.area_mm2, 18);
  ASSERT_TRUE(reference.density_score);
  EXPECT_DOUBLE_EQ(*reference.density_score, 2);
  EXPECT_EQ(reference.max_hu, 200);
  EXPECT_EQ(reference.lesions, 1);
  EXPECT_FALSE(reference.mass_mg);
}

TEST(Score, no_calcium_is_a_score_of_zero_without_density) {
  ScoreOptions options;
  const auto whole = score(Phantom(0.5, 3, 2).volume(), options).regions.front();
  EXPECT_EQ(whole.scores.front().agatston, 0);
  EXPECT_FALSE(whole.scores.front().density_score);
  EXPECT_FALSE(whole.scores.front().max_hu);
  EXPECT_TRUE(whole.lesions.empty());
}

TEST(Score, lesions_are_26_connected_and_numbered_from_below) {
  ScoreOptions options;
  options.kvp = KiloVolt{120};
  const Phantom phantom = Phantom(0.5, 3, 4)
                              .box({2, 2, 0}, {2, 2, 1}, 300)
                              .box({4, 4, 1}, {2, 2, 1}, 450) // touches the first only at a corner above it
                              .box({12, 2, 3}, {4, 4, 1}, 150);
  const auto whole = score(phantom.volume(), options).regions.front();
  ASSERT_EQ(whole.lesions.size(), 2U);
  EXPECT_EQ(whole.lesions[0].id, 1);
  EXPECT_EQ(whole.lesions[0].first_slice, 0);
  EXPECT_EQ(whole.lesions[0].last_slice, 1);
  EXPECT_EQ(whole.lesions[0].max_hu, 450);
  EXPECT_DOUBLE_EQ(whole.lesions[0].mean_hu, 375);
  EXPECT_DOUBLE_EQ(whole.lesions[0].agatston, 3 + 4); // 1 mm2 each, weighted slice by slice
  EXPECT_DOUBLE_EQ(whole.lesions[0].volume_mm3, 6);
  EXPECT_DOUBLE_EQ(whole.lesions[0].centroid_mm[0], 0.5 * 3.5);
  EXPECT_DOUBLE_EQ(whole.lesions[1].agatston, 4);
  double sum = 0;
  for (const Lesion& lesion : whole.lesions)
    sum += lesion.agatston;
  EXPECT_DOUBLE_EQ(sum, whole.scores.front().agatston);
}

TEST(Score, regions_neither_count_nor_connect_what_is_outside) {
  const Phantom phantom = Phantom(0.5, 3, 1).box({2, 2, 0}, {8, 4, 1}, 150).box({9, 2, 0}, {1, 4, 1}, 900);
  Volume<LabelId> labels(phantom.volume().geometry(), 0);
  for (int y = 2; y < 6; ++y) {
    for (int x = 2; x < 6; ++x)
      labels(x, y, 0) = label::aorta;
    for (int x = 6; x < 10; ++x)
      labels(x, y, 0) = 31;
  }
  ScoreOptions options;
  options.kvp = KiloVolt{120};
  const auto result = score(phantom.volume(), labels,
                            {{"aorta", {label::aorta}}, {"both", {label::aorta, 31}}, {"spleen", {1}}}, options);
  EXPECT_DOUBLE_EQ(result.regions[0].scores.front().agatston, 4);  // 16 px at weight 1: the bone at 900 is not seen
  EXPECT_DOUBLE_EQ(result.regions[1].scores.front().agatston, 32); // one component of 32 px, peak 900
  EXPECT_TRUE(result.regions[2].scores.empty());                   // not in the map: no score, which is not 0
  EXPECT_TRUE(has_rule(result.issues, "CAL-EMPTY-REGION"));
}

TEST(Score, the_same_for_any_number_of_threads) {
  const Phantom phantom = test::random_phantom(7, {40, 30, 12}, 0.4);
  ScoreOptions options;
  options.variants.assign(all_variants().begin(), all_variants().end());
  options.parallel.threads = 1;
  const auto one = score(phantom.volume(), options).regions.front();
  for (const int threads : {2, 5}) {
    options.parallel.threads = threads;
    const auto many = score(phantom.volume(), options).regions.front();
    for (std::size_t i = 0; i < one.scores.size(); ++i)
      EXPECT_EQ(one.scores[i].agatston, many.scores[i].agatston);
    ASSERT_EQ(one.lesions.size(), many.lesions.size());
    for (std::size_t i = 0; i < one.lesions.size(); ++i)
      EXPECT_EQ(one.lesions[i].centroid_mm, many.lesions[i].centroid_mm);
  }
}

TEST(Score, unpublished_voltage_is_refused_for_the_reference_only) {
  ScoreOptions options;
  options.variants = {Variant::Reference, Variant::Qurai};
  options.kvp = KiloVolt{110};
  options.kvp_policy.policy = KvpPolicy::Grani;
  const auto result = score(Phantom(0.5, 3, 1).box({2, 2, 0}, {4, 4, 1}, 500).volume(), options);
  ASSERT_EQ(result.regions.front().scores.size(), 1U);
  EXPECT_EQ(result.regions.front().scores.front().variant, Variant::Qurai);
  EXPECT_TRUE(has_rule(result.issues, "CAL-KVP-NO-ROW"));
}

ScoreOptions custom(const RuleOptions& rule) {
  ScoreOptions options;
  options.variants = {Variant::Custom};
  options.custom = rule;
  options.kvp = KiloVolt{120};
  return options;
}

double custom_score(const test::Phantom& phantom, const RuleOptions& rule) {
  return score(phantom.volume(), custom(rule)).regions.front().scores.front().agatston;
}

TEST(CustomScore, each_option_changes_what_it_names) {
  // 4 x 4 at 500 over 4 x 4 at 150 in the next slice, touching; 0.5 mm pixels, slices every 1.5 mm.
  const auto phantom = test::Phantom(0.5, 1.5, 2).box({2, 2, 0}, {4, 4, 1}, 500).box({2, 2, 1}, {4, 4, 1}, 150);
  EXPECT_DOUBLE_EQ(custom_score(phantom, {}), (16 + 4) * 0.5);
  RuleOptions rule;
  rule.thickness = RuleOptions::Thickness::None;
  EXPECT_DOUBLE_EQ(custom_score(phantom, rule), 16 + 4);
  rule.weight = RuleOptions::WeightScope::Lesion;
  EXPECT_DOUBLE_EQ(custom_score(phantom, rule), 16 + 16); // one lesion, peak 500
  rule.weight = RuleOptions::WeightScope::LesionInSlice;
  rule.min_area_mm2 = 4.5;
  EXPECT_DOUBLE_EQ(custom_score(phantom, rule), 0);
  rule = {};
  rule.thickness = RuleOptions::Thickness::None;
  rule.max_hu = 300; // the bright block is metal
  EXPECT_DOUBLE_EQ(custom_score(phantom, rule), 4);
}

TEST(CustomScore, pixels_weigh_by_themselves_and_bounds_can_be_strict) {
  const auto phantom = test::Phantom(0.5, 3, 1).box({2, 2, 0}, {4, 2, 1}, 130).box({2, 4, 0}, {4, 2, 1}, 450);
  RuleOptions rule;
  EXPECT_DOUBLE_EQ(custom_score(phantom, rule), 16);
  rule.weight = RuleOptions::WeightScope::Pixel;
  EXPECT_DOUBLE_EQ(custom_score(phantom, rule), 2 * 1 + 2 * 4);
  rule.strictly_above = true;
  EXPECT_DOUBLE_EQ(custom_score(phantom, rule), 2 * 4);
}

TEST(Mass, needs_a_calibration_and_follows_its_line) {
  // The worked example: two columns at 400 HU, 0.5 mm isotropic: 2 mm3, 0.6 mg at 0.00075 mg/mm3 a HU.
  const auto phantom = test::Phantom(0.5, 0.5, 2).box({2, 0, 0}, {2, 4, 2}, 400);
  ScoreOptions options;
  options.kvp = KiloVolt{120};
  EXPECT_FALSE(score(phantom.volume(), options).regions.front().scores.front().mass_mg);
  options.density = DensityLine{0.75, 0};
  const VariantScore by_line = score(phantom.volume(), options).regions.front().scores.front();
  EXPECT_DOUBLE_EQ(by_line.volume_mm3, 2);
  EXPECT_DOUBLE_EQ(*by_line.mass_mg, 0.6);
  EXPECT_DOUBLE_EQ(by_line.hu_volume_hu_mm3, 800);
  options.density = DensityLine{0.75, 10};
  EXPECT_DOUBLE_EQ(*score(phantom.volume(), options).regions.front().scores.front().mass_mg, 0.62);
}

} // namespace
} // namespace osteocalc::calcium
