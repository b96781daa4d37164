// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/bootstrap.h"

#include "osteocalc/cohort/distributions.h"
#include "osteocalc/cohort/random.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>
#include <optional>

namespace osteocalc::cohort {

namespace {

/// The units that are drawn together, by stratum: rows, clusters or PSUs.
struct Units {
  std::vector<std::size_t> of_row;              ///< the unit of each row
  std::vector<std::vector<std::size_t>> strata; ///< the units of each stratum
  std::vector<std::size_t> stratum;             ///< of each unit
};

Units units(std::size_t rows, const Sampling& sampling) {
  Units result;
  if (sampling.psu.empty()) {
    result.of_row.resize(rows);
    std::iota(result.of_row.begin(), result.of_row.end(), std::size_t{0});
    result.stratum.assign(rows, 0);
    result.strata = {result.of_row};
    return result;
  }
  result.of_row = sampling.psu;
  result.stratum = sampling.stratum_of_psu;
  result.strata.resize(sampling.psus_in_stratum.size());
  for (std::size_t unit = 0; unit < result.stratum.size(); ++unit)
    result.strata[result.stratum[unit]].push_back(unit);
  return result;
}

std::vector<double> row_weights(const Units& units, const Sampling& sampling, const std::vector<double>& unit_weight) {
  std::vector<double> weights(units.of_row.size());
  for (std::size_t row = 0; row < weights.size(); ++row)
    weights[row] = sampling.weight(row) * unit_weight[units.of_row[row]];
  return weights;
}

/// How often each unit counts in draw number `draw`.
std::vector<double> drawn_units(const Units& units, bool rescaled, std::uint64_t seed, std::size_t draw) {
  RandomStream random(seed, draw);
  std::vector<double> count(units.stratum.size(), 0.0);
  for (const auto& stratum : units.strata) {
    const std::size_t n = stratum.size();
    if (n == 1) {
      count[stratum[0]] = 1;
      continue;
    }
    const std::size_t size = rescaled ? n - 1 : n;
    for (std::size_t i = 0; i < size; ++i)
      count[stratum[random.below(n)]] += static_cast<double>(n) / static_cast<double>(size);
  }
  return count;
}

/// Everybody but one unit; its stratum makes up for it.
std::vector<double> all_but(const Units& units, std::size_t left_out) {
  std::vector<double> count(units.stratum.size(), 1.0);
  const auto& stratum = units.strata[units.stratum[left_out]];
  for (const std::size_t unit : stratum)
    count[unit] = static_cast<double>(stratum.size()) / (static_cast<double>(stratum.size()) - 1);
  count[left_out] = 0;
  return count;
}

using Values = std::optional<std::vector<double>>;

Values attempt(const Statistic& statistic, const std::vector<double>& weights) {
  try {
    Values values = statistic(weights);
    const bool finite = std::all_of(values->begin(), values->end(), [](double v) { return std::isfinite(v); });
    return finite ? values : std::nullopt;
  } catch (const Error&) { // a draw can lose a whole level: the statistic is then undefined, not wrong
    return std::nullopt;
  }
}

/// a of the jackknife values: their skewness over 6.
double acceleration(const std::vector<double>& left_out) {
  const double mean = std::accumulate(left_out.begin(), left_out.end(), 0.0) / static_cast<double>(left_out.size());
  double squares = 0, cubes = 0;
  for (const double value : left_out) {
    squares += (mean - value) * (mean - value);
    cubes += std::pow(mean - value, 3);
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

/// The quantile of the draws, between order statistics on the normal scale.
double draw_quantile(const std::vector<double>& sorted, double probability) {
  const auto R = static_cast<double>(sorted.size());
  const double rank = (R + 1) * probability;
  const double below = std::clamp(std::floor(rank), 1.0, R - 1);
  const double low = sorted[static_cast<std::size_t>(below) - 1], high = sorted[static_cast<std::size_t>(below)];
  if (rank <= 1)
    return sorted.front();
  if (rank >= R)
    return sorted.back();
  const double z = normal_quantile(probability), z_low = normal_quantile(below / (R + 1)),
               z_high = normal_quantile((below + 1) / (R + 1));
  return low + (z - z_low) / (z_high - z_low) * (high - low);
}

BootstrapInterval interval(double estimate, std::vector<double> draws, const std::vector<double>& left_out,
                           double level) {
  std::sort(draws.begin(), draws.end());
  const auto B = static_cast<double>(draws.size());
  const auto below = std::lower_bound(draws.begin(), draws.end(), estimate) - draws.begin();
  const auto ties = std::upper_bound(draws.begin(), draws.end(), estimate) - draws.begin() - below;
  const double share = (static_cast<double>(below) + 0.5 * static_cast<double>(ties)) / B;
  BootstrapInterval result{estimate};
  const double mean = std::accumulate(draws.begin(), draws.end(), 0.0) / B;
  for (const double draw : draws)
    result.se += (draw - mean) * (draw - mean) / (B - 1);
  result.se = std::sqrt(result.se);
  result.bias_correction = normal_quantile(std::clamp(share, 0.5 / B, 1 - 0.5 / B));
  result.acceleration = acceleration(left_out);
  const auto limit = [&](double z) {
    const double shifted = result.bias_correction + z;
    return draw_quantile(draws, normal_cdf(result.bias_correction + shifted / (1 - result.acceleration * shifted)));
  };
  result.ci_low = limit(normal_quantile((1 - level) / 2));
  result.ci_high = limit(normal_quantile((1 + level) / 2));
  return result;
}

/// The values that exist, number by number.
std::vector<std::vector<double>> by_number(const std::vector<Values>& values, std::size_t numbers) {
  std::vector<std::vector<double>> result(numbers);
  for (const Values& value : values)
    for (std::size_t k = 0; value && k < numbers; ++k)
      result[k].push_back((*value)[k]);
  return result;
}

} // namespace

Bootstrap bootstrap(std::size_t rows, const Sampling& sampling, const Statistic& statistic,
                    const BootstrapOptions& options, Parallel parallel) {
  const Units units = cohort::units(rows, sampling);
  const std::size_t count = units.stratum.size();
  const std::vector<double> estimate = statistic(row_weights(units, sampling, std::vector<double>(count, 1.0)));
  const bool rescaled = sampling.kind == Sampling::Kind::Survey;
  const auto draws = parallel_map(options.draws, parallel, [&](std::size_t draw) {
    return attempt(statistic, row_weights(units, sampling, drawn_units(units, rescaled, options.seed, draw)));
  });
  const auto left_out = parallel_map(count, parallel, [&](std::size_t unit) -> Values {
    if (units.strata[units.stratum[unit]].size() < 2)
      return std::nullopt;
    return attempt(statistic, row_weights(units, sampling, all_but(units, unit)));
  });
  Bootstrap result;
  result.failed_draws = static_cast<std::size_t>(std::count(draws.begin(), draws.end(), std::nullopt));
  if (2 * result.failed_draws > options.draws)
    throw TableError(fmt::format("{} of {} bootstrap draws have no estimate (the interval would describe the others "
                                 "only); merge rare levels or use a simpler model",
                                 result.failed_draws, options.draws));
  if (100 * result.failed_draws > options.draws)
    result.issues.push_back(warning("BOOTSTRAP-FAILED", "bootstrap",
                                    fmt::format("{} of {} draws had no estimate (the interval leaves them out); merge "
                                                "rare levels",
                                                result.failed_draws, options.draws)));
  const auto drawn = by_number(draws, estimate.size()), jackknife = by_number(left_out, estimate.size());
  for (std::size_t k = 0; k < estimate.size(); ++k)
    result.intervals.push_back(interval(estimate[k], drawn[k], jackknife[k], options.level));
  return result;
}

Term bootstrap_term(const std::string& name, const BootstrapInterval& interval) {
  Term term{name, interval.estimate, interval.se};
  term.ci_low = interval.ci_low;
  term.ci_high = interval.ci_high;
  return term;
}

} // namespace osteocalc::cohort
