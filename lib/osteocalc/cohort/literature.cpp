// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/literature.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::cohort {

namespace {

struct Candidate {
  std::string name;
  Term term;
};

bool on_scale(const std::string& family, const Published& published) {
  return published.ratio ? family == "logistic" || family == "firth" : family == "linear";
}

bool is_model_of(const Specification& one, const std::vector<FittedModel>& models) {
  return std::any_of(models.begin(), models.end(), [&](const FittedModel& model) {
    return model.spec.imputations == 0 && model.spec.subset.empty() && model.spec.family == one.spec.family &&
           model.spec.design == one.spec.design && model.spec.outcome == one.spec.outcome &&
           model.spec.terms == one.spec.terms && model.model.n == one.n;
  });
}

std::vector<Candidate> candidates(const Published& published, const std::vector<FittedModel>& models,
                                  const std::vector<Specification>& specifications) {
  std::vector<Candidate> found;
  for (const FittedModel& model : models)
    if (model.spec.outcome == published.outcome && on_scale(model.spec.family, published) && has_one_slope(model.spec))
      found.push_back({"model " + model.spec.id, term(model.model, model.exposure)});
  for (const Specification& one : specifications) {
    if (one.spec.outcome != published.outcome || !on_scale(one.spec.family, published) || !one.failure.empty() ||
        is_model_of(one, models))
      continue;
    Term slope = one.standardized; // back to the exposure's own unit
    const double unit = one.slope_se / *slope.se;
    for (double* value : {&slope.estimate, &*slope.se, &*slope.ci_low, &*slope.ci_high})
      *value *= unit;
    found.push_back({fmt::format("specification {} on {}, covariates {}, {}", one.spec.outcome, one.spec.terms.front(),
                                 one.covariates, one.spec.design),
                     slope});
  }
  return found;
}

LiteratureCheck compare(const Published& published, const std::vector<Candidate>& tried) {
  const auto compared = [&](double value) { return published.ratio ? std::log(value) : value; };
  const auto shown = [&](double value) { return published.ratio ? std::exp(value) : value; };
  const auto distance = [&](const Candidate& one) {
    return std::abs(one.term.estimate - compared(published.estimate));
  };
  const auto nearer = [&](const Candidate& a, const Candidate& b) { return distance(a) < distance(b); };
  const auto lower = [](const Candidate& a, const Candidate& b) { return a.term.estimate < b.term.estimate; };
  const Candidate& nearest = *std::min_element(tried.begin(), tried.end(), nearer);
  const auto [low, high] = std::minmax_element(tried.begin(), tried.end(), lower);
  LiteratureCheck check{
      published, tried.size(), nearest.name, nearest.term, shown(low->term.estimate), shown(high->term.estimate)};
  check.estimate.estimate = shown(check.estimate.estimate);
  for (auto* end : {&check.estimate.ci_low, &check.estimate.ci_high})
    if (*end)
      **end = shown(**end);
  return check;
}

} // namespace

std::vector<LiteratureCheck> compare_with_literature(const Plan& plan, const std::vector<FittedModel>& models,
                                                     const std::vector<Specification>& specifications) {
  std::vector<LiteratureCheck> checks;
  for (const Published& published : plan.published)
    if (const auto tried = candidates(published, models, specifications); !tried.empty())
      checks.push_back(compare(published, tried));
  return checks;
}

} // namespace osteocalc::cohort
