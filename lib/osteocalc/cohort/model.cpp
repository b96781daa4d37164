// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/model.h"

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

bool covers_zero(const Term& term) noexcept {
  return !term.ci_low || !term.ci_high || (*term.ci_low <= 0 && *term.ci_high >= 0);
}

} // namespace osteocalc::cohort
