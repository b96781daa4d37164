// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/checks.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace osteocalc::cohort {

namespace {

using CovariateSet = std::pair<std::string, std::vector<std::string>>;

void add_once(std::vector<std::string>& values, const std::string& value) {
  if (std::find(values.begin(), values.end(), value) == values.end())
    values.push_back(value);
}

void add_once(std::vector<CovariateSet>& sets, const std::string& name, const std::vector<std::string>& terms) {
  if (std::none_of(sets.begin(), sets.end(), [&](const CovariateSet& known) { return known.second == terms; }))
    sets.emplace_back(name, terms);
}

/// The plan's choices; where it is silent, those its models make, and the lead without each covariate in turn.
SpecificationSpace completed(const Plan& plan, const FittedModel& lead, bool has_survey) {
  SpecificationSpace space = plan.specification;
  const std::vector<std::string> adjust(lead.spec.terms.begin() + 1, lead.spec.terms.end());
  if (space.outcomes.empty())
    for (const ModelSpec& model : plan.models)
      if (model.family == "linear" || model.family == "logistic")
        add_once(space.outcomes, model.outcome);
  add_once(space.outcomes, lead.spec.outcome);
  add_once(space.exposures, lead.spec.terms.front());
  if (space.designs.empty())
    space.designs = has_survey ? std::vector<std::string>{"simple", "survey"} : std::vector<std::string>{"simple"};
  if (space.covariates.empty()) {
    add_once(space.covariates, "none", {});
    for (const ModelSpec& model : plan.models)
      if (is_regression(model.family) && model.terms.front() == lead.spec.terms.front())
        add_once(space.covariates, model.id, {model.terms.begin() + 1, model.terms.end()});
    for (std::size_t i = 0; adjust.size() > 1 && i < adjust.size(); ++i) {
      std::vector<std::string> fewer = adjust;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      add_once(space.covariates, "without " + adjust[i], fewer);
    }
  }
  add_once(space.covariates, lead.spec.id, adjust);
  return space;
}

double sample_sd(const std::vector<double>& values) {
  double mean = 0, squares = 0;
  for (const double value : values)
    mean += value / static_cast<double>(values.size());
  for (const double value : values)
    squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

bool is_binary(const Numbers& cells) {
  return std::all_of(cells.begin(), cells.end(), [](const auto& cell) { return !cell || cell == 0 || cell == 1; });
}

void fit(const PlanData& data, const Plan& plan, Specification& one) {
  try {
    const ModelFrame frame = plan_frame(data, one.spec);
    const Term slope = fit_frame(data, plan, one.spec, frame).terms.at(1);
    if (!slope.se || !slope.ci_low)
      throw TableError("its slope has no interval (the outcome is separated, or the design has fewer degrees of "
                       "freedom than terms); leave terms out");
    const double scale = sample_sd(frame.columns[1]) / (one.spec.family == "linear" ? sample_sd(frame.outcome) : 1.0);
    one.n = frame.rows.size();
    one.slope = slope.estimate;
    one.slope_se = *slope.se;
    one.standardized = slope;
    for (double* value :
         {&one.standardized.estimate, &*one.standardized.se, &*one.standardized.ci_low, &*one.standardized.ci_high})
      *value *= scale;
  } catch (const TableError& error) {
    one.failure = error.what();
  }
}

} // namespace

std::vector<Specification> specification_curve(const PlanData& data, const Plan& plan, const FittedModel& lead,
                                               Parallel parallel) {
  const SpecificationSpace space = completed(plan, lead, data.survey.has_value());
  std::vector<Specification> curve;
  for (const std::string& outcome : space.outcomes)
    for (const std::string& exposure : space.exposures)
      for (const auto& [name, terms] : space.covariates)
        for (const std::string& design : space.designs) {
          Specification one;
          one.covariates = name;
          const bool binary = is_binary(data.domain_table.numbers(outcome));
          one.spec = {.id = "specification",
                      .family = binary ? "logistic" : "linear",
                      .design = design,
                      .outcome = outcome,
                      .terms = {exposure}};
          if (!binary && design == "simple")
            one.spec.errors = "hc3";
          for (const std::string& term : terms)
            add_once(one.spec.terms, term);
          curve.push_back(std::move(one));
        }
  parallel_for(curve.size(), parallel, [&](std::size_t i) { fit(data, plan, curve[i]); });
  return curve;
}

} // namespace osteocalc::cohort
