// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/agreement.h"

#include "osteocalc/cohort/distributions.h"
#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>
#include <set>

namespace osteocalc::cohort {

namespace {

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Two-way analysis of variance: n subjects rated by k readers.
struct Anova {
  double n = 0, k = 0;
  double subjects = 0, readers = 0, error = 0, within = 0; ///< mean squares
};

Anova anova(const std::vector<std::vector<double>>& ratings) {
  Anova a{static_cast<double>(ratings.front().size()), static_cast<double>(ratings.size())};
  std::vector<double> subject(ratings.front().size(), 0.0), reader;
  for (const auto& ratings_of_reader : ratings) {
    OSTEOCALC_EXPECT(ratings_of_reader.size() == subject.size());
    reader.push_back(mean(ratings_of_reader));
    for (std::size_t i = 0; i < subject.size(); ++i)
      subject[i] += ratings_of_reader[i] / a.k;
  }
  const double grand = mean(subject);
  for (const double m : subject)
    a.subjects += a.k * (m - grand) * (m - grand) / (a.n - 1);
  for (const double m : reader)
    a.readers += a.n * (m - grand) * (m - grand) / (a.k - 1);
  for (std::size_t r = 0; r < ratings.size(); ++r)
    for (std::size_t i = 0; i < subject.size(); ++i) {
      a.error += std::pow(ratings[r][i] - subject[i] - reader[r] + grand, 2) / ((a.n - 1) * (a.k - 1));
      a.within += std::pow(ratings[r][i] - subject[i], 2) / (a.n * (a.k - 1));
    }
  return a;
}

/// ICC(1,1) and ICC(3,1) are the same function of F = subjects over the rest, exact with F's quantiles.
Term from_f(const std::string& name, double f, double k, double df1, double df2) {
  const auto icc = [k](double ratio) { return (ratio - 1) / (ratio + k - 1); };
  Term term{name, icc(f)};
  term.statistic = f;
  term.p = f_p(f, df1, df2);
  term.ci_low = icc(f / f_quantile(0.975, df1, df2));
  term.ci_high = icc(f * f_quantile(0.975, df2, df1));
  return term;
}

Term agreement(const Anova& a) {
  const double n = a.n, k = a.k;
  Term term{"icc_2_1", (a.subjects - a.error) / (a.subjects + (k - 1) * a.error + k / n * (a.readers - a.error))};
  term.statistic = a.subjects / a.error;
  term.p = f_p(*term.statistic, n - 1, (n - 1) * (k - 1));
  // the denominator mixes two mean squares: its degrees of freedom v by Satterthwaite
  const double rho = term.estimate, ratio = a.readers / a.error;
  const double top = k * rho * ratio + n * (1 + (k - 1) * rho) - k * rho;
  const double v = (k - 1) * (n - 1) * top * top /
                   ((n - 1) * k * k * rho * rho * ratio * ratio + std::pow(n * (1 + (k - 1) * rho) - k * rho, 2));
  const double f_low = f_quantile(0.975, n - 1, v), f_high = f_quantile(0.975, v, n - 1);
  const double rest = k * a.readers + (k * n - k - n) * a.error;
  term.ci_low = n * (a.subjects - f_low * a.error) / (f_low * rest + n * a.subjects);
  term.ci_high = n * (f_high * a.subjects - a.error) / (rest + n * f_high * a.subjects);
  return term;
}

double kappa_weight(KappaWeights weights, std::size_t i, std::size_t j, std::size_t categories) {
  const double distance = std::abs(static_cast<double>(i) - static_cast<double>(j));
  const auto widest = static_cast<double>(categories - 1);
  switch (weights) {
  case KappaWeights::Linear:
    return 1 - distance / widest;
  case KappaWeights::Quadratic:
    return 1 - distance * distance / (widest * widest);
  case KappaWeights::None:
    break;
  }
  return i == j;
}

/// Share of the pairs in each cell of the readers' table.
std::vector<std::vector<double>> cross_table(std::span<const double> a, std::span<const double> b) {
  std::set<double> levels(a.begin(), a.end());
  levels.insert(b.begin(), b.end());
  if (levels.size() < 2)
    throw TableError("both readers put every case in the same category (kappa has no meaning without variation); add "
                     "cases");
  const auto place = [&](double value) {
    return static_cast<std::size_t>(std::distance(levels.begin(), levels.find(value)));
  };
  std::vector<std::vector<double>> table(levels.size(), std::vector<double>(levels.size(), 0.0));
  for (std::size_t i = 0; i < a.size(); ++i)
    table[place(a[i])][place(b[i])] += 1 / static_cast<double>(a.size());
  return table;
}

} // namespace

Term intraclass_correlation(const std::vector<std::vector<double>>& ratings, IccType type) {
  if (ratings.size() < 2 || ratings.front().size() < 3)
    throw TableError(fmt::format("{} readers of {} subjects (an intraclass correlation needs 2 of 3 at least); add "
                                 "readings",
                                 ratings.size(), ratings.empty() ? 0 : ratings.front().size()));
  const Anova a = anova(ratings);
  if (!(a.within > 0))
    throw TableError("all readers agree exactly (the interval of the correlation is undefined); check that the "
                     "readings are independent");
  if (type == IccType::Agreement)
    return agreement(a);
  if (type == IccType::OneWay)
    return from_f("icc_1_1", a.subjects / a.within, a.k, a.n - 1, a.n * (a.k - 1));
  return from_f("icc_3_1", a.subjects / a.error, a.k, a.n - 1, (a.n - 1) * (a.k - 1));
}

BlandAltman bland_altman(std::span<const double> a, std::span<const double> b) {
  OSTEOCALC_EXPECT(a.size() == b.size());
  if (a.size() < 3)
    throw TableError(fmt::format("{} pairs (limits of agreement need at least 3); add pairs", a.size()));
  BlandAltman result;
  result.n = a.size();
  const auto n = static_cast<double>(result.n);
  std::vector<double> difference, middle;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference.push_back(a[i] - b[i]);
    middle.push_back((a[i] + b[i]) / 2);
  }
  const double bias = mean(difference), center = mean(middle);
  double dd = 0, mm = 0, md = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dd += (difference[i] - bias) * (difference[i] - bias);
    mm += (middle[i] - center) * (middle[i] - center);
    md += (middle[i] - center) * (difference[i] - bias);
  }
  result.sd = std::sqrt(dd / (n - 1));
  result.bias = wald_term("bias", bias, result.sd / std::sqrt(n), n - 1);
  const double limit_se = result.sd * std::sqrt(1 / n + 1.96 * 1.96 / (2 * (n - 1)));
  result.lower_limit = wald_term("lower_limit", bias - 1.96 * result.sd, limit_se, n - 1);
  result.upper_limit = wald_term("upper_limit", bias + 1.96 * result.sd, limit_se, n - 1);
  if (mm > 0)
    result.slope = wald_term("slope", md / mm, std::sqrt(std::max(0.0, dd - md * md / mm) / (n - 2) / mm), n - 2);
  return result;
}

