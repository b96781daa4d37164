// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/scoring_rule.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::calcium {
namespace {

struct NamedVariant {
  Variant variant;
  std::string_view name;
};
constexpr std::array<NamedVariant, 12> names{{{Variant::Reference, "reference"},
                                              {Variant::Reference4c, "reference-4c"},
                                              {Variant::Brainsia2015, "brainsia-2015"},
                                              {Variant::SlicerGist2023, "slicer-gist-2023"},
                                              {Variant::Comp2comp, "comp2comp"},
                                              {Variant::CalciumscoringJl, "calciumscoring-jl"},
                                              {Variant::AiCac, "ai-cac"},
                                              {Variant::Deepcac, "deepcac"},
                                              {Variant::Qurai, "qurai"},
                                              {Variant::Kcenon, "kcenon"},
                                              {Variant::Aocascore, "aocascore"},
                                              {Variant::Custom, "custom"}}};
constexpr auto variants = [] {
  std::array<Variant, names.size() - 1> list{}; // without Custom
  for (std::size_t i = 0; i < list.size(); ++i)
    list[i] = names[i].variant;
  return list;
}();

/// Rows published for whole voltages \cite grani2018; 120 kV is Agatston's own.
struct KvpRow {
  double kvp_kv;
  WeightBounds bounds_hu;
};
constexpr std::array<KvpRow, 5> grani_rows{{{70, {207, 318, 477, 636}},
                                            {80, {177, 271, 408, 544}},
                                            {100, {145, 222, 334, 446}},
                                            {120, standard_bounds},
                                            {135, {119, 183, 274, 364}}}};
// The published weights at 120 kV before they were rounded to Agatston's; only interpolation needs them.
constexpr WeightBounds unrounded_120_hu{130, 199, 299, 399};
constexpr double kvp_low_kv = 70, kvp_high_kv = 140;

WeightBounds interpolated_bounds(double kvp_kv) {
  const auto above = std::find_if(grani_rows.begin() + 1, grani_rows.end() - 1,
                                  [&](const KvpRow& row) { return row.kvp_kv >= kvp_kv; });
  const KvpRow& high = *above;
  const KvpRow& low = *(above - 1);
  const double part = (kvp_kv - low.kvp_kv) / (high.kvp_kv - low.kvp_kv);
  WeightBounds bounds{};
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const double from = low.kvp_kv == 120 ? unrounded_120_hu[i] : low.bounds_hu[i];
    const double to = high.kvp_kv == 120 ? unrounded_120_hu[i] : high.bounds_hu[i];
    bounds[i] = static_cast<int>(std::lround(std::exp((1 - part) * std::log(from) + part * std::log(to))));
  }
  return bounds;
}

// Limits in mm2 or mm3 as counts of pixels. The margin keeps 4 x 0.25 mm2 at "1 mm2" whatever the last bit says.
constexpr double margin = 1e-9;
std::int64_t count_at_least(double limit, double unit) {
  return static_cast<std::int64_t>(std::ceil(limit / unit - margin));
}
std::int64_t count_above(double limit, double unit) {
  return static_cast<std::int64_t>(std::floor(limit / unit + margin)) + 1;
}
std::int64_t rounded_count(double limit, double unit) {
  return static_cast<std::int64_t>(std::nearbyint(limit / unit));
}

ScoringRule calciumscoring_jl(const ScanGrid& grid) {
  // Its detection bound falls with the voltage while its weights stay: pixels between the two count area, weight 0.
  const double kvp_kv = grid.kvp.value_or(KiloVolt{120}).value();
  const std::int64_t pixels = rounded_count(1, grid.pixel_area_mm2);
  const std::int64_t kernel = std::min<std::int64_t>(3, std::max<std::int64_t>(1, 2 * (pixels / 2) + 1));
  ScoringRule rule;
  rule.min_hu = static_cast<int>(std::lround(378 * std::exp(-0.009 * kvp_kv))) + 1;
  rule.weight_from_hu = {130, 199, 299, 399};
  if (kernel == 3)
    rule.min_group_pixels = pixels;
  else
    rule.weight = ScoringRule::Weight::PixelValue; // every pixel stands alone
  return rule;
}

} // namespace

