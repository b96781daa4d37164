// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/scoring_rule.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc::calcium {
namespace {

TEST(Variants, names_round_trip) {
  EXPECT_EQ(all_variants().size(), 11U);
  for (const Variant variant : all_variants())
    EXPECT_EQ(variant_from_string(to_string(variant)), variant);
  EXPECT_FALSE(variant_from_string("agatston"));
}

struct VoltageRow {
  double kvp_kv;
  WeightBounds bounds_hu;
};

TEST(KvpPolicy, published_rows) {
  for (const VoltageRow& row : {VoltageRow{70, {207, 318, 477, 636}}, VoltageRow{80, {177, 271, 408, 544}},
                                VoltageRow{100, {145, 222, 334, 446}}, VoltageRow{120, {130, 200, 300, 400}},
                                VoltageRow{135, {119, 183, 274, 364}}}) {
    Issues issues;
    EXPECT_EQ(weight_bounds({KvpPolicy::Grani, {}}, KiloVolt{row.kvp_kv}, issues), row.bounds_hu);
    EXPECT_TRUE(issues.empty());
  }
}

TEST(KvpPolicy, rows_between_are_refused_or_interpolated_with_a_warning) {
  for (const VoltageRow& row : {VoltageRow{90, {160, 245, 369, 493}}, VoltageRow{110, {137, 210, 316, 422}},
                                VoltageRow{130, {123, 188, 282, 375}}, VoltageRow{140, {116, 178, 266, 353}}}) {
    Issues refusals, warnings;
    EXPECT_FALSE(weight_bounds({KvpPolicy::Grani, {}}, KiloVolt{row.kvp_kv}, refusals));
    EXPECT_EQ(refusals.front().level, IssueLevel::Refused);
    EXPECT_EQ(weight_bounds({KvpPolicy::Interpolate, {}}, KiloVolt{row.kvp_kv}, warnings), row.bounds_hu) << row.kvp_kv;
    EXPECT_EQ(warnings.front().level, IssueLevel::Warning);
  }
  Issues issues;
  EXPECT_FALSE(weight_bounds({KvpPolicy::Interpolate, {}}, KiloVolt{60}, issues));
}

TEST(KvpPolicy, an_absent_voltage_is_assumed_or_refused_never_silent) {
  Issues assumed, unknown;
  EXPECT_EQ(weight_bounds({}, std::nullopt, assumed), standard_bounds);
  EXPECT_TRUE(has_rule(assumed, "CAL-KVP-ASSUMED"));
  EXPECT_FALSE(weight_bounds({KvpPolicy::Grani, {}}, std::nullopt, unknown));
  EXPECT_TRUE(has_rule(unknown, "CAL-KVP-UNKNOWN"));
}

TEST(Rule, smallest_sizes_on_usual_grids) {
  const auto min_pixels = [](Variant variant, double pixel_mm) {
    const ScanGrid grid{pixel_mm * pixel_mm, SliceIncrement{3}, SliceThickness{3}, KiloVolt{120}};
    return rule_for(variant, grid, standard_bounds).min_group_pixels;
  };
  EXPECT_EQ(min_pixels(Variant::Reference, 0.5), 4);      // 1.00 mm2 counts
  EXPECT_EQ(min_pixels(Variant::Reference, 0.488281), 5); // 4 px are 0.95 mm2
  EXPECT_EQ(min_pixels(Variant::Reference, 1.0), 1);
  EXPECT_EQ(min_pixels(Variant::Comp2comp, 0.5), 5); // more than 1 mm2
  EXPECT_EQ(min_pixels(Variant::SlicerGist2023, 0.488281), 4);
  EXPECT_EQ(min_pixels(Variant::Aocascore, 1.0), 2);
}

TEST(CustomRule, its_defaults_are_the_reference) {
  const ScanGrid grid{0.25, SliceIncrement{1.5}, SliceThickness{3}, {}};
  const ScoringRule custom = custom_rule({}, grid, standard_bounds),
                    reference = rule_for(Variant::Reference, grid, standard_bounds);
  EXPECT_EQ(custom.min_hu, reference.min_hu);
  EXPECT_EQ(custom.group, reference.group);
  EXPECT_EQ(custom.min_group_pixels, reference.min_group_pixels);
  EXPECT_EQ(custom.thickness_factor, reference.thickness_factor);
}

TEST(CustomRule, refuses_what_cannot_count) {
  const ScanGrid grid{0.25, SliceIncrement{3}, SliceThickness{3}, {}};
  RuleOptions options;
  options.max_hu = 130;
  EXPECT_THROW((void)custom_rule(options, grid, standard_bounds), ConfigError);
  options.max_hu.reset();
  options.min_pixels = 0;
  EXPECT_THROW((void)custom_rule(options, grid, standard_bounds), ConfigError);
}

TEST(Like120, by_tin_filter_or_calcium_aware_kernel) {
  CtAcquisition scan;
  scan.kernel = "Qr36d";
  EXPECT_EQ(reads_like_120_kv(scan), "");
  scan.kernel = "Sa36f";
  EXPECT_NE(reads_like_120_kv(scan), "");
  scan.kernel = "Br36";
  scan.filter = "FLAT TIN";
  EXPECT_NE(reads_like_120_kv(scan), "");
  Issues issues;
  EXPECT_EQ(weight_bounds({KvpPolicy::Grani, standard_bounds, "tin filter"}, KiloVolt{100}, issues), standard_bounds);
  EXPECT_TRUE(has_rule(issues, "CAL-KVP-LIKE-120"));
}

} // namespace
} // namespace osteocalc::calcium
