// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/findings.h"

#include "osteocalc/cohort/agreement_models.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace osteocalc::cohort {

namespace {

std::string p_text(const std::optional<double>& p) {
  if (!p)
    return "p undefined";
  return *p < 0.001 ? "p < 0.001" : fmt::format("p = {:.{}f}", *p, *p < 0.1 ? 3 : 2);
}

std::vector<std::string> adjustment(const CohortResult& result) {
  const std::vector<std::string>& terms = lead_model(result).spec.terms;
  return {terms.begin() + 1, terms.end()};
}

/// "1 SD higher bmd (31)", "one unit higher fn10".
std::string step(const CohortResult& result, const FittedModel& model) {
  const std::string& term = model.spec.terms.front();
  const std::string& lead = lead_model(result).spec.terms.front();
  if (term == lead && result.per_sd)
    return fmt::format("1 SD higher {} ({:.4g})", result.exposure, result.exposure_sd);
  return fmt::format("1 unit higher {}{}", term,
                     model.spec.split.empty() ? "" : fmt::format(" within the same {}", model.spec.group));
}

bool is_correlation(const std::string& family) {
  return family == "spearman" || family == "kendall" || family == "pearson" || family.starts_with("partial");
}

/// "8.3 % lower ...; 95 % interval ...; p ...; n = 212."
std::string difference(const CohortResult& result, const FittedModel& model) {
  const Term& slope = exposure_slope(model);
  const std::string design = model.spec.design == "survey" ? ", weighted" : "";
  return fmt::format("{}; {}; n = {}{}.", effect_text(result, model), p_text(slope.p), model.model.n, design);
}

std::string adjusted_sentence(const CohortResult& result) {
  const FittedModel& lead = lead_model(result);
  const std::string after = fmt::format("after adjustment for {}", fmt::join(adjustment(result), ", "));
  if (covers_zero(exposure_slope(lead)))
    return fmt::format("No association between {} and {} is shown {}: the adjusted 95 % interval covers zero. "
                       "Estimate: {}",
                       result.exposure, result.outcome, after, difference(result, lead));
  return fmt::format("Association {}: {}", after, difference(result, lead));
}

std::string crude_sentence(const CohortResult& result, const FittedModel& crude) {
  return fmt::format("Crude, without any adjustment{}: {}",
                     covers_zero(exposure_slope(crude)) ? ", with an interval that covers zero" : "",
                     difference(result, crude));
}

/// An adjusted slope on the other side of zero by more than chance; one that merely crosses it is a slope removed.
bool sign_turns(const CohortResult& result) {
  return share_removed(result).value_or(0) > 1 && !covers_zero(exposure_slope(lead_model(result)));
}

std::string change_sentence(const CohortResult& result, const FittedModel& crude) {
  const FittedModel& lead = lead_model(result);
  const std::string slopes =
      fmt::format("{:.4f} crude, {:.4f} adjusted, slopes of {} per {}, same {} people", exposure_slope(crude).estimate,
                  exposure_slope(lead).estimate, lead.spec.outcome,
                  result.per_sd ? "SD" : "unit of " + lead.spec.terms.front(), lead.model.n);
  const std::optional<double> share = share_removed(result);
  if (!share)
    return fmt::format("The crude interval covers zero, so no share removed by adjustment is given ({}).", slopes);
  if (sign_turns(result))
    return fmt::format("Adjustment turns the sign of the slope ({}).", slopes);
  if (*share > 1)
    return fmt::format("Adjustment removes the whole crude slope ({}).", slopes);
  if (*share < 0)
    return fmt::format("Adjustment makes the slope {:.0f} % steeper ({}).", -100 * *share, slopes);
  return fmt::format("Adjustment removes {:.0f} % of the crude slope ({}).", 100 * *share, slopes);
}

std::string age_sentence(const CohortResult& result) {
  const double share = 100 * *result.age_share;
  const std::string& age = result.plan.question.age;
  return share < 0 ? fmt::format("With {} alone beside it the slope is {:.0f} % steeper than crude.", age, -share)
                   : fmt::format("Of the crude slope {:.0f} % is shared with {} alone.", share, age);
}

std::string curve_sentence(const CohortResult& result) {
  std::size_t fitted = 0, below = 0, clear_below = 0, clear_above = 0;
  for (const Specification& one : result.specifications)
    if (one.failure.empty()) {
      ++fitted;
      below += one.standardized.estimate < 0;
      clear_below += *one.standardized.ci_high < 0;
      clear_above += *one.standardized.ci_low > 0;
    }
  return fmt::format("Of {} specifications {} have a slope below zero; the interval lies wholly below zero in {} and "
                     "wholly above in {}.",
                     fitted, below, clear_below, clear_above);
}

/// Did treatment change progression? Trials that found nothing must read so.
void add_arm_sentences(std::vector<std::string>& sentences, const CohortResult& result) {
  if (!result.plan.progression || result.plan.progression->arm.empty())
    return;
  const std::string& arm = result.plan.progression->arm;
  for (const FittedModel& model : result.models)
    if (model.spec.id == "arm_sqrt" || model.spec.id == "arm_hokanson")
      sentences.push_back(
          covers_zero(exposure_slope(model))
              ? fmt::format("No difference in the progression of calcium between the arms ({}) is shown: the 95 % "
                            "interval covers zero. Estimate: {}",
                            arm, difference(result, model))
              : fmt::format("The progression of calcium differs between the arms ({}): {}", arm,
                            difference(result, model)));
}

std::string literature_sentence(const LiteratureCheck& check) {
  const Published& published = check.published;
  const std::string interval =
      check.estimate.ci_low ? fmt::format(" ({:.3g} to {:.3g})", *check.estimate.ci_low, *check.estimate.ci_high) : "";
  return fmt::format("Published for {} ({}): {:.3g} ({:.3g} to {:.3g}). Of {} models and specifications tried here, "
                     "with estimates from {:.3g} to {:.3g}, {} comes nearest: {:.3g}{}. The nearest of {} is near by "
                     "choice and confirms nothing.",
                     published.outcome, published.source, published.estimate, published.ci_low, published.ci_high,
                     check.tried, check.low, check.high, check.nearest, check.estimate.estimate, interval, check.tried);
}

std::string agreement_text(const FittedModel& model) {
  const Term& found = exposure_slope(model);
  const std::string others = fmt::format("{}", fmt::join(model.spec.terms, ", "));
  const std::string interval = found.ci_low
                                   ? fmt::format("95 % interval {:.3g} to {:.3g}", *found.ci_low, *found.ci_high)
                                   : std::string("no interval");
  if (model.spec.family != "bland_altman")
    return fmt::format("{} of {} with {} is {:.3f}; {}",
                       model.spec.family == "icc" ? "intraclass correlation" : "kappa", model.spec.outcome, others,
                       found.estimate, interval);
  return fmt::format("{} less {} is {:.3g} on average; {}; limits of agreement {:.3g} to {:.3g}", model.spec.outcome,
                     others, found.estimate, interval, term(model.model, "lower_limit").estimate,
                     term(model.model, "upper_limit").estimate);
}

std::string rank_sentence(const CohortResult& result, const FittedModel& model) {
  const Term& rho = exposure_slope(model);
  const std::string interval =
      rho.ci_low ? fmt::format("95 % interval {:.3f} to {:.3f}; ", *rho.ci_low, *rho.ci_high) : std::string();
  return fmt::format("Rank correlation of {} with {}, crude: Spearman rho = {:.3f} ({}{}; n = {}).", model.spec.outcome,
                     result.exposure, rho.estimate, interval, p_text(rho.p), model.model.n);
}

} // namespace

