// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/model_frame.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <numeric>
#include <set>
#include <type_traits>
#include <utility>

namespace osteocalc::cohort {

namespace {

bool is_categorical(const std::string& term) {
  return term.starts_with("C(") && term.ends_with(")");
}

bool holds_sex(const Column& column) {
  const auto* texts = std::get_if<Texts>(&column.cells);
  return texts && std::all_of(texts->begin(), texts->end(),
                              [](const auto& cell) { return !cell || cell == "F" || cell == "M"; });
}

/// Drops the rows in which `column` is missing and counts them.
void drop_missing(ModelFrame& frame, const Table& table, const Column& column) {
  const std::size_t gone = std::erase_if(frame.rows, [&](std::size_t row) { return is_missing(column, row); });
  frame.excluded.push_back({column.name, gone});
  if (frame.rows.empty())
    throw TableError(
        fmt::format("no row of {} is complete for {} (after '{}' none is left); check that the tables belong "
                    "together",
                    table.name(), frame.formula, column.name));
}

void add_numeric(ModelFrame& frame, const Table& table, const std::string& term) {
  const Numbers& numbers = table.numbers(term);
  std::vector<double> values;
  for (const std::size_t row : frame.rows)
    values.push_back(*numbers[row]);
  frame.names.push_back(term);
  frame.columns.push_back(std::move(values));
}

/// Level names in order; the first is the reference.
std::vector<std::string> levels(const Column& column, const std::vector<std::size_t>& rows) {
  std::vector<std::string> names;
  if (const auto* numbers = std::get_if<Numbers>(&column.cells)) {
    std::set<double> found;
    for (const std::size_t row : rows)
      found.insert(*(*numbers)[row]);
    for (const double level : found)
      names.push_back(fmt::format("{}", level));
    return names;
  }
  std::set<std::string> found;
  for (const std::size_t row : rows)
    found.insert(*cell_text(column, row));
  return {found.begin(), found.end()};
}

void add_indicator(ModelFrame& frame, const Column& column, const std::string& level) {
  std::vector<double> values;
  for (const std::size_t row : frame.rows)
    values.push_back(*cell_text(column, row) == level ? 1.0 : 0.0);
  frame.names.push_back(column.name + level);
  frame.columns.push_back(std::move(values));
}

void add_categories(ModelFrame& frame, const Column& column) {
  const std::vector<std::string> names = levels(column, frame.rows);
  if (names.size() < 2)
    throw TableError(
        fmt::format("'{}' has only one level among the {} complete rows (its part cannot be estimated); leave it "
                    "out",
                    column.name, frame.rows.size()));
  for (std::size_t i = 1; i < names.size(); ++i)
    add_indicator(frame, column, names[i]);
}

void add_term(ModelFrame& frame, const Table& table, const std::string& term) {
  const Column& column = table.column(term_column(term));
  if (is_categorical(term))
    add_categories(frame, column);
  else if (holds_sex(column))
    add_indicator(frame, column, "M");
  else
    add_numeric(frame, table, term);
}

void check_columns(const ModelFrame& frame) {
  for (std::size_t i = 1; i < frame.columns.size(); ++i) {
    const auto [low, high] = std::minmax_element(frame.columns[i].begin(), frame.columns[i].end());
    if (*low == *high)
      throw TableError(
          fmt::format("'{}' is the same in all {} complete rows (its slope cannot be estimated); leave it out or "
                      "widen the table",
                      frame.names[i], frame.rows.size()));
  }
  if (frame.rows.size() <= frame.names.size())
    throw TableError(
        fmt::format("{} complete rows for {} coefficients in {} (too few to estimate an error); add rows or leave "
                    "out terms",
                    frame.rows.size(), frame.names.size(), frame.formula));
}

} // namespace

std::string term_column(const std::string& term) {
  return is_categorical(term) ? term.substr(2, term.size() - 3) : term;
}

ModelFrame model_frame(const Table& table, const std::string& outcome, const std::vector<std::string>& terms) {
  ModelFrame frame;
  frame.formula = fmt::format("{} ~ {}", outcome, fmt::join(terms, " + "));
  frame.rows.resize(table.rows());
  std::iota(frame.rows.begin(), frame.rows.end(), std::size_t{0});
  const Numbers& outcomes = table.numbers(outcome);
  drop_missing(frame, table, table.column(outcome));
  for (const std::string& term : terms)
    drop_missing(frame, table, table.column(term_column(term)));
  for (const std::size_t row : frame.rows)
    frame.outcome.push_back(*outcomes[row]);
  frame.names.push_back("(Intercept)");
  frame.columns.emplace_back(frame.rows.size(), 1.0);
  for (const std::string& term : terms)
    add_term(frame, table, term);
  check_columns(frame);
  return frame;
}

void check_outcome_varies(const ModelFrame& frame) {
  const auto [low, high] = std::minmax_element(frame.outcome.begin(), frame.outcome.end());
  if (*low == *high)
    throw TableError(
        fmt::format("the outcome is {} in all {} rows of {} (there is nothing to explain); check the column", *low,
                    frame.rows.size(), frame.formula));
}

ModelFrame keep_rows(const ModelFrame& frame, const std::vector<bool>& keep) {
  OSTEOCALC_EXPECT(keep.size() == frame.rows.size());
  ModelFrame result;
  result.formula = frame.formula;
  result.names = frame.names;
  result.excluded = frame.excluded;
  const auto kept = [&](const auto& values) {
    std::decay_t<decltype(values)> left;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (keep[i])
        left.push_back(values[i]);
    return left;
  };
  result.rows = kept(frame.rows);
  result.outcome = kept(frame.outcome);
  for (const auto& column : frame.columns)
    result.columns.push_back(kept(column));
  return result;
}

std::size_t column_index(const ModelFrame& frame, const std::string& name) {
  const auto found = std::find(frame.names.begin(), frame.names.end(), name);
  if (found == frame.names.end())
    throw TableError(fmt::format("{} has no column '{}' (its columns are {}); use one of them", frame.formula, name,
                                 fmt::join(frame.names, ", ")));
  return static_cast<std::size_t>(found - frame.names.begin());
}

void add_column(ModelFrame& frame, std::string name, std::vector<double> values) {
  OSTEOCALC_EXPECT(values.size() == frame.rows.size());
  frame.names.push_back(std::move(name));
  frame.columns.push_back(std::move(values));
}

void remove_column(ModelFrame& frame, const std::string& name) {
  const auto i = static_cast<std::ptrdiff_t>(column_index(frame, name));
  frame.names.erase(frame.names.begin() + i);
  frame.columns.erase(frame.columns.begin() + i);
}

void add_interaction(ModelFrame& frame, const std::string& a, const std::string& b) {
  std::vector<double> product = frame.columns[column_index(frame, a)];
  const std::vector<double>& other = frame.columns[column_index(frame, b)];
  for (std::size_t i = 0; i < product.size(); ++i)
    product[i] *= other[i];
  add_column(frame, a + ":" + b, std::move(product));
}

} // namespace osteocalc::cohort
