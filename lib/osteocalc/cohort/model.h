// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::cohort {

/// One estimated coefficient. What a family does not define stays empty.
struct Term {
  std::string name; ///< "(Intercept)", "age", "sexM", "race2"
  double estimate = 0;
  std::optional<double> se{}, statistic{}, p{};
  std::optional<double> ci_low{}, ci_high{}; ///< 95 %
};

/// What any estimator returns.
struct Model {
  std::string id;                ///< unique within an analysis; set by the caller
  std::string family;            ///< "linear", "spearman"
  std::string design = "simple"; ///< rows are independent and equally weighted
  std::string formula;           ///< "outcome ~ term + term"
  std::string errors;            ///< "classical", "hc3"; empty where there is no choice
  std::size_t n = 0;             ///< rows used
  double df = 0;                 ///< residual degrees of freedom
  std::vector<Term> terms;
  std::optional<double> scale;          ///< linear: residual standard deviation
  std::optional<double> log_likelihood; ///< linear: of the normal model at its maximum
};

/// \throw TableError when the model has no such term
[[nodiscard]] const Term& term(const Model& model, const std::string& name);

/// True when the 95 % interval holds zero, or when there is no interval to exclude it.
[[nodiscard]] bool covers_zero(const Term& term) noexcept;

} // namespace osteocalc::cohort
