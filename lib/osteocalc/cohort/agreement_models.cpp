// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/agreement_models.h"

#include "osteocalc/cohort/agreement.h"
#include "osteocalc/cohort/logistic.h"
#include "osteocalc/cohort/measurement_error.h"
#include "osteocalc/cohort/stratified.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::cohort {

namespace {

Model model_of(const ModelFrame& frame) {
  Model model;
  model.formula = frame.formula;
  model.n = frame.rows.size();
  model.df = static_cast<double>(model.n) - 1;
  return model;
}

void add_bland_altman(Model& model, const ModelFrame& frame) {
  const BlandAltman found = bland_altman(frame.outcome, frame.columns.at(1));
  model.terms = {found.bias, found.lower_limit, found.upper_limit, found.slope};
  const double precision_error = found.sd / std::sqrt(2.0);
  model.diagnostics = {{"sd_of_differences", found.sd},
                       {"precision_error", precision_error},
                       {"least_significant_change", least_significant_change(precision_error)}};
}

} // namespace

bool is_agreement(const std::string& family) {
  return family == "icc" || family == "bland_altman" || family == "kappa";
}

Model agreement_model(const ModelSpec& spec, const ModelFrame& frame) {
  Model model = model_of(frame);
  if (spec.family == "bland_altman") {
    add_bland_altman(model, frame);
  } else if (spec.family == "icc") {
    std::vector<std::vector<double>> ratings{frame.outcome};
    ratings.insert(ratings.end(), frame.columns.begin() + 1, frame.columns.end());
    model.terms = {intraclass_correlation(ratings, spec.type == "one_way"       ? IccType::OneWay
                                                   : spec.type == "consistency" ? IccType::Consistency
                                                                                : IccType::Agreement)};
  } else {
    model.terms = {cohen_kappa(frame.outcome, frame.columns.at(1),
                               spec.type == "linear"      ? KappaWeights::Linear
                               : spec.type == "quadratic" ? KappaWeights::Quadratic
                                                          : KappaWeights::None)};
  }
  return model;
}

Model mantel_haenszel_model(const ModelFrame& frame, const std::vector<double>& strata) {
  check_binary(frame);
  const std::vector<double>& exposure = frame.columns.at(1);
  if (std::any_of(exposure.begin(), exposure.end(), [](double x) { return x != 0 && x != 1; }))
    throw TableError(fmt::format("'{}' in {} is not 0 and 1 (Mantel and Haenszel's odds ratio compares two groups); "
                                 "compare with a cut-off first",
                                 frame.names[1], frame.formula));
  const MantelHaenszel found =
      mantel_haenszel(exposure, frame.outcome, strata.empty() ? std::vector<double>(exposure.size(), 0.0) : strata);
  Model model = model_of(frame);
  Term term = found.odds_ratio;
  term.name = frame.names[1];
  for (double* ratio : {&term.estimate, &*term.ci_low, &*term.ci_high})
    *ratio = std::log(*ratio);
  model.terms = {term};
  model.tests = {found.homogeneity};
  model.diagnostics = {{"strata", static_cast<double>(found.strata)}};
  return model;
}

} // namespace osteocalc::cohort