bool reads_as_percent(const CohortResult& result, const FittedModel& model) {
  return !result.log_of.empty() && model.spec.outcome == lead_model(result).spec.outcome &&
         (model.spec.family == "linear" || model.spec.family == "mixed");
}

std::string effect_number(const CohortResult& result, const FittedModel& model) {
  const Term& slope = exposure_slope(model);
  const bool percent = reads_as_percent(result, model), ratio = is_log_ratio(model.model);
  const auto shown = [&](double value) { return percent ? percent_change(value) : ratio ? std::exp(value) : value; };
  const double size = std::abs(shown(slope.estimate));
  const int decimals = percent ? (size < 1 ? 3 : 1) : size >= 0.1 ? 3 : size >= 0.001 ? 4 : 6;
  std::string text = fmt::format("{:.{}f}{}", shown(slope.estimate), decimals, percent ? " %" : "");
  if (slope.ci_low && slope.ci_high)
    text += fmt::format(" ({1:.{0}f} to {2:.{0}f})", decimals, shown(*slope.ci_low), shown(*slope.ci_high));
  return text;
}

std::string effect_text(const CohortResult& result, const FittedModel& model) {
  if (is_agreement(model.spec.family))
    return agreement_text(model);
  const Term& slope = exposure_slope(model);
  const std::string& outcome = model.spec.outcome;
  if (reads_as_percent(result, model)) {
    const double percent = percent_change(slope.estimate);
    const std::string interval = slope.ci_low
                                     ? fmt::format("; 95 % interval {:.1f} % to {:.1f} %",
                                                   percent_change(*slope.ci_low), percent_change(*slope.ci_high))
                                     : std::string("; no interval");
    return fmt::format("{} + 1 is {:.1f} % {} per {}{}", result.log_of, std::abs(percent),
                       percent < 0 ? "lower" : "higher", step(result, model), interval);
  }
  const auto interval = [&](const auto& shown) {
    return slope.ci_low ? fmt::format("95 % interval {:.3g} to {:.3g}", shown(*slope.ci_low), shown(*slope.ci_high))
                        : std::string("no interval");
  };
  const auto same = [](double value) { return value; };
  if (is_log_ratio(model.model)) {
    const bool rate = model.spec.family == "negative_binomial" || model.spec.family == "zero_inflated";
    const bool mean = model.spec.family == "two_part";
    return fmt::format("the {} of {} is {:.3g} times as high per {}; {}",
                       rate   ? "rate"
                       : mean ? "mean"
                              : "odds",
                       outcome, std::exp(slope.estimate), step(result, model),
                       interval([](double value) { return std::exp(value); }));
  }
  if (is_correlation(model.spec.family))
    return fmt::format("{} correlation of {} with {} is {:.3f}; {}", model.spec.family, outcome,
                       model.spec.terms.front(), slope.estimate, interval(same));
  return fmt::format("{} is {:.3g} {} per {}; {}", outcome, std::abs(slope.estimate),
                     slope.estimate < 0 ? "lower" : "higher", step(result, model), interval(same));
}

