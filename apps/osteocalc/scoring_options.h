// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/study/calcium_options.h"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace osteocalc::app {

/// Options that `score` and `analyze` share.
struct ScoringArguments {
  std::vector<std::string> variants{"reference"};
  std::string kvp_policy = "standard";
  std::optional<double> kvp_kv;
  std::string rule;
  std::optional<double> combine_slices_mm;
};

void add_scoring_options(CLI::App& app, ScoringArguments& arguments);

/// \throw ConfigError for an unknown name, with the known ones
[[nodiscard]] std::vector<calcium::Variant> variants_of(const ScoringArguments& arguments);
[[nodiscard]] calcium::KvpOptions kvp_options_of(const ScoringArguments& arguments);
[[nodiscard]] calcium::RuleOptions rule_of(const ScoringArguments& arguments);

/// Options of `analyze` for judging a score.
struct CalciumArguments {
  std::string slices = "scale", category = "cac-drs", mesa_group, abdominal_percentiles;
};

void add_calcium_options(CLI::App& app, CalciumArguments& arguments);

/// \throw ConfigError, TableError, IoError
[[nodiscard]] study::CalciumOptions calcium_options_of(const ScoringArguments& scoring,
                                                       const CalciumArguments& arguments);

} // namespace osteocalc::app
