// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/plan_models.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace osteocalc::cohort {

namespace {

bool same_kind(const ModelSpec& a, const ModelSpec& b) {
  return a.family == b.family && a.design == b.design && a.outcome == b.outcome && a.errors == b.errors &&
         a.subset == b.subset && a.group == b.group && a.terms.front() == b.terms.front() &&
         a.imputations == b.imputations;
}

/// The plan's own crude model, when it has the very rows of the adjusted one.
bool has_crude(const std::vector<FittedModel>& models, const FittedModel& adjusted) {
  return std::any_of(models.begin(), models.end(), [&](const FittedModel& other) {
    return other.spec.id != adjusted.spec.id && other.spec.terms.size() == 1 && same_kind(other.spec, adjusted.spec) &&
           other.model.n == adjusted.model.n;
  });
}

/// Partial correlations have their plain form as the crude one.
std::string crude_family(const std::string& family) {
  return family == "partial_spearman" ? "spearman" : family == "partial_pearson" ? "pearson" : family;
}

FittedModel fit_crude(const PlanData& data, const Plan& plan, const FittedModel& adjusted, Parallel parallel) {
  ModelSpec spec = adjusted.spec;
  spec.id += "_crude";
  spec.terms.resize(1);
  spec.family = crude_family(spec.family);
  if (spec.family == "mantel_haenszel")
    spec.group.clear(); // one table instead of one a stratum
  if (spec.imputations > 0)
    return fit_plan_model(data, plan, spec, parallel);
  const ModelFrame rows = plan_frame(data, adjusted.spec);
  ModelFrame frame = plan_frame(data, spec);
  std::vector<bool> keep;
  for (const std::size_t row : frame.rows)
    keep.push_back(std::binary_search(rows.rows.begin(), rows.rows.end(), row));
  frame = keep_rows(frame, keep);
  FittedModel crude{spec, fit_frame(data, plan, spec, frame, parallel)};
  crude.exposure = exposure_term(spec, crude.model);
  crude.excluded = adjusted.excluded;
  return crude;
}

/// Few events for each term, or separation: Firth's estimate stands beside.
bool wants_firth(const FittedModel& fitted) {
  if (fitted.spec.family != "logistic" || fitted.spec.design != "simple" || fitted.spec.errors != "classical")
    return false;
  for (const Measure& measure : fitted.model.diagnostics)
    if (measure.name == "events_per_term" && measure.value < 10)
      return true;
  return has_rule(fitted.model.issues, "MODEL-SEPARATION");
}

class PlanFitter {
 public:
  PlanFitter(const PlanData& data, const Plan& plan, Issues& issues, Parallel parallel)
      : data_(data), plan_(plan), issues_(issues), parallel_(parallel) {}

  std::vector<FittedModel> run() {
    for (const ModelSpec& spec : plan_.models)
      attempt(
          spec.id, [&] { return fit_plan_model(data_, plan_, spec, parallel_); }, "plan", "");
    const std::vector<FittedModel> own = std::move(models_);
    models_.clear();
    for (const FittedModel& fitted : own) {
      models_.push_back(fitted);
      add_companions(own, fitted);
    }
    if (models_.empty())
      throw TableError("no model of the plan could be fitted (there is nothing to report): " + first_failure_);
    return std::move(models_);
  }

 private:
  void add_companions(const std::vector<FittedModel>& own, const FittedModel& fitted) {
    const ModelSpec& spec = fitted.spec;
    const bool adjusted = spec.terms.size() > 1 || (spec.family == "mantel_haenszel" && !spec.group.empty());
    if (is_regression(spec.family) && adjusted && !has_crude(own, fitted))
      attempt(
          spec.id + "_crude", [&] { return fit_crude(data_, plan_, fitted, parallel_); }, "crude", spec.id);
    ModelSpec other = spec;
    if (wants_firth(fitted)) {
      other.id += "_firth";
      other.family = "firth";
      attempt(
          other.id, [&] { return fit_plan_model(data_, plan_, other, parallel_); }, "firth", spec.id);
    } else if (spec.family == "trend") {
      other.id += "_groups";
      other.family = "trend groups";
      attempt(
          other.id, [&] { return fit_plan_model(data_, plan_, other, parallel_); }, "groups", spec.id);
    }
  }

  template <class Fit>
  void attempt(const std::string& id, const Fit& fit, const std::string& role, const std::string& companion_of) {
    try {
      FittedModel fitted = fit();
      fitted.role = role;
      fitted.companion_of = companion_of;
      for (Issue issue : role == "crude" ? Issues{} : fitted.model.issues) {
        issue.where = id + (issue.where.empty() ? "" : ", " + issue.where);
        issues_.push_back(std::move(issue));
      }
      models_.push_back(std::move(fitted));
    } catch (const TableError& error) {
      if (first_failure_.empty())
        first_failure_ = error.what();
      issues_.push_back(refused("COHORT-MODEL", id, fmt::format("this model was not fitted: {}", error.what())));
    }
  }

  const PlanData& data_;
  const Plan& plan_;
  Issues& issues_;
  Parallel parallel_;
  std::vector<FittedModel> models_;
  std::string first_failure_;
};

} // namespace

std::vector<FittedModel> fit_plan(const PlanData& data, const Plan& plan, Issues& issues, Parallel parallel) {
  return PlanFitter(data, plan, issues, parallel).run();
}

} // namespace osteocalc::cohort