std::vector<std::string> findings(const CohortResult& result) {
  std::vector<std::string> sentences;
  const FittedModel& lead = lead_model(result);
  if (const std::string& wanted = result.plan.question.lead; !wanted.empty() && wanted != result.lead)
    sentences.push_back(
        fmt::format("Model {}, which was to answer, could not be fitted (the issues say why); what follows "
                    "is model {}{}.",
                    wanted, result.lead, lead.spec.terms.size() < 2 ? ", which adjusts for nothing" : ""));
  if (is_agreement(lead.spec.family)) {
    // said below, with the other readings
  } else if (const FittedModel* crude = crude_model(result)) {
    sentences.push_back(adjusted_sentence(result));
    sentences.push_back(crude_sentence(result, *crude));
    sentences.push_back(change_sentence(result, *crude));
  } else if (lead.spec.terms.size() > 1) {
    sentences.push_back(adjusted_sentence(result));
  } else {
    sentences.push_back(crude_sentence(result, lead));
  }
  if (result.age_share)
    sentences.push_back(age_sentence(result));
  add_arm_sentences(sentences, result);
  for (const FittedModel& model : result.models)
    if (is_agreement(model.spec.family))
      sentences.push_back(fmt::format("Agreement: {}; n = {}.", agreement_text(model), model.model.n));
  for (const FittedModel& model : result.models)
    if (model.spec.family == "spearman" && model.role == "plan") {
      sentences.push_back(rank_sentence(result, model));
      break;
    }
  if (std::count_if(result.specifications.begin(), result.specifications.end(),
                    [](const Specification& one) { return one.failure.empty(); }) > 1)
    sentences.push_back(curve_sentence(result));
  for (const LiteratureCheck& check : result.literature)
    sentences.push_back(literature_sentence(check));
  return sentences;
}

Issues interpretation_issues(const CohortResult& result) {
  if (is_agreement(lead_model(result).spec.family))
    return {};
  if (lead_model(result).spec.terms.size() < 2 && crude_model(result) == nullptr)
    return {warning(
        "COHORT-CRUDE", result.exposure,
        "nothing is adjusted for (calcium rises and bone mineral falls with age, so a crude relation is expected "
        "from ageing alone); adjust for age and sex at least")};
  Issues issues;
  const std::optional<double> share = share_removed(result);
  if (sign_turns(result))
    issues.push_back(warning("COHORT-SIGN", result.exposure,
                             "the slope has the opposite sign after adjustment (the crude slope mixes in the variables "
                             "adjusted for); do not report the crude slope alone"));
  else if (share && std::abs(*share) > 0.5)
    issues.push_back(
        warning("COHORT-CONFOUNDED", result.exposure,
                "adjustment changes the slope by more than half (most of the crude slope is shared with the "
                "variables adjusted for); do not report the crude slope alone"));
  return issues;
}

Issues check_issues(const CohortResult& result) {
  Issues issues;
  const bool shown = !covers_zero(exposure_slope(lead_model(result)));
  for (const StrataCheck& check : result.strata)
    if (check.sign_flips)
      issues.push_back(warning("COHORT-SIMPSON", check.variable,
                               "within a stratum the slope lies on the other side of zero than the crude slope (what "
                               "holds for all together does not hold within); report the strata"));
  if (const auto& found = result.checks.influence; found && shown && found->crosses_zero)
    issues.push_back(warning("COHORT-INFLUENCE", result.exposure,
                             fmt::format("leaving out one single {0} turns the sign of the adjusted slope (it rests on "
                                         "that {0}); look at the most influential rows",
                                         found->unit)));
  if (result.control && !covers_zero(result.control->slope))
    issues.push_back(warning("COHORT-CONTROL", result.control->table,
                             "simulated scans without any relation show a slope too (part of the slope found may come "
                             "from the scans); adjust for the scan's properties"));
  for (const Measure& inflation : result.checks.variance_inflation)
    if (inflation.value > 5)
      issues.push_back(info("COHORT-COLLINEAR", inflation.name,
                            fmt::format("the variance of its slope is {:.1f} times what it would be alone (it is "
                                        "nearly told by the others); its own slope is uncertain",
                                        inflation.value)));
  return issues;
}

} // namespace osteocalc::cohort
