// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"
#include "osteocalc/cohort/model_frame.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace osteocalc::cohort {

/// Variance inflation of each column but the intercept: how much wider its error is than if it stood alone.
/// \pre a frame that fit_linear accepts
[[nodiscard]] std::vector<Measure> variance_inflation(const ModelFrame& frame);

/// Influence of each row on a least-squares fit.
struct Influence {
  std::vector<double> leverage, cook;   ///< one a row of the frame
  std::vector<double> dfbeta;           ///< change of the chosen slope when the row is left out
  double slope_low = 0, slope_high = 0; ///< the slope's range when any one row is left out
};
/// \pre a frame that fit_linear accepts; no leverage of 1 \throw TableError when the column is not there \cite Cook1977
[[nodiscard]] Influence influence(const ModelFrame& frame, const std::string& column);

/// The column's least-squares slope without each group of rows in turn (a sampling unit, a cluster); empty for a group
/// without which the columns can no longer be told apart.
/// \pre a frame that fit_linear accepts; a group below `groups` for each row \throw TableError as influence
[[nodiscard]] std::vector<std::optional<double>> slopes_without(const ModelFrame& frame, const std::string& column,
                                                                std::span<const std::size_t> group_of_row,
                                                                std::size_t groups);

/// Koenker's form of Breusch and Pagan's test: do the columns explain the squared residuals?
/// \cite BreuschPagan1979 \cite Koenker1981
[[nodiscard]] ModelTest breusch_pagan(const ModelFrame& frame);

/// Standard deviation (n - 1) of what the other columns leave of this one. \throw TableError when it is not there
[[nodiscard]] double residual_sd(const ModelFrame& frame, const std::string& column);

} // namespace osteocalc::cohort
