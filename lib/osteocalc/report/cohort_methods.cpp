// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_methods.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace osteocalc::report {

namespace {

using cohort::CohortResult;

/// One sentence a family, in the order of first use.
std::string family_sentence(const std::string& family, const cohort::Plan& plan) {
  if (family == "linear")
    return "Linear models are least squares; p and intervals come from Student's t.";
  if (family == "logistic")
    return "Logistic models are maximum likelihood; slopes are log odds ratios.";
  if (family == "firth")
    return "Where a logistic model has fewer than ten events a term, or separates the outcome, Firth's penalised "
           "likelihood stands beside it, with profile intervals.";
  if (family == "tobit")
    return "Tobit models take values at the limit as censored normal values and maximise the likelihood.";
  if (family == "ordinal")
    return "Ordinal models assume proportional odds; Brant's test of that assumption is given.";
  if (family == "two_part")
    return fmt::format(
        "Two-part models join a logistic model of any calcium with a linear model of its logarithm where "
        "there is some; the total is retransformed by Duan's smearing, with BCa intervals from {} "
        "bootstrap draws (seed {}).",
        plan.bootstrap_draws, plan.seed);
  if (family == "negative_binomial" || family == "zero_inflated")
    return "Count models are negative binomial, the zero-inflated form with the same variables for the extra zeros.";
  if (family == "trend")
    return "Trends use the median of each quantile group of the exposure as a score; the groups are also compared with "
           "the lowest.";
  if (family == "mixed")
    return "Mixed models have a random intercept for each group (restricted likelihood).";
  if (family == "spearman")
    return "The rank correlation is Spearman's, on midranks, with p from Student's t and the interval of Bonett and "
           "Wright.";
  if (family == "kendall")
    return "Kendall's tau-b is corrected for ties.";
  if (family == "pearson")
    return "Pearson's correlation has its interval on Fisher's scale.";
  if (family == "icc")
    return "Intraclass correlations are of single readings, with intervals from F.";
  if (family == "bland_altman")
    return "Limits of agreement are Bland and Altman's, the mean difference -+ 1.96 SD; the precision error is the SD "
           "of "
           "the differences over the root of 2.";
  if (family == "kappa")
    return "Kappa is Cohen's, with the large-sample error of Fleiss, Cohen and Everitt.";
  if (family == "mantel_haenszel")
    return "Stratified odds ratios are Mantel and Haenszel's, with Breslow and Day's test that strata share one.";
  if (family.starts_with("partial"))
    return "Partial correlations are of what the covariates leave of both (ranks, where rank is named).";
  return {};
}

std::string models_paragraph(const CohortResult& result) {
  std::vector<std::string> sentences;
  std::set<std::string> seen;
  bool survey = false, hc3 = false, cluster = false, imputed = false, drawn = false;
  for (const cohort::FittedModel& model : result.models) {
    survey = survey || model.spec.design == "survey";
    hc3 = hc3 || model.spec.errors == "hc3";
    drawn = drawn || model.spec.errors == "bootstrap";
    cluster = cluster || model.spec.errors.starts_with("cluster");
    imputed = imputed || model.spec.imputations > 0;
    if (!seen.insert(model.spec.family).second)
      continue;
    if (std::string sentence = family_sentence(model.spec.family, result.plan); !sentence.empty())
      sentences.push_back(std::move(sentence));
  }
  const cohort::Plan& plan = result.plan;
  if (survey)
    sentences.push_back(fmt::format(
        "Survey models use the weights {}, strata {} and sampling units {}, with linearised errors and the design's "
        "degrees of freedom less the slopes; the domain is taken by subsetting the design, never by dropping rows "
        "first.",
        plan.weights.empty() ? "(none)" : plan.weights, plan.strata.empty() ? "(none)" : plan.strata,
        plan.psu.empty() ? "(none)" : plan.psu));
  if (hc3)
    sentences.emplace_back("HC3 errors allow the spread to change along the line.");
  if (drawn)
    sentences.push_back(fmt::format("Bootstrap errors and BCa intervals are from {} draws (seed {}) of rows, or of "
                                    "sampling units under a survey.",
                                    plan.bootstrap_draws, plan.seed));
  if (cluster)
    sentences.emplace_back("Cluster errors allow rows of one cluster to be alike.");
  if (imputed)
    sentences.emplace_back("Missing values were completed by chained equations with predictive mean matching and the "
                           "models pooled by Rubin's rules.");
  if (!survey)
    sentences.emplace_back("Rows count equally and as independent; no survey weights are used.");
  return fmt::format("{}", fmt::join(sentences, " "));
}

std::string question_paragraph(const CohortResult& result) {
  const cohort::ModelSpec& lead = cohort::lead_model(result).spec;
  std::string text = fmt::format(
      "The report leads with model {}: {} on {}, {}.", lead.id, lead.outcome, lead.terms.front(),
      lead.terms.size() > 1 ? fmt::format("adjusted for {}", fmt::join(lead.terms.begin() + 1, lead.terms.end(), ", "))
                            : "without adjustment");
  if (!result.log_of.empty())
    text += fmt::format(" A slope b of ln({0} + 1) is shown as 100 (exp(b) - 1) per cent of {0} + 1.", result.log_of);
  text += fmt::format(" One SD of {} is {:.4g} about a mean of {:.4g} in its own unit, over the domain.",
                      result.exposure, result.exposure_sd, result.exposure_mean);
  if (lead.terms.size() > 1)
    text +=
        " Beside every adjusted model stands the crude one on the very same people; the share of the crude slope that "
        "adjustment removes compares these two.";
  return text +
         " Rows with a missing value in a model's variables leave that model, within the design, and are counted.";
}

std::string data_paragraph(const CohortResult& result) {
  const cohort::Plan& plan = result.plan;
  std::string text = plan.domain.empty() ? "All rows of the first table are analysed."
                                         : fmt::format("The domain is: {}.", plan.domain);
  if (!plan.variables.empty()) {
    std::vector<std::string> definitions;
    for (const auto& [name, expression] : plan.variables)
      definitions.push_back(fmt::format("{} = {}", name, expression));
    text += fmt::format(" Variables: {}.", fmt::join(definitions, "; "));
  }
  if (!plan.long_form.levels.empty())
    text += fmt::format(" Each person has one row a level ({}).", fmt::join(plan.long_form.levels, ", "));
  std::vector<std::string> codes, units;
  for (const auto& [column, quantity] : plan.units)
    units.push_back(fmt::format("{} in {} ({:g} to {:g})", column, quantity.unit, quantity.low, quantity.high));
  if (!units.empty())
    text += fmt::format(" Units, all values within range: {}.", fmt::join(units, "; "));
  for (const auto& [column, values] : plan.missing)
    if (!values.empty())
      codes.push_back(fmt::format("{} of {}", fmt::join(values, ", "), column));
  if (!codes.empty())
    text += fmt::format(" Codes taken as missing: {}.", fmt::join(codes, "; "));
  return text;
}

std::string checks_paragraph(const CohortResult& result) {
  std::string text = "q is Benjamini and Hochberg's false discovery rate over the exposure's p values of all models on "
                     "this page.";
  if (result.specifications.size() > 1)
    text += " The specification curve crosses outcomes, exposures, covariate sets and designs; its slopes are per SD.";
  if (result.checks.influence)
    text += fmt::format(" Leave-one-out slopes are those of the (weighted) fit without one {}.",
                        result.checks.influence->unit);
  if (result.checks.measurement)
    text += " The corrected slope divides by the share of the exposure's variance, given the covariates, that is not "
            "measurement error; SIMEX adds more error and extrapolates back.";
  if (cohort::lead_e_value(result))
    text +=
        " The E-value is how strongly an unmeasured variable would have to go with both, as a risk ratio, to account "
        "for the slope.";
  return text;
}

} // namespace

