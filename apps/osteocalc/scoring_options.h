// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/scoring_rule.h"

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
};

void add_scoring_options(CLI::App& app, ScoringArguments& arguments);

/// \throw ConfigError for an unknown name, with the known ones
[[nodiscard]] std::vector<calcium::Variant> variants_of(const ScoringArguments& arguments);
[[nodiscard]] calcium::KvpOptions kvp_options_of(const ScoringArguments& arguments);

} // namespace osteocalc::app
