// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/model_frame.h"

#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::cohort {

/// One factor of a term: x, C(x) or rcs(x,4). x may be an expression, log1p(crp).
struct Factor {
  enum class Kind { Plain, Categorical, Spline };
  Kind kind = Kind::Plain;
  std::string variable;  ///< x
  std::size_t knots = 4; ///< of a spline
};

/// A term of a plan: factors multiplied.
using FormulaTerm = std::vector<Factor>;

/// "x", "C(x)", "rcs(x,4)" (rcs(x) has 4 knots), "a:b", and "a*b", which is a, b and a:b. Colons, stars and commas
/// within brackets or backticks belong to the variable. Repeated terms are taken once, interactions after what they are
/// made of. \throw ConfigError naming the term that cannot be read
[[nodiscard]] std::vector<FormulaTerm> parse_terms(const std::vector<std::string>& terms);

/// As the plan writes it: "C(race)", "rcs(bmd,4)", "a:b".
[[nodiscard]] std::string term_text(const FormulaTerm& term);

/// The variables of the terms, each once, in order.
[[nodiscard]] std::vector<std::string> formula_variables(const std::vector<std::string>& terms);

/// model_frame with splines and interactions: columns "race2", "rcs(x,4)1", "race2:age".
/// \throw ConfigError or TableError as parse_terms, model_frame, spline_knots
[[nodiscard]] ModelFrame formula_frame(const Table& table, const std::string& outcome,
                                       const std::vector<std::string>& terms);

} // namespace osteocalc::cohort
