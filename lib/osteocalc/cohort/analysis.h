// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/checks.h"
#include "osteocalc/cohort/description.h"
#include "osteocalc/cohort/literature.h"
#include "osteocalc/cohort/multiplicity.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::cohort {

/// The short way to ask: is `outcome` (a calcium score, >= 0) related to `exposure` (a bone measure)?
struct CohortRequest {
  std::vector<std::filesystem::path> tables{}; ///< the first says who is in the cohort, the others add columns
  std::string key{};                           ///< joins the tables; empty = the one column name they all share
  std::string outcome{}, exposure{};           ///< numeric columns
  std::vector<std::string> adjust{};           ///< terms as formula.h takes them: "age_years", "sex", "C(race)"
  std::string weights{}, strata{}, psu{};      ///< of a survey; all empty = rows independent and equally weighted
};

/// The plan it stands for: Spearman's rho, then ln(outcome + 1) on the exposure with HC3 (or survey) errors, per SD and
/// per unit, crude and adjusted; ids spearman, crude_sd, crude_unit, adjusted_sd, adjusted_unit.
/// \throw ConfigError when a variable is named twice
[[nodiscard]] Plan short_plan(const CohortRequest& request);

/// Every row of the first table, down to those of the lead.
struct Flow {
  std::vector<TableSource> tables{};
  std::size_t rows = 0;
  std::vector<FlowStep> steps{};
  std::size_t domain = 0;
  std::size_t crude = 0, adjusted = 0; ///< rows with outcome and exposure; of these with every adjustment too
};

struct ScatterPoint {
  double exposure = 0, outcome = 0; ///< outcome as the lead takes it: ln(score + 1) when it is that
  std::string group{};              ///< "F", "M", or another two-level variable of the lead, else empty
};

/// Who has low bone, much calcium, or both; cut-offs in the unit of the variables.
struct Quadrants {
  double outcome_cut = 0, exposure_cut = 0;
  std::size_t neither = 0, calcium = 0, bone = 0, both = 0;
  double expected_both = 0; ///< were the two unrelated
  bool cuts_from_plan = false;
};

struct CohortResult {
  Plan plan{};
  std::string plan_sha256{};
  std::string key{};
  Flow flow{};
  std::vector<FittedModel> models{};
  std::string lead{}, crude{}; ///< ids; crude = the exposure alone on the lead's rows, empty when nothing is adjusted
  std::string exposure{}, outcome{};         ///< as the lead names them, without standardize()
  bool per_sd = false;                       ///< the lead's exposure is standardised
  std::string log_of{};                      ///< "score" when the lead's outcome is ln(score + 1)
  double exposure_mean = 0, exposure_sd = 0; ///< over the domain
  double mean_x = 0, mean_y = 0;             ///< of the points, weighted as the lead is: its lines pass here
  std::string group_column{};
  std::vector<ScatterPoint> points{};
  std::optional<Quadrants> quadrants{};
  Description description{};
  std::vector<Specification> specifications{};
  std::vector<StrataCheck> strata{};
  std::optional<double> age_share{};
  LeadChecks checks{};
  std::optional<NegativeControl> control{};
  std::vector<std::optional<EValue>> e_values{}; ///< one a model
  std::vector<LiteratureCheck> literature{};
  std::vector<std::optional<double>> q_values{}; ///< Benjamini-Hochberg, one a model, over the exposures' p
  std::vector<std::string> findings{};           ///< sentences; the first is the one to read if only one is read
  Issues issues{};
};

/// The lead's. \pre e_values are filled
[[nodiscard]] std::optional<EValue> lead_e_value(const CohortResult& result);

/// 100 (e^b - 1): by how many per cent outcome + 1 differs for a step with slope b on ln(outcome + 1).
[[nodiscard]] double percent_change(double slope);

/// \throw TableError when the result has no such model
[[nodiscard]] const FittedModel& fitted(const CohortResult& result, const std::string& id);
[[nodiscard]] const FittedModel& lead_model(const CohortResult& result);
/// The term that answers: of the model's exposure.
[[nodiscard]] const Term& exposure_slope(const FittedModel& model);
/// Its p; of a spline the overall test's.
[[nodiscard]] std::optional<double> exposure_p(const FittedModel& model);
/// The crude slope on the lead's rows; empty when the lead is crude itself.
[[nodiscard]] const FittedModel* crude_model(const CohortResult& result);

/// Share of the crude slope that adjustment takes away, both on the same rows (0.6 = 60 %; negative = the slope grows).
/// Empty without adjustment, or when the crude interval covers zero and there is no slope to take a share of.
[[nodiscard]] std::optional<double> share_removed(const CohortResult& result);

/// The models of a plan over a table, the crude ones beside, and the words; without checks (the quick part).
/// \throw as prepare_plan_data and fit_plan
[[nodiscard]] CohortResult analyze_models(const PlanData& data, const Plan& plan, Parallel parallel = {1});

/// With description, strata, specification curve and all checks.
[[nodiscard]] CohortResult analyze_plan(const PlanData& data, const Plan& plan, Parallel parallel = {1});

/// From the plan's files. \throw IoError, TableError, ConfigError
[[nodiscard]] CohortResult run_plan(const Plan& plan, Parallel parallel = {1});

/// The short form over a table and from files. \throw as above, TableError for a negative outcome
[[nodiscard]] CohortResult analyze_table(const Table& table, const CohortRequest& request, Parallel parallel = {1});
[[nodiscard]] CohortResult run_cohort(const CohortRequest& request, Parallel parallel = {1});

} // namespace osteocalc::cohort
