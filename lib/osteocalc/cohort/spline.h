// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model_frame.h"

#include <span>
#include <string>
#include <vector>

namespace osteocalc::cohort {

/// The quantile below which a share `probability` of the values lies, between order statistics (R's type 7).
/// \pre values not empty
[[nodiscard]] double quantile(std::vector<double> values, double probability);

/// Harrell's knots: outer ones at .10 and .90 (3 knots), .05 and .95 (4 to 6), .025 and .975 (7), the others evenly
/// between; with fewer than 100 values the outer ones are the fifth smallest and largest.
/// \throw TableError for a count outside 3 to 7, or when ties make knots fall together \cite Harrell2015
[[nodiscard]] std::vector<double> spline_knots(std::span<const double> x, std::size_t count = 4);

/// The columns of a restricted cubic spline: x itself, then count - 2 cubic pieces that are linear beyond the outer
/// knots, divided by (last knot - first knot)^2. \pre at least 3 ascending knots
[[nodiscard]] std::vector<std::vector<double>> spline_basis(std::span<const double> x,
                                                            const std::vector<double>& knots);

/// Names of the spline columns of "bmd" with four knots: "rcs(bmd,4)1" ... "rcs(bmd,4)3".
[[nodiscard]] std::vector<std::string> spline_names(const std::string& column, std::size_t knots);

/// Puts the spline's columns in place of the column; joint_test over all of them asks whether it matters at all, over
/// all but the first whether the relation is straight. \throw TableError when there is no such column
[[nodiscard]] ModelFrame with_spline(const ModelFrame& frame, const std::string& column,
                                     const std::vector<double>& knots);

} // namespace osteocalc::cohort