Term cohen_kappa(std::span<const double> a, std::span<const double> b, KappaWeights weights) {
  OSTEOCALC_EXPECT(a.size() == b.size());
  const auto p = cross_table(a, b);
  const std::size_t k = p.size();
  std::vector<double> row(k, 0.0), column(k, 0.0);
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j < k; ++j) {
      row[i] += p[i][j];
      column[j] += p[i][j];
    }
  const auto w = [&](std::size_t i, std::size_t j) { return kappa_weight(weights, i, j, k); };
  double observed = 0, expected = 0;
  std::vector<double> row_weight(k, 0.0), column_weight(k, 0.0); // mean weight of a row's and of a column's cells
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j < k; ++j) {
      observed += w(i, j) * p[i][j];
      expected += w(i, j) * row[i] * column[j];
      row_weight[i] += w(i, j) * column[j];
      column_weight[j] += w(i, j) * row[i];
    }
  double sum = 0;
  for (std::size_t i = 0; i < k; ++i)
    for (std::size_t j = 0; j < k; ++j)
      sum += p[i][j] * std::pow(w(i, j) * (1 - expected) - (row_weight[i] + column_weight[j]) * (1 - observed), 2);
  const double variance = (sum - std::pow(observed * expected - 2 * expected + observed, 2)) /
                          (static_cast<double>(a.size()) * std::pow(1 - expected, 4));
  return wald_term("kappa", (observed - expected) / (1 - expected), std::sqrt(std::max(0.0, variance)));
}

} // namespace osteocalc::cohort
