// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/description.h"

#include "osteocalc/cohort/formula.h"
#include "osteocalc/cohort/trend.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

namespace osteocalc::cohort {

namespace {

struct Group {
  std::string name;
  std::vector<std::size_t> rows; ///< of the table
};

std::vector<Group> make_groups(const PlanData& data, const std::string& exposure, const std::vector<double>& weights) {
  std::vector<Group> groups{{"all", data.domain_rows}};
  const auto* cells = std::get_if<Numbers>(&data.table.column(exposure).cells);
  std::vector<double> values, value_weights;
  std::vector<std::size_t> rows;
  for (const std::size_t row : data.domain_rows)
    if (cells && (*cells)[row] && weights[row] > 0) {
      rows.push_back(row);
      values.push_back(*(*cells)[row]);
      value_weights.push_back(weights[row]);
    }
  try {
    const QuantileGroups quarters = quantile_groups(values, data.survey ? value_weights : std::vector<double>{});
    for (std::size_t g = 0; g < 4; ++g)
      groups.push_back({fmt::format("quarter {}{}", g + 1, g == 0 ? " (lowest)" : g == 3 ? " (highest)" : ""), {}});
    for (std::size_t i = 0; i < rows.size(); ++i)
      groups[quarters.group[i] + 1].rows.push_back(rows[i]);
  } catch (const TableError&) { // two values only: no quarters
  }
  return groups;
}

DescriptionRow number_row(const std::string& name, const Numbers& cells, const std::vector<Group>& groups,
                          const std::vector<double>& weights) {
  DescriptionRow row{name};
  for (const Group& group : groups) {
    double sum = 0, total = 0, squares = 0;
    std::size_t n = 0;
    for (const std::size_t i : group.rows)
      if (cells[i] && weights[i] > 0) {
        sum += weights[i] * *cells[i];
        total += weights[i];
        ++n;
      }
    const double mean = sum / total;
    for (const std::size_t i : group.rows)
      if (cells[i] && weights[i] > 0)
        squares += weights[i] * (*cells[i] - mean) * (*cells[i] - mean);
    const auto count = static_cast<double>(n);
    row.value.push_back(n > 0 ? std::optional(mean) : std::nullopt);
    row.spread.push_back(n > 1 ? std::optional(std::sqrt(squares / total * count / (count - 1))) : std::nullopt);
  }
  return row;
}

DescriptionRow level_row(const Column& column, const std::string& level, const std::vector<Group>& groups,
                         const std::vector<double>& weights) {
  DescriptionRow row{column.name + " " + level, true};
  for (const Group& group : groups) {
    double count = 0, share = 0, total = 0;
    for (const std::size_t i : group.rows)
      if (const auto cell = cell_text(column, i); cell && weights[i] > 0) {
        total += weights[i];
        count += *cell == level;
        share += *cell == level ? weights[i] : 0;
      }
    row.value.emplace_back(count);
    row.spread.push_back(total > 0 ? std::optional(share / total) : std::nullopt);
  }
  return row;
}

/// Levels of a text, of a factor, or of numbers that are few; empty for a quantity.
std::vector<std::string> levels(const PlanData& data, const Column& column, bool categorical) {
  std::set<double> numbers;
  std::set<std::string> texts;
  const auto* cells = std::get_if<Numbers>(&column.cells);
  for (const std::size_t row : data.domain_rows) {
    if (cells && (*cells)[row])
      numbers.insert(*(*cells)[row]);
    else if (!cells && !is_missing(column, row))
      texts.insert(*cell_text(column, row));
    if (numbers.size() > 2 && !categorical)
      return {};
  }
  std::vector<std::string> names(texts.begin(), texts.end());
  for (const double number : numbers)
    names.push_back(fmt::format("{}", number));
  return names;
}

} // namespace

Description describe(const PlanData& data, const Plan& plan, const ModelSpec& lead) {
  Description description;
  description.weighted = lead.design == "survey";
  const std::vector<double> weights =
      description.weighted ? data.survey->weights : std::vector<double>(data.table.rows(), 1.0);
  const std::string exposure = formula_variables({lead.terms.front()}).front();
  const std::vector<Group> groups = make_groups(data, exposure, weights);
  for (const Group& group : groups) {
    description.groups.push_back(group.name);
    description.n.push_back(static_cast<std::size_t>(
        std::count_if(group.rows.begin(), group.rows.end(), [&](std::size_t row) { return weights[row] > 0; })));
  }
  std::vector<std::string> names;
  std::set<std::string> categorical, seen;
  for (const ModelSpec& model : plan.models) {
    for (const std::string& name : {model.outcome, exposure})
      if (seen.insert(name).second)
        names.push_back(name);
    for (const FormulaTerm& term : parse_terms(model.terms))
      for (const Factor& factor : term) {
        if (factor.kind == Factor::Kind::Categorical)
          categorical.insert(factor.variable);
        if (seen.insert(factor.variable).second)
          names.push_back(factor.variable);
      }
  }
  for (const std::string& name : names) {
    const Column& column = data.table.column(name);
    MissingRow missing{name};
    for (const std::size_t row : data.domain_rows)
      missing.missing += is_missing(column, row);
    description.missing.push_back(missing);
    const std::vector<std::string> found = levels(data, column, categorical.contains(name));
    if (found.empty())
      description.rows.push_back(number_row(name, data.table.numbers(name), groups, weights));
    for (const std::string& level : found)
      if (found.size() != 2 || level != "0") // of a yes or no, yes is enough
        description.rows.push_back(level_row(column, level, groups, weights));
  }
  return description;
}

} // namespace osteocalc::cohort
