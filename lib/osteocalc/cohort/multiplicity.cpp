// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/multiplicity.h"

#include "osteocalc/core/contract.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace osteocalc::cohort {

namespace {

double e_value(double ratio) {
  const double away = ratio < 1 ? 1 / ratio : ratio;
  return away + std::sqrt(away * (away - 1));
}

} // namespace

std::vector<double> false_discovery_rates(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> q(p.size());
  double smallest = 1; // of m p / rank over this rank and those above
  for (std::size_t rank = p.size(); rank > 0; --rank) {
    const std::size_t i = order[rank - 1];
    smallest = std::min(smallest, static_cast<double>(p.size()) * p[i] / static_cast<double>(rank));
    q[i] = smallest;
  }
  return q;
}

EValue e_value_risk_ratio(double ratio, double ci_low, double ci_high) {
  OSTEOCALC_EXPECT(ratio > 0 && ci_low > 0 && ci_low <= ci_high);
  EValue result{e_value(ratio), 1};
  if (ci_low > 1)
    result.limit = e_value(ci_low);
  if (ci_high < 1)
    result.limit = e_value(ci_high);
  return result;
}

EValue e_value_odds_ratio(const Term& term, double outcome_share) {
  const double power = outcome_share > 0.15 ? 0.5 : 1;
  return e_value_risk_ratio(std::exp(power * term.estimate), std::exp(power * term.ci_low.value()),
                            std::exp(power * term.ci_high.value()));
}

EValue e_value_difference(const Term& term, double outcome_sd) {
  OSTEOCALC_EXPECT(outcome_sd > 0);
  const auto ratio = [outcome_sd](double difference) { return std::exp(0.91 * difference / outcome_sd); };
  return e_value_risk_ratio(ratio(term.estimate), ratio(term.ci_low.value()), ratio(term.ci_high.value()));
}

} // namespace osteocalc::cohort
