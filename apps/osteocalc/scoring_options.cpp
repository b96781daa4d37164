// SPDX-License-Identifier: Apache-2.0
#include "scoring_options.h"

#include "osteocalc/core/error.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/ranges.h>
#include <sstream>

namespace osteocalc::app {
namespace {

constexpr std::string_view custom_prefix = "custom=";

calcium::WeightBounds custom_bounds(const std::string& text) {
  calcium::WeightBounds bounds{};
  std::istringstream in(text);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    char comma = ',';
    if ((i > 0 && !(in >> comma)) || comma != ',' || !(in >> bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1]))
      throw ConfigError("'" + text +
                        "' is no list of four rising HU (detection and weights 2, 3, 4) write "
                        "--kvp-policy custom=130,200,300,400");
  }
  if (!(in >> std::ws).eof())
    throw ConfigError("'" + text + "' has more than four HU; write --kvp-policy custom=130,200,300,400");
  return bounds;
}

/// The variants asked for by name; `all` means every named one.
std::vector<calcium::Variant> named_variants(const ScoringArguments& arguments) {
  std::vector<calcium::Variant> variants;
  for (const std::string& name : arguments.variants) {
    if (name == "all")
      return {calcium::all_variants().begin(), calcium::all_variants().end()};
    const auto variant = calcium::variant_from_string(name);
    if (!variant) {
      std::string known;
      for (const calcium::Variant other : calcium::all_variants())
        known += ", " + std::string(to_string(other));
      throw ConfigError("no scoring variant is called '" + name + "'; known: all" + known);
    }
    variants.push_back(*variant);
  }
  return variants;
}

/// One KEY=VALUE of --rule.
void set_rule(const std::string& key, const std::string& value, calcium::RuleOptions& rule) {
  using Thickness = calcium::RuleOptions::Thickness;
  using Scope = calcium::RuleOptions::WeightScope;
  const auto one_of = [&](std::initializer_list<std::string_view> known) {
    const auto found = std::ranges::find(known, value);
    if (found == known.end())
      throw ConfigError(fmt::format("--rule {}={}: the value is none of {}", key, value, fmt::join(known, ", ")));
    return found - known.begin();
  };
  const auto number = [&] {
    double parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc{} || end != value.data() + value.size())
      throw ConfigError(fmt::format("--rule {}={}: the value is no number", key, value));
    return parsed;
  };
  if (key == "compare")
    rule.strictly_above = one_of({"ge", "gt"}) == 1;
  else if (key == "connectivity")
    rule.connectivity = one_of({"8", "4"}) == 0 ? calcium::Connectivity::Eight : calcium::Connectivity::Four;
  else if (key == "min-area-mm2")
    rule.min_area_mm2 = number();
  else if (key == "min-pixels")
    rule.min_pixels = std::lround(number());
  else if (key == "thickness")
    rule.thickness = std::array{Thickness::Increment, Thickness::Nominal, Thickness::None}.at(
        static_cast<std::size_t>(one_of({"increment", "nominal", "none"})));
  else if (key == "weight")
    rule.weight = std::array{Scope::LesionInSlice, Scope::Lesion, Scope::Pixel}.at(
        static_cast<std::size_t>(one_of({"slice", "lesion", "pixel"})));
  else if (key == "max-hu")
    rule.max_hu = static_cast<int>(std::lround(number()));
  else
    throw ConfigError("--rule knows no '" + key +
                      "'; known: compare, connectivity, min-area-mm2, min-pixels, thickness, weight, max-hu");
}

} // namespace

void add_scoring_options(CLI::App& app, ScoringArguments& arguments) {
  app.add_option("--variant", arguments.variants, "scoring variants by name, or all")->delimiter(',');
  app.add_option("--kvp", arguments.kvp_kv, "tube voltage in kV, instead of the header's")
      ->check(CLI::Range(40.0, 200.0));
  app.add_option("--kvp-policy", arguments.kvp_policy,
                 "thresholds of the reference variants: standard, grani, interpolate, custom=130,200,300,400");
  app.add_option("--rule", arguments.rule,
                 "a scoring rule of your own, reported as variant custom: KEY=VALUE,... of compare=ge|gt, "
                 "connectivity=8|4, min-area-mm2=1, min-pixels=1, thickness=increment|nominal|none, "
                 "weight=slice|lesion|pixel, max-hu=HU; what is left out is the reference's");
  app.add_option("--combine-slices-mm", arguments.combine_slices_mm,
                 "average thin slices to this thickness before calcium is scored")
      ->check(CLI::Range(0.5, 10.0));
}

std::vector<calcium::Variant> variants_of(const ScoringArguments& arguments) {
  std::vector<calcium::Variant> variants = named_variants(arguments);
  if (!arguments.rule.empty())
    variants.push_back(calcium::Variant::Custom);
  return variants;
}

calcium::RuleOptions rule_of(const ScoringArguments& arguments) {
  calcium::RuleOptions rule;
  std::istringstream items(arguments.rule);
  for (std::string item; std::getline(items, item, ',');) {
    const std::size_t equals = item.find('=');
    set_rule(item.substr(0, equals), equals == std::string::npos ? "" : item.substr(equals + 1), rule);
  }
  return rule;
}

void add_calcium_options(CLI::App& app, CalciumArguments& arguments) {
  app.add_option("--slices", arguments.slices,
                 "thick, overlapping or gapped slices: scale the score, or strict: refuse")
      ->check(CLI::IsMember({"scale", "strict"}));
  app.add_option("--category", arguments.category, "scheme of the coronary category")
      ->check(CLI::IsMember({"cac-drs", "guideline", "classic"}));
  app.add_option("--mesa-group", arguments.mesa_group,
                 "the MESA percentile of this group; without it Hoff's table by age and sex is used")
      ->check(CLI::IsMember({"white", "chinese", "black", "hispanic"}));
  app.add_option("--abdominal-percentiles", arguments.abdominal_percentiles,
                 "your own percentile table for the abdominal aorta (TOML, schema osteocalc.percentiles/1)");
}

study::CalciumOptions calcium_options_of(const ScoringArguments& scoring, const CalciumArguments& arguments) {
  study::CalciumOptions options;
  options.variants = variants_of(scoring);
  options.custom_rule = rule_of(scoring);
  options.kvp = kvp_options_of(scoring);
  options.combine_slices_mm = scoring.combine_slices_mm;
  options.strict_slices = arguments.slices == "strict";
  options.category_scheme = arguments.category;
  options.mesa_group = arguments.mesa_group;
  if (!arguments.abdominal_percentiles.empty())
    options.abdominal_percentiles = reference::read_percentile_table(arguments.abdominal_percentiles);
  return options;
}

calcium::KvpOptions kvp_options_of(const ScoringArguments& arguments) {
  calcium::KvpOptions options;
  const auto policy = calcium::kvp_policy_from_string(arguments.kvp_policy);
  const bool is_custom = arguments.kvp_policy.starts_with("custom");
  if (!policy || (is_custom && !arguments.kvp_policy.starts_with(custom_prefix)))
    throw ConfigError("no voltage policy is called '" + arguments.kvp_policy +
                      "'; known: standard, grani, interpolate, custom=130,200,300,400");
  options.policy = *policy;
  if (is_custom)
    options.custom_hu = custom_bounds(arguments.kvp_policy.substr(custom_prefix.size()));
  return options;
}

} // namespace osteocalc::app
