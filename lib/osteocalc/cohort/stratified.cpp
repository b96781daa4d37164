// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/stratified.h"

#include "osteocalc/cohort/distributions.h"
#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

namespace osteocalc::cohort {

namespace {

/// a exposed with the outcome, b exposed without, c unexposed with, d unexposed without.
struct FourFold {
  double a = 0, b = 0, c = 0, d = 0;
  [[nodiscard]] double n() const { return a + b + c + d; }
  [[nodiscard]] double exposed() const { return a + b; }
  [[nodiscard]] double events() const { return a + c; }
  [[nodiscard]] bool informative() const { return exposed() > 0 && exposed() < n() && events() > 0 && events() < n(); }
};

std::vector<FourFold> four_fold_tables(std::span<const double> exposure, std::span<const double> outcome,
                                       std::span<const double> stratum) {
  std::map<double, FourFold> tables;
  for (std::size_t i = 0; i < exposure.size(); ++i) {
    FourFold& table = tables[stratum[i]];
    double& cell = exposure[i] == 1 ? (outcome[i] == 1 ? table.a : table.b) : (outcome[i] == 1 ? table.c : table.d);
    ++cell;
  }
  std::vector<FourFold> informative;
  for (const auto& [level, table] : tables)
    if (table.informative())
      informative.push_back(table);
  return informative;
}

/// The expected a when the margins are kept and the odds ratio is `ratio`.
double expected_cell(const FourFold& t, double ratio) {
  double low = std::max(0.0, t.exposed() + t.events() - t.n()), high = std::min(t.exposed(), t.events());
  for (int i = 0; i < 200 && high > low; ++i) { // the odds ratio grows with a: bisect
    const double a = 0.5 * (low + high);
    const bool too_small = a * (t.n() - t.exposed() - t.events() + a) < ratio * (t.exposed() - a) * (t.events() - a);
    (too_small ? low : high) = a;
  }
  return 0.5 * (low + high);
}

ModelTest breslow_day(const std::vector<FourFold>& tables, double ratio) {
  ModelTest test{"breslow-day", 0, static_cast<double>(tables.size()) - 1};
  for (const FourFold& t : tables) {
    const double a = expected_cell(t, ratio);
    const double variance =
        1 / (1 / a + 1 / (t.exposed() - a) + 1 / (t.events() - a) + 1 / (t.n() - t.exposed() - t.events() + a));
    test.statistic += (t.a - a) * (t.a - a) / variance;
  }
  test.p = test.df > 0 ? chi_squared_p(test.statistic, test.df) : 1;
  return test;
}

} // namespace

MantelHaenszel mantel_haenszel(std::span<const double> exposure, std::span<const double> outcome,
                               std::span<const double> stratum) {
  OSTEOCALC_EXPECT(exposure.size() == outcome.size() && exposure.size() == stratum.size());
  const std::vector<FourFold> tables = four_fold_tables(exposure, outcome, stratum);
  double R = 0, S = 0, PR = 0, PSQR = 0, QS = 0, excess = 0, variance = 0;
  for (const FourFold& t : tables) {
    const double n = t.n(), r = t.a * t.d / n, s = t.b * t.c / n, p = (t.a + t.d) / n, q = (t.b + t.c) / n;
    R += r;
    S += s;
    PR += p * r;
    PSQR += p * s + q * r;
    QS += q * s;
    excess += t.a - t.exposed() * t.events() / n;
    variance += t.exposed() * (n - t.exposed()) * t.events() * (n - t.events()) / (n * n * (n - 1));
  }
  if (R == 0 || S == 0)
    throw TableError(
        "the exposure and the outcome never occur together, or never apart, in any stratum (the odds ratio "
        "is 0 or infinite); use wider strata");
  MantelHaenszel result;
  result.strata = tables.size();
  Term& term = result.odds_ratio;
  term = {"odds_ratio", R / S, std::sqrt(PR / (2 * R * R) + PSQR / (2 * R * S) + QS / (2 * S * S))};
  term.statistic = excess * excess / variance;
  term.p = chi_squared_p(*term.statistic, 1);
  term.ci_low = term.estimate * std::exp(-normal_975() * *term.se);
  term.ci_high = term.estimate * std::exp(normal_975() * *term.se);
  result.homogeneity = breslow_day(tables, term.estimate);
  return result;
}

} // namespace osteocalc::cohort
