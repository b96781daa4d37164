// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/plan_models.h"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace osteocalc::cohort {

/// One reasonable way to answer the question, its slope brought to one scale: SDs of the outcome (linear) or log odds
/// (logistic) per SD of the exposure.
struct Specification {
  ModelSpec spec{};
  std::string covariates{}; ///< name of the set
  std::size_t n = 0;
  double slope = 0, slope_se = 0; ///< as fitted
  Term standardized{};
  std::string failure{}; ///< why it could not be fitted; empty when it was
};
/// All of them, in the order of the plan; the lead's outcome, exposure, covariates and design are among them.
[[nodiscard]] std::vector<Specification> specification_curve(const PlanData& data, const Plan& plan,
                                                             const FittedModel& lead, Parallel parallel);

struct StratumSlope {
  std::string level;
  std::size_t n = 0;
  std::optional<Term> slope; ///< of the lead's exposure; empty when it could not be fitted
};
/// The lead model within the levels of a variable (taken out of its terms).
struct StrataCheck {
  std::string variable;
  std::vector<StratumSlope> strata;
  std::optional<ModelTest> heterogeneity; ///< Cochran's Q between the strata
  bool sign_flips = false; ///< a stratum's interval lies beyond zero on the other side of the crude slope
};
/// \throw nothing for a stratum that cannot be fitted: an issue COHORT-STRATUM names it
[[nodiscard]] std::vector<StrataCheck> strata_checks(const PlanData& data, const Plan& plan, const FittedModel& lead,
                                                     double crude_slope, Issues& issues);

/// Share of the crude slope that one variable alone takes away, on the lead's rows. Empty when it is no linear-in-slope
/// family or cannot be fitted.
[[nodiscard]] std::optional<double> share_explained_by(const PlanData& data, const Plan& plan, const FittedModel& lead,
                                                       double crude_slope, const std::string& variable);

/// The lead's slope when any one unit is left out: a PSU of a survey, a cluster, else a row. Linear leads exactly,
/// weighted as they are; logistic leads by one step of Newton's method.
struct InfluenceCheck {
  std::string unit = "person"; ///< or "PSU", "cluster"
  std::size_t units = 0;
  std::string most; ///< the PSU without which the slope moves most: "stratum 105, PSU 2"; empty for others
  double slope = 0, low = 0, high = 0;
  double max_cook = 0;       ///< of rows
  std::size_t rows_over = 0; ///< with Cook's distance above 4 / n
  bool crosses_zero = false;
};

/// The slope after correction for random error of the exposure's measurement.
struct MeasurementCheck {
  double precision_error = 0, reliability = 1;
  std::optional<Term> calibrated;
  std::optional<double> simex;
};

/// The slope among simulated scans that have no relation.
struct NegativeControl {
  std::string table;
  std::size_t n = 0;
  Term slope;
};
/// \throw TableError, IoError
[[nodiscard]] NegativeControl negative_control(const Plan& plan, const FittedModel& lead);

/// The lead adjusted for the scan too.
struct PhysicsCheck {
  std::vector<std::string> terms;
  Term slope;
  std::size_t n = 0;
};

struct CurvePoint {
  double x = 0, estimate = 0, low = 0, high = 0;
};
/// The lead with a restricted cubic spline of the exposure, relative to its median.
struct DoseResponse {
  double reference = 0;
  std::vector<CurvePoint> points;
  std::vector<ModelTest> tests;
};

/// Leave-one-out, measurement error, physics, curve: each empty where the lead's family or the data do not allow it,
/// with an issue where that is not plain from the plan.
struct LeadChecks {
  std::optional<InfluenceCheck> influence;
  std::optional<MeasurementCheck> measurement;
  std::optional<PhysicsCheck> physics;
  std::optional<DoseResponse> dose_response;
  std::vector<Measure> variance_inflation;
  std::optional<ModelTest> breusch_pagan;
  std::vector<std::pair<double, double>> fitted_and_residual; ///< linear leads; at most 1500 rows, evenly taken
};
[[nodiscard]] LeadChecks check_lead(const PlanData& data, const Plan& plan, const FittedModel& lead, Issues& issues,
                                    Parallel parallel);

/// The scan properties of the data that vary over the domain.
[[nodiscard]] std::vector<std::string> physics_terms(const PlanData& data);

} // namespace osteocalc::cohort
