// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/analysis.h"
#include "osteocalc/report/svg.h"

#include <string>
#include <vector>

namespace osteocalc::report {

struct Figure {
  std::string name;    ///< of the files: "scatter", "change" ...
  std::string caption; ///< one or two sentences
  Svg drawing;
};

/// The figures that the result allows, in the order of reading: change (coefficients, crude to adjusted),
/// dose_response, scatter, quadrants, specifications, strata, residuals.
[[nodiscard]] std::vector<Figure> cohort_figures(const cohort::CohortResult& result);

/// Every model's slope with its 95 % interval, the crude one above the adjusted one, one panel a scale.
[[nodiscard]] Figure cohort_change_figure(const cohort::CohortResult& result);

/// Exposure against outcome, points by group, with the crude and the adjusted line of a linear lead. Past 4000 people 1
/// in k is drawn, and the figure says so. \pre the result has points
[[nodiscard]] Figure cohort_scatter_figure(const cohort::CohortResult& result);

/// Low bone against much calcium: who has both, beside how many would were the two unrelated. \pre has quadrants
[[nodiscard]] Figure cohort_quadrant_figure(const cohort::CohortResult& result);

/// The curve of the spline with its 95 % band. \pre has a dose-response
[[nodiscard]] Figure cohort_dose_figure(const cohort::CohortResult& result);

/// Every specification's slope in order, and below it the choices that made it. \pre has two that could be fitted
[[nodiscard]] Figure cohort_specification_figure(const cohort::CohortResult& result);

/// Residuals of the lead against fitted values, and against normal quantiles. \pre has residuals
[[nodiscard]] Figure cohort_residual_figure(const cohort::CohortResult& result);

} // namespace osteocalc::report
