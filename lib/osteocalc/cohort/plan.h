// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/sampling.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace osteocalc::cohort {

/// One model asked for.
struct ModelSpec {
  std::string id{};
  std::string family = "linear";
  std::string design = "simple"; ///< "simple" ignores weights, strata and psu; "survey" uses them
  std::string outcome{};
  std::vector<std::string> terms{}; ///< the first is the exposure, see formula.h
  std::string errors = "classical"; ///< "classical", "hc3", "cluster(x)"; linearised under a survey
  std::string subset{};             ///< an expression: these rows of the domain only
  std::string group{};              ///< mixed: the column that says which rows belong together
  double limit = 0;                 ///< tobit: values at or below are censored
  std::size_t groups = 4;           ///< trend: quantile groups of the exposure
  std::size_t imputations = 0;      ///< 0 = complete rows only; else this many completed tables, pooled
  std::string type{};               ///< icc: one_way, agreement, consistency; kappa: none, linear, quadratic
  std::string split{};              ///< mixed: "within" tells the exposure's slope within a group from that between
};

/// What a numeric column is measured in, and the range that makes sense there.
struct Quantity {
  std::string unit{};
  double low = 0, high = 0;
};

/// Two scans of each person; see expand_progression.
struct ProgressionSpec {
  std::string first{}, second{};           ///< calcified volume at either scan (mm3)
  std::string years{};                     ///< between the scans
  std::string bone_first{}, bone_second{}; ///< density at either scan; empty = not asked about
  std::optional<double> precision_error{}; ///< of one density, in its unit: a loss counts beyond 2.77 of it
  std::string arm{};                       ///< a variable of 0 and 1: who was treated; empty = no trial
  std::vector<std::string> adjust{};
};

/// A number from the literature that the plan's question is to be held against.
struct Published {
  std::string source{}, outcome{};
  bool ratio = false; ///< an odds ratio, else a slope
  double estimate = 0, ci_low = 0, ci_high = 0;
};

/// One row a level instead of one a person: `columns` are name and pattern, {level} standing for each level.
struct LongForm {
  std::vector<std::string> levels{};
  std::vector<std::pair<std::string, std::string>> columns{};
};

/// What the report leads with and how it doubts it. What is empty is taken from the models.
struct Question {
  std::string lead{};                      ///< id of the adjusted model that answers
  std::string age{};                       ///< variable whose share of the crude slope is told apart
  std::vector<std::string> strata{};       ///< Simpson's check; more than six values are cut at the tertiles
  std::vector<std::string> physics{};      ///< scan properties to adjust for: kVp, kernel, contrast, scanner
  std::optional<double> precision_error{}; ///< of one measurement of the exposure, in its unit
  std::optional<double> outcome_cut{}, exposure_cut{}; ///< quadrants; else upper and lower quartile
  std::string negative_control{}; ///< a table of simulated scans without any relation, with the same columns
};

/// Every reasonable choice, to be crossed with every other. What is empty is taken from the models.
struct SpecificationSpace {
  std::vector<std::string> outcomes{}, exposures{}, designs{};
  std::vector<std::pair<std::string, std::vector<std::string>>> covariates{}; ///< name and terms, in the plan's order
};

struct Plan {
  std::vector<std::filesystem::path> tables{};                  ///< the first says who is in the cohort
  std::string key{};                                            ///< empty = the one column name all tables share
  std::map<std::string, std::vector<std::string>> missing{};    ///< column -> codes that mean missing
  std::vector<std::pair<std::string, std::string>> variables{}; ///< name and expression, in order
  std::string weights{}, strata{}, psu{}, domain{};
  LonelyPsu lonely = LonelyPsu::Fail;
  std::vector<ModelSpec> models{};
  std::map<std::string, Quantity> units{}; ///< column -> what it holds
  LongForm long_form{};
  std::optional<ProgressionSpec> progression{};
  std::vector<Published> published{};
  Question question{};
  SpecificationSpace specification{};
  std::size_t bootstrap_draws = 2000;
  std::uint64_t seed = 20261122;
  std::string text{}; ///< as written: what the hash is of
};

/// Reads a plan. \throw ConfigError naming line and key of what is unknown, of the wrong type, or missing
[[nodiscard]] Plan parse_plan(const std::string& toml);

/// The same from a file; relative tables are relative to it. \throw IoError
[[nodiscard]] Plan read_plan(const std::filesystem::path& file);

/// The families a model may have.
[[nodiscard]] const std::vector<std::string>& model_families();

} // namespace osteocalc::cohort