std::span<const Variant> all_variants() noexcept {
  return variants;
}

std::string_view to_string(Variant variant) noexcept {
  return names[static_cast<std::size_t>(variant)].name;
}

std::optional<Variant> variant_from_string(std::string_view name) noexcept {
  const auto found = std::ranges::find(names, name, &NamedVariant::name);
  return found == names.end() ? std::nullopt : std::optional(found->variant);
}

std::optional<KvpPolicy> kvp_policy_from_string(std::string_view name) noexcept {
  if (name == "standard")
    return KvpPolicy::Standard;
  if (name == "grani")
    return KvpPolicy::Grani;
  if (name == "interpolate")
    return KvpPolicy::Interpolate;
  if (name.starts_with("custom"))
    return KvpPolicy::Custom;
  return std::nullopt;
}

std::string_view to_string(KvpPolicy policy) noexcept {
  constexpr std::array<std::string_view, 4> names{"standard", "grani", "interpolate", "custom"};
  return names[static_cast<std::size_t>(policy)];
}

std::string reads_like_120_kv(const CtAcquisition& acquisition) {
  const auto upper = [](std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
  };
  const std::string filter = upper(acquisition.filter), kernel = upper(acquisition.kernel);
  if (filter.find("TIN") != std::string::npos || filter.starts_with("SN"))
    return "tin filter";
  if (kernel.starts_with("SA36"))
    return "calcium-aware kernel " + acquisition.kernel;
  return {};
}

std::optional<WeightBounds> weight_bounds(const KvpOptions& options, std::optional<KiloVolt> kvp, Issues& issues) {
  if (!options.reads_like_120_kv.empty() && options.policy != KvpPolicy::Custom) {
    issues.push_back(
        info("CAL-KVP-LIKE-120", "scan",
             fmt::format("{}: calcium reads as at 120 kV, so 130/200/300/400 HU apply", options.reads_like_120_kv)));
    return standard_bounds;
  }
  const bool needs_kvp = options.policy == KvpPolicy::Grani || options.policy == KvpPolicy::Interpolate;
  if (!kvp && needs_kvp) {
    issues.push_back(refused("CAL-KVP-UNKNOWN", "scan",
                             "the tube voltage is unknown (this policy's thresholds depend on it) pass --kvp"));
    return std::nullopt;
  }
  if (!kvp)
    issues.push_back(warning("CAL-KVP-ASSUMED", "scan",
                             "the tube voltage is unknown (thresholds suit 120 kV) 120 kV is assumed; pass --kvp"));
  if (options.policy == KvpPolicy::Custom)
    return options.custom_hu;
  if (options.policy == KvpPolicy::Standard) {
    if (kvp && (kvp->value() < 120 || kvp->value() > 130))
      issues.push_back(warning("CAL-KVP-STANDARD", "scan",
                               fmt::format("130 HU thresholds on a scan of {:g} kV (calcium is brighter at lower "
                                           "voltage) consider --kvp-policy grani",
                                           kvp->value())));
    return standard_bounds;
  }
  const double kvp_kv = kvp->value();
  const auto row = std::ranges::find(grani_rows, kvp_kv, &KvpRow::kvp_kv);
  if (row != grani_rows.end())
    return row->bounds_hu;
  if (options.policy == KvpPolicy::Grani || kvp_kv < kvp_low_kv || kvp_kv > kvp_high_kv) {
    issues.push_back(refused("CAL-KVP-NO-ROW", "scan",
                             fmt::format("no thresholds are published for {:g} kV (rows exist for 70, 80, 100, 120 and "
                                         "135 kV) use another policy",
                                         kvp_kv)));
    return std::nullopt;
  }
  issues.push_back(warning("CAL-KVP-INTERPOLATED", "scan",
                           fmt::format("thresholds for {:g} kV are interpolated (not published) state it", kvp_kv)));
  return interpolated_bounds(kvp_kv);
}

