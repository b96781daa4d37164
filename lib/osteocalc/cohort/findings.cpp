// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/findings.h"

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

std::string adjustment(const CohortResult& result) {
  return fmt::format("after adjustment for {}", fmt::join(result.request.adjust, ", "));
}

/// "score + 1 is 8.3 % lower per 1 SD higher bmd (31); 95 % interval -12.1 % to -4.3 %; p < 0.001; n = 212."
std::string difference(const CohortResult& result, const Association& association) {
  const Term& slope = exposure_slope(association.per_sd);
  const double percent = percent_change(slope.estimate);
  return fmt::format(
      "{} + 1 is {:.1f} % {} per 1 SD higher {} ({:.4g}); 95 % interval {:.1f} % to {:.1f} %; {}; n = {}.",
      result.request.outcome, std::abs(percent), percent < 0 ? "lower" : "higher", result.request.exposure,
      result.exposure_sd, percent_change(*slope.ci_low), percent_change(*slope.ci_high), p_text(slope.p),
      association.per_sd.n);
}

std::string adjusted_sentence(const CohortResult& result) {
  const Association& adjusted = result.adjusted.front();
  if (covers_zero(exposure_slope(adjusted.per_sd)))
    return fmt::format(
        "No association between {} and {} is shown {}: the adjusted 95 % interval covers zero. Estimate: {}",
        result.request.exposure, result.request.outcome, adjustment(result), difference(result, adjusted));
  return fmt::format("Association {}: {}", adjustment(result), difference(result, adjusted));
}

std::string crude_sentence(const CohortResult& result) {
  const Association& crude = comparable_crude(result);
  return fmt::format("Crude, without any adjustment{}: {}",
                     covers_zero(exposure_slope(crude.per_sd)) ? ", with an interval that covers zero" : "",
                     difference(result, crude));
}

/// An adjusted slope on the other side of zero by more than chance; one that merely crosses it is a slope removed.
bool sign_turns(const CohortResult& result) {
  return share_removed(result).value_or(0) > 1 && !covers_zero(exposure_slope(result.adjusted.front().per_sd));
}

std::string change_sentence(const CohortResult& result) {
  const double crude = exposure_slope(comparable_crude(result).per_sd).estimate;
  const double adjusted = exposure_slope(result.adjusted.front().per_sd).estimate;
  const std::string slopes = fmt::format("{:.4f} crude, {:.4f} adjusted, on ln({} + 1) per SD, same {} people", crude,
                                         adjusted, result.request.outcome, result.adjusted.front().per_sd.n);
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

std::string rank_sentence(const CohortResult& result) {
  const Term& rho = result.spearman.terms.front();
  const std::string interval =
      rho.ci_low ? fmt::format("95 % interval {:.3f} to {:.3f}; ", *rho.ci_low, *rho.ci_high) : std::string();
  return fmt::format("Rank correlation of {} with {}, crude: Spearman rho = {:.3f} ({}{}; n = {}).",
                     result.request.outcome, result.request.exposure, rho.estimate, interval, p_text(rho.p),
                     result.spearman.n);
}

} // namespace

std::vector<std::string> findings(const CohortResult& result) {
  std::vector<std::string> sentences;
  if (!result.adjusted.empty())
    sentences.push_back(adjusted_sentence(result));
  sentences.push_back(crude_sentence(result));
  if (!result.adjusted.empty())
    sentences.push_back(change_sentence(result));
  sentences.push_back(rank_sentence(result));
  return sentences;
}

Issues interpretation_issues(const CohortResult& result) {
  if (result.adjusted.empty())
    return {warning(
        "COHORT-CRUDE", result.request.exposure,
        "nothing is adjusted for (calcium rises and bone mineral falls with age, so a crude relation is expected "
        "from ageing alone); adjust for age and sex at least")};
  Issues issues;
  const std::optional<double> share = share_removed(result);
  if (sign_turns(result))
    issues.push_back(warning("COHORT-SIGN", result.request.exposure,
                             "the slope has the opposite sign after adjustment (the crude slope mixes in the variables "
                             "adjusted for); do not report the crude slope alone"));
  else if (share && std::abs(*share) > 0.5)
    issues.push_back(
        warning("COHORT-CONFOUNDED", result.request.exposure,
                "adjustment changes the slope by more than half (most of the crude slope is shared with the "
                "variables adjusted for); do not report the crude slope alone"));
  return issues;
}

} // namespace osteocalc::cohort
