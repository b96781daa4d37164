// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/progression.h"

#include "osteocalc/cohort/measurement_error.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace osteocalc::cohort {

namespace {

void add_variable(Plan& plan, const std::string& name, const std::string& expression) {
  if (std::any_of(plan.variables.begin(), plan.variables.end(), [&](const auto& known) { return known.first == name; }))
    throw ConfigError(fmt::format("the plan's variable '{}' has the name of one that [progression] makes (which one is "
                                  "meant would be unclear); rename it",
                                  name));
  plan.variables.emplace_back(name, expression);
}

void add_variables(Plan& plan, const ProgressionSpec& spec) {
  const std::string &v1 = spec.first, &v2 = spec.second, &b1 = spec.bone_first, &b2 = spec.bone_second;
  add_variable(plan, "calcium_sqrt_per_year", fmt::format("(sqrt({}) - sqrt({})) / {}", v2, v1, spec.years));
  add_variable(plan, "calcium_log_per_year", fmt::format("(log1p({}) - log1p({})) / {}", v2, v1, spec.years));
  add_variable(plan, "calcium_progressed", fmt::format("sqrt({}) - sqrt({}) >= 2.5", v2, v1));
  if (b1.empty())
    return;
  add_variable(plan, "bone_percent_per_year", fmt::format("100 * ({0} - {1}) / {1} / {2}", b2, b1, spec.years));
  if (spec.precision_error)
    add_variable(plan, "bone_lost",
                 fmt::format("{} - {} > {}", b1, b2, least_significant_change(*spec.precision_error)));
}

void add_model(Plan& plan, ModelSpec model, const std::vector<std::string>& adjust) {
  if (std::any_of(plan.models.begin(), plan.models.end(), [&](const auto& other) { return other.id == model.id; }))
    throw ConfigError(fmt::format("model '{}' has the id of one that [progression] makes; rename it", model.id));
  model.terms.insert(model.terms.end(), adjust.begin(), adjust.end());
  if (model.family == "linear")
    model.errors = "hc3";
  plan.models.push_back(std::move(model));
}

} // namespace

void expand_progression(Plan& plan) {
  const ProgressionSpec& spec = *plan.progression;
  add_variables(plan, spec);
  plan.units.try_emplace(spec.years, Quantity{"years", 0.01, 100});
  for (const std::string& volume : {spec.first, spec.second})
    plan.units.try_emplace(volume, Quantity{"mm3", 0, 1e6});
  const std::string sqrt_change = "calcium_sqrt_per_year", bone = "bone_percent_per_year";
  std::vector<std::string> with_arm = spec.adjust;
  if (!spec.arm.empty())
    with_arm.push_back(spec.arm);
  if (!spec.bone_first.empty()) {
    add_model(plan, {.id = "progression_sqrt", .outcome = sqrt_change, .terms = {bone}}, with_arm);
    add_model(plan, {.id = "progression_log", .outcome = "calcium_log_per_year", .terms = {bone}}, with_arm);
    if (spec.precision_error)
      add_model(
          plan,
          {.id = "progression_hokanson", .family = "logistic", .outcome = "calcium_progressed", .terms = {"bone_lost"}},
          with_arm);
  }
  if (spec.arm.empty())
    return;
  if (!spec.bone_first.empty())
    for (const auto& [name, value] : {std::pair("treated", 1), std::pair("control", 0)})
      add_model(plan,
                {.id = fmt::format("progression_sqrt_{}", name),
                 .outcome = sqrt_change,
                 .terms = {bone},
                 .subset = fmt::format("{} == {}", spec.arm, value)},
                spec.adjust);
  add_model(plan, {.id = "arm_sqrt", .outcome = sqrt_change, .terms = {spec.arm}}, spec.adjust);
  add_model(plan, {.id = "arm_hokanson", .family = "logistic", .outcome = "calcium_progressed", .terms = {spec.arm}},
            spec.adjust);
}

} // namespace osteocalc::cohort