ScoringRule rule_for(Variant variant, const ScanGrid& grid, const WeightBounds& reference_bounds) {
  using Group = ScoringRule::Group;
  const double area_mm2 = grid.pixel_area_mm2;
  const double by_increment = grid.increment.value() / 3;
  ScoringRule rule;
  switch (variant) {
  case Variant::Reference:
  case Variant::Reference4c:
    rule.min_hu = reference_bounds[0];
    rule.weight_from_hu = reference_bounds;
    rule.group = variant == Variant::Reference ? Group::Slice8 : Group::Slice4;
    rule.min_group_pixels = count_at_least(1, area_mm2);
    rule.thickness_factor = by_increment;
    break;
  case Variant::Brainsia2015:
  case Variant::Kcenon:
    rule.object = Connectivity::Four;
    rule.group = Group::ObjectInSlice;
    rule.min_object_voxels = variant == Variant::Kcenon ? count_at_least(1, area_mm2) : 1;
    break;
  case Variant::SlicerGist2023:
    rule.min_hu = 131;
    rule.group = Group::Slice4;
    rule.min_group_pixels = rounded_count(1, area_mm2);
    break;
  case Variant::Comp2comp:
    rule.object = Connectivity::Four;
    rule.min_object_voxels = 4;
    rule.group = Group::Slice4;
    rule.min_group_pixels = count_above(1, area_mm2);
    break;
  case Variant::CalciumscoringJl:
    return calciumscoring_jl(grid);
  case Variant::AiCac:
    rule.object = Connectivity::Four;
    rule.min_object_voxels = 2;
    rule.group = Group::Object;
    rule.thickness_factor = grid.nominal_thickness.value() / 3;
    rule.rounding = ScoringRule::Rounding::WholePerGroup;
    break;
  case Variant::Deepcac:
    rule.group = Group::Slice8;
    rule.min_group_pixels = 4;
    rule.thickness_factor = by_increment;
    rule.rounding = ScoringRule::Rounding::ThreeDecimals;
    break;
  case Variant::Qurai:
    rule.object = Connectivity::Eight;
    rule.min_object_voxels = count_at_least(1.5, area_mm2 * grid.increment.value());
    rule.group = Group::ObjectInSlice;
    rule.thickness_factor = by_increment;
    break;
  case Variant::Aocascore:
    rule.group = Group::Slice4;
    rule.min_group_pixels = std::max<std::int64_t>(2, count_at_least(1, area_mm2));
    rule.thickness_factor = by_increment;
    break;
  case Variant::Custom:
    return custom_rule({}, grid, reference_bounds);
  }
  return rule;
}

ScoringRule custom_rule(const RuleOptions& options, const ScanGrid& grid, const WeightBounds& reference_bounds) {
  using Thickness = RuleOptions::Thickness;
  using Scope = RuleOptions::WeightScope;
  if (!(options.min_area_mm2 >= 0) || options.min_pixels < 1)
    throw ConfigError("a scoring rule needs an area of 0 mm2 or more and at least one pixel");
  if (options.max_hu && *options.max_hu <= reference_bounds[0])
    throw ConfigError(fmt::format("max-hu {} lies at or below the bound of {} HU (nothing could count)",
                                  *options.max_hu, reference_bounds[0]));
  const int above = options.strictly_above ? 1 : 0;
  ScoringRule rule;
  rule.min_hu = reference_bounds[0] + above;
  rule.max_hu = options.max_hu.value_or(no_max_hu);
  rule.weight_from_hu = reference_bounds;
  rule.group = options.connectivity == Connectivity::Eight ? ScoringRule::Group::Slice8 : ScoringRule::Group::Slice4;
  rule.min_group_pixels = std::max(options.min_pixels, count_at_least(options.min_area_mm2, grid.pixel_area_mm2));
  rule.weight = options.weight == Scope::Lesion  ? ScoringRule::Weight::LesionPeak
                : options.weight == Scope::Pixel ? ScoringRule::Weight::PixelValue
                                                 : ScoringRule::Weight::GroupPeak;
  if (options.thickness != Thickness::None)
    rule.thickness_factor =
        (options.thickness == Thickness::Nominal ? grid.nominal_thickness.value() : grid.increment.value()) / 3;
  return rule;
}

} // namespace osteocalc::calcium
