// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model.h"
#include "osteocalc/cohort/plan_data.h"
#include "osteocalc/core/parallel.h"

#include <string>
#include <vector>

namespace osteocalc::cohort {

/// A model of the plan, or one that the plan's model calls for, and the numbers it gave.
struct FittedModel {
  ModelSpec spec{};
  Model model{};
  std::string role = "plan";  ///< "plan"; "crude": the exposure alone on the rows of another model; "firth", "groups"
  std::string companion_of{}; ///< the model it stands beside; empty for the plan's own
  std::string exposure{};     ///< the term of `model` that answers
  std::vector<Exclusion> excluded{}; ///< rows of the domain left out, one a variable
};

/// The rows and columns of a model: the domain, its subset, the sampled rows, complete ones. frame.rows are rows of
/// data.table. \throw TableError, ConfigError
[[nodiscard]] ModelFrame plan_frame(const PlanData& data, const ModelSpec& spec);

/// How the rows of that frame were drawn. \throw TableError
[[nodiscard]] Sampling plan_sampling(const PlanData& data, const ModelSpec& spec, const ModelFrame& frame);

/// Fits one model. Terms of two-part models are "any_...", "amount_..." and the totals "log_ratio" and "difference"; of
/// a trend "trend(x)", with the groups' medians among the diagnostics. \throw TableError, ConfigError
[[nodiscard]] FittedModel fit_plan_model(const PlanData& data, const Plan& plan, const ModelSpec& spec,
                                         Parallel parallel = {1});

/// The same on a frame of one's own: fewer rows, other columns.
[[nodiscard]] Model fit_frame(const PlanData& data, const Plan& plan, const ModelSpec& spec, const ModelFrame& frame,
                              Parallel parallel = {1});

/// The name of the term that answers: the first slope, or the one within groups.
[[nodiscard]] std::string exposure_term(const ModelSpec& spec, const Model& model);

/// False when the first term is a spline or a factor: then no single number says how the outcome goes with it.
[[nodiscard]] bool has_one_slope(const ModelSpec& spec);
/// True for families with a slope for the exposure that can be adjusted: all but plain correlations and agreement.
[[nodiscard]] bool is_regression(const std::string& family);
/// True when slopes are logarithms of odds or rate ratios.
[[nodiscard]] bool is_log_ratio(const Model& model);

/// Every model of the plan in its order, each followed by those it calls for: the crude one on the same rows, unless
/// the plan has it; Firth's when events are few or separated; the groups of a trend. What cannot be fitted becomes an
/// Issue COHORT-MODEL that names it, and the others go on. \throw TableError when none can be fitted
[[nodiscard]] std::vector<FittedModel> fit_plan(const PlanData& data, const Plan& plan, Issues& issues,
                                                Parallel parallel = {1});

} // namespace osteocalc::cohort