std::vector<std::string> cohort_methods(const CohortResult& result) {
  return {data_paragraph(result), question_paragraph(result), models_paragraph(result), checks_paragraph(result)};
}

std::vector<StrobeItem> strobe_checklist(const CohortResult& result) {
  const bool survey = cohort::lead_model(result).spec.design == "survey";
  return {{"1", "title and abstract",
           "name the design in the title; take the first sentence of this page into the abstract", false},
          {"2", "background", "why bone mineral and arterial calcium may go together", false},
          {"3", "objectives", "the question, written before the data were seen", false},
          {"4", "design",
           survey ? "cross-sectional survey analysis (Methods)"
                  : "cross-sectional analysis (Methods); say how people were found",
           survey},
          {"5", "setting", "places, dates of recruitment and of the scans", false},
          {"6", "eligibility", "the domain (Methods, Who was analysed); say who was invited", true},
          {"7", "variables", "definitions of every variable (Methods)", true},
          {"8", "measurement", "versions and tables (foot of the page); add scanner, tube voltage and reading", false},
          {"9", "bias", "confounding, strata, influence, specification curve (Doubts); add selection", true},
          {"10", "study size", "all rows of the tables (Who was analysed); say how the number came about", true},
          {"11", "quantitative variables", "units, logarithms, splines and cut-offs (Methods)", true},
          {"12", "statistical methods", "models, design, missing values, sensitivity (Methods)", true},
          {"13", "participants", "flow with reasons (Who was analysed)", true},
          {"14", "descriptive data", "Table 1 and missing values", true},
          {"15", "outcome data", "outcome by quarters of the exposure (Table 1) and quadrants", true},
          {"16", "main results", "crude beside adjusted with intervals (Before and after adjustment)", true},
          {"17", "other analyses", "strata, specifications, dose-response (Doubts)", true},
          {"18", "key results", "with reference to the objectives", false},
          {"19", "limitations", "one point in time; what was not measured", false},
          {"20", "interpretation", "cautious, with other studies", false},
          {"21", "generalisability", "to whom the numbers may apply", false},
          {"22", "funding", "source and role of the funders", false}};
}

} // namespace osteocalc::report
