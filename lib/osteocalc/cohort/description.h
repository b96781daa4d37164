// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/plan_models.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::cohort {

/// A line of Table 1: a number's mean and SD, or a level's count and share, in everybody and in each group.
struct DescriptionRow {
  std::string label; ///< "age", "race 2"
  bool is_level = false;
  std::vector<std::optional<double>> value{};  ///< mean, or count; weighted means, never weighted counts
  std::vector<std::optional<double>> spread{}; ///< SD, or (weighted) share 0..1
};

struct MissingRow {
  std::string variable;
  std::size_t missing = 0; ///< of the domain
};

/// Who is in the domain, by quarters of the exposure.
struct Description {
  std::vector<std::string> groups{}; ///< "all", then the quarters
  std::vector<std::size_t> n{};
  std::vector<DescriptionRow> rows{};
  std::vector<MissingRow> missing{};
  bool weighted = false;
};

/// Of the variables of the plan's models, over the domain. \throw nothing for ties: then there is only "all"
[[nodiscard]] Description describe(const PlanData& data, const Plan& plan, const ModelSpec& lead);

} // namespace osteocalc::cohort
