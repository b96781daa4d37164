// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/confounding.h"

#include <cmath>

namespace osteocalc::cohort {

namespace {

struct Spread {
  double mean = 0, sd = 0;
};

/// Of the outcome over the domain, as the model weighs it.
Spread outcome_spread(const PlanData& data, const ModelSpec& spec) {
  const Numbers& cells = data.table.numbers(spec.outcome);
  double sum = 0, squares = 0, total = 0, n = 0;
  for (const bool second : {false, true})
    for (const std::size_t row : data.domain_rows) {
      const double weight = spec.design == "survey" ? data.survey->weights[row] : 1;
      if (!cells[row] || weight == 0)
        continue;
      if (!second)
        sum += weight * *cells[row], total += weight, ++n;
      else
        squares += weight * std::pow(*cells[row] - sum / total, 2);
    }
  return {sum / total, std::sqrt(squares / total * n / (n - 1))};
}

} // namespace

std::optional<EValue> e_value_of(const PlanData& data, const FittedModel& fitted) {
  const std::string& family = fitted.spec.family;
  if (!has_one_slope(fitted.spec))
    return std::nullopt;
  const Term& slope = term(fitted.model, fitted.exposure);
  if (!slope.ci_low || !slope.ci_high || !std::isfinite(*slope.ci_low) || !std::isfinite(*slope.ci_high))
    return std::nullopt;
  if (family == "linear")
    return e_value_difference(slope, outcome_spread(data, fitted.spec).sd);
  if (family == "logistic" || family == "firth" || family == "mantel_haenszel")
    return e_value_odds_ratio(slope, outcome_spread(data, fitted.spec).mean);
  if (family == "negative_binomial")
    return e_value_risk_ratio(std::exp(slope.estimate), std::exp(*slope.ci_low), std::exp(*slope.ci_high));
  return std::nullopt;
}

} // namespace osteocalc::cohort
