// SPDX-License-Identifier: Apache-2.0
// Correlations, agreement, strata, diagnostics and pooling beside R's; golden.R says how R was asked.
#include "golden/r/simulated_cohort.h"
#include "osteocalc/cohort/agreement.h"
#include "osteocalc/cohort/bootstrap.h"
#include "osteocalc/cohort/correlation.h"
#include "osteocalc/cohort/diagnostics.h"
#include "osteocalc/cohort/imputation.h"
#include "osteocalc/cohort/multiplicity.h"
#include "osteocalc/cohort/spearman.h"
#include "osteocalc/cohort/stratified.h"

#include <algorithm>

namespace osteocalc::cohort::testing {
namespace {

using RStatistics = RModels;

void expect_correlation(const Term& ours, const nlohmann::json& r) {
  expect_close(ours.estimate, r["estimate"], 1e-10, ours.name);
  expect_close(*ours.p, r["p"], 1e-6, ours.name + " p");
}

TEST_F(RStatistics, Correlations) {
  const std::vector<double> x = values("bmd"), score = values("score"), y = values("y");
  const Term r = pearson(x, score);
  expect_correlation(r, r_["pearson"]);
  expect_close(*r.ci_low, r_["pearson"]["ci"][0], 1e-9, "low");
  expect_close(*r.ci_high, r_["pearson"]["ci"][1], 1e-9, "high");
  expect_correlation(kendall(x, score), r_["kendall"]);
  expect_close(*kendall(x, score).statistic, r_["kendall"]["statistic"], 1e-10, "kendall z");
  expect_correlation(spearman(x, score), r_["spearman"]);
  const std::vector<std::vector<double>> covariates{values("age"), values("female")};
  expect_close(partial_correlation(x, y, covariates).estimate, r_["partial_linear"], 1e-9, "partial");
  expect_close(partial_rank_correlation(x, score, covariates).estimate, r_["partial_rank"], 1e-9, "partial rank");
}

TEST_F(RStatistics, Diagnostics) {
  const ModelFrame f = frame("y", adjusted_);
  const auto& r = r_["linear3"]["diagnostics"];
  for (const Measure& vif : variance_inflation(f))
    expect_close(vif.value, r["vif"][vif.name.substr(4)], 1e-9, vif.name);
  const Influence rows = influence(f, "bmd");
  expect_close(*std::max_element(rows.cook.begin(), rows.cook.end()), r["max_cook"], 1e-9, "Cook");
  expect_test(breusch_pagan(f), r["breusch_pagan"], 1e-9);
}

TEST_F(RStatistics, MantelHaenszel) {
  std::vector<double> exposure, outcome, stratum;
  const std::vector<double> bmd = values("bmd"), score = values("score"), age = values("age");
  for (std::size_t i = 0; i < bmd.size(); ++i) {
    exposure.push_back(bmd[i] < 110);
    outcome.push_back(score[i] >= 2);
    stratum.push_back((age[i] >= 55) + (age[i] >= 70));
  }
  const MantelHaenszel ours = mantel_haenszel(exposure, outcome, stratum);
  const auto& r = r_["mantel_haenszel"];
  expect_close(ours.odds_ratio.estimate, r["or"], 1e-10, "odds ratio");
  expect_close(*ours.odds_ratio.statistic, r["statistic"], 1e-10, "chi-square");
  expect_close(*ours.odds_ratio.ci_low, r["ci"][0], 1e-9, "low");
  expect_close(*ours.odds_ratio.ci_high, r["ci"][1], 1e-9, "high");
  expect_test(ours.homogeneity, r["breslow_day"], 1e-7);
}

TEST_F(RStatistics, BenjaminiHochberg) {
  const std::vector<double> p = r_["bh"]["p"], q = false_discovery_rates(p);
  for (std::size_t i = 0; i < p.size(); ++i)
    expect_close(q[i], r_["bh"]["q"][i], 1e-12, "q");
}

TEST_F(RStatistics, IntraclassCorrelation) {
  const Table ratings = golden_table("ratings.csv");
  const ModelFrame f = model_frame(ratings, "a", {"b", "c"});
  const std::vector<std::vector<double>> readers{f.outcome, f.columns[1], f.columns[2]};
  const IccType types[] = {IccType::OneWay, IccType::Agreement, IccType::Consistency};
  for (std::size_t i = 0; i < 3; ++i) {
    const Term ours = intraclass_correlation(readers, types[i]);
    const auto& r = r_["icc"][i];
    expect_close(ours.estimate, r["icc"], 1e-9, ours.name);
    expect_close(*ours.ci_low, r["low"], 1e-6, ours.name + " low");
    expect_close(*ours.ci_high, r["high"], 1e-6, ours.name + " high");
  }
  const BlandAltman ba = bland_altman(readers[0], readers[1]);
  const auto& r = r_["bland_altman"];
  expect_close(ba.bias.estimate, r["bias"], 1e-10, "bias");
  expect_close(*ba.bias.ci_low, r["bias_ci"][0], 1e-9, "bias low");
  expect_close(ba.lower_limit.estimate, r["low"], 1e-10, "lower limit");
  expect_close(ba.upper_limit.estimate, r["high"], 1e-10, "upper limit");
}

TEST_F(RStatistics, Kappa) {
  const ModelFrame f = model_frame(golden_table("ratings.csv"), "grade_a", {"grade_b"});
  const std::pair<KappaWeights, const char*> weights[] = {
      {KappaWeights::None, "plain"}, {KappaWeights::Linear, "linear"}, {KappaWeights::Quadratic, "quadratic"}};
  for (const auto& [weight, key] : weights) {
    const Term ours = cohen_kappa(f.outcome, f.columns[1], weight);
    expect_close(ours.estimate, r_["kappa"][key][0], 1e-10, key);
    expect_close(*ours.se, r_["kappa"][key][1], 1e-6, std::string(key) + " se");
  }
}

TEST_F(RStatistics, RubinsRules) {
  const auto& r = r_["rubin"];
  std::vector<Model> models(5);
  for (std::size_t i = 0; i < models.size(); ++i) {
    models[i].df = r["n"].get<double>() - r["k"].get<double>();
    models[i].terms = {wald_term("b", r["estimates"][i], std::sqrt(r["variances"][i].get<double>()), models[i].df)};
  }
  const Model pooled = pool(models);
  expect_close(pooled.terms[0].estimate, r["qbar"], 1e-12, "mean");
  expect_close(*pooled.terms[0].se, std::sqrt(r["t"].get<double>()), 1e-12, "total");
  expect_close(*pooled.terms[0].df, r["df"], 1e-9, "df");
  expect_close(pooled.diagnostics[0].value, r["fmi"], 1e-9, "fmi");
}

TEST_F(RStatistics, BcaInterval) {
  std::vector<double> logs;
  for (const double score : values("score"))
    if (score > 0)
      logs.push_back(std::log(score));
  const auto mean = [&](std::span<const double> w) {
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      sum += w[i] * logs[i];
      weight += w[i];
    }
    return std::vector<double>{sum / weight};
  };
  const Bootstrap ours = bootstrap(logs.size(), {}, mean, {.draws = 20000});
  const auto& r = r_["bca"];
  expect_close(ours.intervals[0].estimate, r["estimate"], 1e-12, "estimate");
  // 20000 draws of either generator place the limits to about 1 % of the interval's width
  const double width = r["high"].get<double>() - r["low"].get<double>();
  EXPECT_NEAR(ours.intervals[0].ci_low, r["low"].get<double>(), 0.015 * width);
  EXPECT_NEAR(ours.intervals[0].ci_high, r["high"].get<double>(), 0.015 * width);
}

} // namespace
} // namespace osteocalc::cohort::testing
