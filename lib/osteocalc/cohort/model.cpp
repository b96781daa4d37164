// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/model.h"

#include "osteocalc/cohort/distributions.h"
#include "osteocalc/core/error.h"

#include <algorithm>

namespace osteocalc::cohort {

const Term& term(const Model& model, const std::string& name) {
  const auto found = std::find_if(model.terms.begin(), model.terms.end(),
                                  [&](const Term& candidate) { return candidate.name == name; });
  if (found == model.terms.end())
    throw TableError("model " + model.id + " has no term '" + name + "' (its formula is " + model.formula +
                     "); use a term of the formula");
  return *found;
}

Term wald_term(const std::string& name, double estimate, double se, std::optional<double> df) {
  Term result{name, estimate, se};
  result.df = df;
  if (se > 0) {
    result.statistic = estimate / se;
    result.p = df ? student_t_two_sided_p(*result.statistic, *df) : normal_two_sided_p(*result.statistic);
  }
  const double half_width = (df ? student_t_975(*df) : normal_975()) * se;
  result.ci_low = estimate - half_width;
  result.ci_high = estimate + half_width;
  return result;
}

bool covers_zero(const Term& term) noexcept {
  return !term.ci_low || !term.ci_high || (*term.ci_low <= 0 && *term.ci_high >= 0);
}

} // namespace osteocalc::cohort
