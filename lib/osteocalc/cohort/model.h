// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/issue.h"

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
  std::optional<double> df{};                ///< of the statistic when it is t; empty for z and chi-square
};

/// A test of several coefficients, of the model's assumptions, or of its fit.
struct ModelTest {
  std::string name; ///< "joint rcs(x,4)", "brant", "hosmer-lemeshow"
  double statistic = 0;
  double df = 0;               ///< of chi-square, or F's numerator
  std::optional<double> df2{}; ///< F's denominator; empty when the statistic is chi-square
  double p = 1;
};

/// A number that says how far the fit can be trusted: "auc", "max_cook", "smearing".
struct Measure {
  std::string name;
  double value = 0;
};

/// What any estimator returns.
struct Model {
  std::string id;                ///< unique within an analysis; set by the caller
  std::string family;            ///< "linear", "spearman"
  std::string design = "simple"; ///< "simple": rows independent and equally weighted; "survey"
  std::string formula;           ///< "outcome ~ term + term"
  std::string errors;            ///< "classical", "hc3", "cluster", "linearized"; empty where there is no choice
  std::size_t n = 0;             ///< rows used
  double df = 0;                 ///< residual degrees of freedom; survey: of the design less the slopes
  std::vector<Term> terms;
  std::optional<double> scale;          ///< linear: residual standard deviation
  std::optional<double> log_likelihood; ///< at its maximum; empty under a survey design
  std::vector<double> covariance{};     ///< of the first sqrt(size) terms, row by row; empty when not defined
  std::vector<ModelTest> tests{};
  std::vector<Measure> diagnostics{};
  bool converged = true;
  Issues issues{}; ///< named warnings: separation, no convergence, few events ...
};

/// \throw TableError when the model has no such term
[[nodiscard]] const Term& term(const Model& model, const std::string& name);

/// Estimate, statistic, p and 95 % interval from a standard error; normal when `df` is empty, else Student's t.
[[nodiscard]] Term wald_term(const std::string& name, double estimate, double se, std::optional<double> df = {});

/// True when the 95 % interval holds zero, or when there is no interval to exclude it.
[[nodiscard]] bool covers_zero(const Term& term) noexcept;

} // namespace osteocalc::cohort
