// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/spline.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace osteocalc::cohort {

namespace {

double cube_above(double x, double knot) {
  const double above = std::max(x - knot, 0.0);
  return above * above * above;
}

/// Where one value in twenty sits at an end (ages of 80 and more, scores of 0) and nowhere within, that end's knot is
/// the next value inside, and the other knots are quantiles of what lies between.
std::pair<std::optional<double>, std::optional<double>> clumped_ends(const std::vector<double>& sorted) {
  const auto many = 0.05 * static_cast<double>(sorted.size());
  std::optional<double> first, last;
  for (std::size_t i = 0; i < sorted.size();) {
    const std::size_t begin = i;
    while (i < sorted.size() && sorted[i] == sorted[begin])
      ++i;
    if (static_cast<double>(i - begin) < many)
      continue;
    if (begin == 0 && i < sorted.size())
      first = sorted[i];
    else if (i == sorted.size() && begin > 0)
      last = sorted[begin - 1];
    else
      return {};
  }
  return {first, last};
}

} // namespace

double quantile(std::vector<double> values, double probability) {
  OSTEOCALC_EXPECT(!values.empty());
  std::sort(values.begin(), values.end());
  const double place = probability * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

std::vector<double> spline_knots(std::span<const double> x, std::size_t count) {
  if (count < 3 || count > 7)
    throw TableError(
        fmt::format("{} knots (a restricted cubic spline here has 3 to 7); choose 4 when in doubt", count));
  std::vector<double> sorted(x.begin(), x.end());
  std::sort(sorted.begin(), sorted.end());
  const double outer = count == 3 ? 0.1 : count == 7 ? 0.025 : 0.05;
  const auto [first, last] = clumped_ends(sorted);
  std::vector<double> inside = sorted;
  std::erase_if(inside, [first = first, last = last](double value) {
    return (first && value <= *first) || (last && value >= *last);
  });
  const std::size_t inner = count - first.has_value() - last.has_value();
  const double low = inner <= 2 ? 0.5 : outer,
               step = inner > 1 ? (1 - outer - low) / static_cast<double>(inner - 1) : 0;
  std::vector<double> knots;
  for (std::size_t k = 0; k < inner && !inside.empty(); ++k)
    knots.push_back(quantile(inside, low + step * static_cast<double>(k)));
  if (first)
    knots.insert(knots.begin(), *first);
  if (last)
    knots.push_back(*last);
  if (knots.size() < count)
    throw TableError(
        "a column for a spline holds too few different values (its knots fall together); use a linear term");
  if (sorted.size() < 100 && sorted.size() >= 10) { // outer quantiles of few values are unstable
    knots.front() = first.value_or(sorted[4]);
    knots.back() = last.value_or(sorted[sorted.size() - 5]);
  }
  for (std::size_t k = 1; k < count; ++k)
    if (knots[k] <= knots[k - 1])
      throw TableError(fmt::format("knots {} and {} of a spline fall together at {} (the column has too few different "
                                   "values); use fewer knots or a linear term",
                                   k, k + 1, knots[k]));
  return knots;
}

std::vector<std::vector<double>> spline_basis(std::span<const double> x, const std::vector<double>& knots) {
  OSTEOCALC_EXPECT(knots.size() >= 3);
  const double last = knots.back(), before = knots[knots.size() - 2], range = last - knots.front();
  std::vector<std::vector<double>> basis{{x.begin(), x.end()}};
  for (std::size_t j = 0; j + 2 < knots.size(); ++j) {
    std::vector<double> column;
    for (const double value : x)
      column.push_back((cube_above(value, knots[j]) - cube_above(value, before) * (last - knots[j]) / (last - before) +
                        cube_above(value, last) * (before - knots[j]) / (last - before)) /
                       (range * range));
    basis.push_back(std::move(column));
  }
  return basis;
}

std::vector<std::string> spline_names(const std::string& column, std::size_t knots) {
  std::vector<std::string> names;
  for (std::size_t j = 1; j < knots; ++j)
    names.push_back(fmt::format("rcs({},{}){}", column, knots, j));
  return names;
}

ModelFrame with_spline(const ModelFrame& frame, const std::string& column, const std::vector<double>& knots) {
  const auto place = static_cast<std::ptrdiff_t>(column_index(frame, column));
  const auto basis = spline_basis(frame.columns[static_cast<std::size_t>(place)], knots);
  const auto names = spline_names(column, knots.size());
  ModelFrame result = frame;
  remove_column(result, column);
  result.names.insert(result.names.begin() + place, names.begin(), names.end());
  result.columns.insert(result.columns.begin() + place, basis.begin(), basis.end());
  return result;
}

} // namespace osteocalc::cohort
