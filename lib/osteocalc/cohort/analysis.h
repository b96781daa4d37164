// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"
#include "osteocalc/cohort/table.h"
#include "osteocalc/core/issue.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::cohort {

/// What is asked of a cohort: is `outcome` (a calcium score, >= 0) related to `exposure` (a bone measure)?
struct CohortRequest {
  std::vector<std::filesystem::path> tables{}; ///< CSV; the first says who is in the cohort, the others add columns
  std::string key{};                           ///< joins the tables; empty = the one column name they all share
  std::string outcome{}, exposure{};           ///< numeric columns
  std::vector<std::string> adjust{};           ///< terms as model_frame takes them: "age_years", "sex", "C(race)"
};

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

/// Every row of the first table, down to those analysed.
struct Flow {
  std::vector<TableSource> tables;
  std::size_t rows = 0;
  std::vector<FlowStep> steps;
  std::size_t crude = 0, adjusted = 0; ///< rows with outcome and exposure; of these with every adjustment too
};

/// A linear model of ln(outcome + 1) as a reader needs it: its exposure slope per 1 SD and per unit.
struct Association {
  std::string label;             ///< "crude", "adjusted for age_years, sex"
  Model per_sd;                  ///< exposure in standard deviations over the rows of the crude model
  Model per_unit;                ///< exposure as it stands in the table
  double mean_x = 0, mean_y = 0; ///< of exposure and ln(outcome + 1): the line passes here
};

struct ScatterPoint {
  double exposure = 0, log_outcome = 0; ///< log_outcome = ln(outcome + 1)
  std::string group;                    ///< "F", "M", or another two-level adjustment, else empty
};

struct CohortResult {
  CohortRequest request;
  Flow flow;
  double exposure_mean = 0, exposure_sd = 0; ///< over the rows of the crude model; sd with n - 1
  Model spearman;
  Association crude;
  std::vector<Association> same_people; ///< crude again on the adjusted model's rows, when these are fewer
  std::vector<Association> adjusted;    ///< one, or none when no adjustment was asked for
  std::string group_column;             ///< what ScatterPoint::group is; empty when there is none
  std::vector<ScatterPoint> points;     ///< the rows of the crude model
  std::vector<std::string> findings;    ///< sentences; the first is the one to read if only one is read
  Issues issues;
};

/// 100 (e^b - 1): by how many per cent outcome + 1 differs for a step with slope b on ln(outcome + 1).
[[nodiscard]] double percent_change(double slope);

/// The exposure's slope: of 1 SD in per_sd, of one unit in per_unit.
[[nodiscard]] const Term& exposure_slope(const Model& model);

/// Every model of a result in the order of reporting, ids "spearman", "crude_sd", "crude_unit", "adjusted_sd" ...
[[nodiscard]] std::vector<Model> all_models(const CohortResult& result);

/// The crude association on the very rows of the adjusted one, so that only the adjustment differs between them.
[[nodiscard]] const Association& comparable_crude(const CohortResult& result);

/// Share of the crude slope that adjustment takes away, both on the same rows (0.6 = 60 %; negative = the slope grows).
/// Empty without adjustment, or when the crude interval covers zero and there is no slope to take a share of.
[[nodiscard]] std::optional<double> share_removed(const CohortResult& result);

/// Spearman's rho, then ln(outcome + 1) on the exposure by least squares with HC3 errors, crude and adjusted.
/// \throw ConfigError when a variable is named twice, TableError when the table cannot answer (see model_frame,
/// fit_linear), among others for a negative outcome
[[nodiscard]] CohortResult analyze_table(Table table, const CohortRequest& request);

/// The same from the request's files. \throw IoError, TableError, ConfigError
[[nodiscard]] CohortResult run_cohort(const CohortRequest& request);

} // namespace osteocalc::cohort
