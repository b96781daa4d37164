// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"
#include "osteocalc/cohort/table.h"
#include "osteocalc/core/parallel.h"

#include <cstdint>
#include <string>
#include <vector>

namespace osteocalc::cohort {

struct ImputationOptions {
  std::size_t tables = 20;     ///< completed tables
  std::size_t iterations = 10; ///< rounds through the columns
  std::size_t donors = 5;      ///< nearest people among whom the value is drawn
  std::uint64_t seed = 20261122;
};

/// Completes the listed numeric columns by chained equations: each in turn is regressed on the others, the slopes are
/// drawn from their distribution, and each missing cell takes the value of one of the people whose prediction is
/// nearest (predictive mean matching: only values that occur are filled in). Name the outcome and every variable of
/// the model, so that their relation survives. Table i depends on seed and i only.
/// \throw TableError for a text column, or one with fewer than `donors` + 2 values
/// \cite VanBuuren2018 \cite Little1988
[[nodiscard]] std::vector<Table> impute(const Table& table, const std::vector<std::string>& columns,
                                        const ImputationOptions& options = {}, Parallel parallel = {});

/// Rubin's rules: mean of the estimates, variance within plus (1 + 1/m) between; t with Barnard and Rubin's degrees of
/// freedom from those of the complete data. Diagnostics: "fmi <term>", the share of information that is missing.
/// \pre at least 2 models with the same terms, each with an error \cite Rubin1987 \cite BarnardRubin1999
[[nodiscard]] Model pool(const std::vector<Model>& models);

} // namespace osteocalc::cohort
