// SPDX-License-Identifier: Apache-2.0
#include "scoring_options.h"

#include "osteocalc/core/error.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
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

} // namespace

void add_scoring_options(CLI::App& app, ScoringArguments& arguments) {
  app.add_option("--variant", arguments.variants, "scoring variants by name, or all")->delimiter(',');
  app.add_option("--kvp", arguments.kvp_kv, "tube voltage in kV, instead of the header's")
      ->check(CLI::Range(40.0, 200.0));
  app.add_option("--kvp-policy", arguments.kvp_policy,
                 "thresholds of the reference variants: standard, grani, interpolate, custom=130,200,300,400");
}

std::vector<calcium::Variant> variants_of(const ScoringArguments& arguments) {
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
