// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/plan.h"
#include "osteocalc/core/issue.h"

#include <optional>
#include <string>
#include <vector>

namespace osteocalc::cohort {

struct TableSource {
  std::string name; ///< file name without folders
  std::string sha256;
  std::size_t rows = 0;
  std::size_t matched = 0;   ///< rows of the first table that found a partner here (the first: all)
  std::size_t left_over = 0; ///< rows here that belong to nobody in the first table
};

struct FlowStep {
  std::string reason;
  std::size_t removed = 0, remaining = 0;
};

/// The tables of a plan brought together: its variables, its domain, its survey design.
struct PlanData {
  std::vector<TableSource> sources{};
  std::string key{};
  Table table{"", 0};                     ///< a row of the first table each; every column that the plan names
  std::vector<bool> domain{};             ///< one mark a row
  std::vector<std::size_t> domain_rows{}; ///< ascending
  Table domain_table{"", 0};              ///< these rows of `table`
  std::optional<SurveyDesign> survey{};   ///< over all rows, when the plan has one
  std::vector<std::string> physics{};     ///< terms of scan properties: the plan's, else the usual columns that exist
  std::vector<FlowStep> steps{};          ///< from all rows to the domain, one a condition
  Issues issues{};                        ///< PLAN-UNDEFINED, COHORT-REPEATED, COHORT-REVIEWED
};

/// Reads and joins the plan's tables, empties cells that hold a code for missing, and prepares the result.
/// \throw IoError, ConfigError, TableError naming the column, variable, stratum or table at fault
[[nodiscard]] PlanData load_plan_data(const Plan& plan);

/// Computes variables, domain and design over one table. Names in models that are no columns are read as expressions.
/// standardize(x) is over the domain, so the domain may ask a standardised variable only whether it is defined.
[[nodiscard]] PlanData prepare_plan_data(const Table& table, const Plan& plan);

} // namespace osteocalc::cohort
