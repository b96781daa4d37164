// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/analysis.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/cohort/findings.h"
#include "osteocalc/cohort/linear.h"
#include "osteocalc/cohort/spearman.h"
#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <numeric>
#include <set>

namespace osteocalc::cohort {

namespace {

std::string log_name(const CohortRequest& request) {
  return fmt::format("log1p({})", request.outcome);
}
std::string standardized_name(const CohortRequest& request) {
  return fmt::format("standardize({})", request.exposure);
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double sample_sd(const std::vector<double>& values) {
  const double center = mean(values);
  double sum = 0;
  for (const double value : values)
    sum += (value - center) * (value - center);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

void check_request(const CohortRequest& request) {
  std::set<std::string> named{request.outcome};
  std::vector<std::string> others = request.adjust;
  others.push_back(request.exposure);
  for (const std::string& term : others)
    if (!named.insert(term_column(term)).second)
      throw ConfigError(
          fmt::format("'{}' is named twice among outcome, exposure and adjustment (a variable cannot explain "
                      "itself); name it once",
                      term_column(term)));
}

template <class Function>
Column derived(std::string name, const Numbers& source, Function function) {
  Numbers cells(source.size());
  for (std::size_t row = 0; row < source.size(); ++row)
    if (source[row])
      cells[row] = function(*source[row]);
  return {std::move(name), std::move(cells)};
}

void add_log_outcome(Table& table, const CohortRequest& request) {
  const Numbers& outcome = table.numbers(request.outcome);
  const auto negative =
      std::count_if(outcome.begin(), outcome.end(), [](const auto& cell) { return cell && *cell < 0; });
  if (negative > 0)
    throw TableError(
        fmt::format("'{}' is negative in {} rows (a calcium score is 0 or more, and ln(score + 1) needs it); name "
                    "another outcome, or leave cells empty where a code means missing",
                    request.outcome, negative));
  table.add(derived(log_name(request), outcome, [](double value) { return std::log1p(value); }));
}

std::vector<std::string> with(const std::string& exposure, const std::vector<std::string>& adjust) {
  std::vector<std::string> terms{exposure};
  terms.insert(terms.end(), adjust.begin(), adjust.end());
  return terms;
}

Association associate(const Table& table, const CohortRequest& request, const std::vector<std::string>& adjust,
                      const std::string& id, const std::string& label) {
  const ModelFrame per_sd = model_frame(table, log_name(request), with(standardized_name(request), adjust));
  const ModelFrame per_unit = model_frame(table, log_name(request), with(request.exposure, adjust));
  Association result{label, fit_linear(per_sd, Errors::Hc3), fit_linear(per_unit, Errors::Hc3),
                     mean(per_unit.columns[1]), mean(per_unit.outcome)};
  result.per_sd.id = id + "_sd";
  result.per_unit.id = id + "_unit";
  return result;
}

/// The column that colours the scatter: sex, else the first adjustment with two levels.
std::string find_group_column(const Table& table, const CohortRequest& request, const std::vector<std::size_t>& rows) {
  std::vector<std::string> candidates{"sex"};
  for (const std::string& term : request.adjust)
    candidates.push_back(term_column(term));
  for (const std::string& candidate : candidates) {
    const Column* column = table.find(candidate);
    std::set<std::string> levels;
    for (std::size_t i = 0; column && i < rows.size() && levels.size() < 3; ++i)
      levels.insert(cell_text(*column, rows[i]).value_or(""));
    levels.erase("");
    if (levels.size() == 2)
      return candidate;
  }
  return {};
}

void add_points(CohortResult& result, const Table& table, const ModelFrame& crude) {
  result.group_column = find_group_column(table, result.request, crude.rows);
  const Column* group = table.find(result.group_column);
  for (std::size_t i = 0; i < crude.rows.size(); ++i)
    result.points.push_back({crude.columns[1][i], crude.outcome[i],
                             group ? cell_text(*group, crude.rows[i]).value_or("unknown") : std::string()});
}

Flow make_flow(const Table& table, const ModelFrame& frame, const std::string& outcome, std::size_t crude) {
  Flow flow;
  flow.rows = table.rows();
  std::size_t remaining = table.rows();
  for (std::size_t i = 0; i < frame.excluded.size(); ++i) {
    const Exclusion& exclusion = frame.excluded[i];
    const char* role = i == 0 ? "outcome" : i == 1 ? "exposure" : "adjustment";
    remaining -= exclusion.rows;
    flow.steps.push_back(
        {fmt::format("{} {} missing", role, i == 0 ? outcome : exclusion.column), exclusion.rows, remaining});
  }
  flow.crude = crude;
  flow.adjusted = remaining;
  return flow;
}

/// The key asked for, else the one column name that every table has.
std::string find_key(const CohortRequest& request, const std::vector<Table>& tables) {
  if (!request.key.empty() || tables.size() == 1)
    return request.key;
  std::vector<std::string> shared;
  for (const Column& column : tables.front().columns())
    if (std::all_of(tables.begin(), tables.end(), [&](const Table& table) { return table.find(column.name); }))
      shared.push_back(column.name);
  if (shared.size() != 1)
    throw TableError(
        fmt::format("the tables share {} columns{}{} (rows of one person could not be brought together); name the "
                    "key column",
                    shared.size(), shared.empty() ? "" : ": ", fmt::join(shared, ", ")));
  return shared.front();
}

void warn_of_repeats(Issues& issues, const Table& table, const std::string& key) {
  const Column* keys = table.find(key.empty() ? "subject" : key);
  std::set<std::string> seen;
  std::size_t repeats = 0;
  for (std::size_t row = 0; keys && row < table.rows(); ++row)
    if (const auto text = cell_text(*keys, row))
      repeats += !seen.insert(*text).second;
  if (repeats > 0)
    issues.push_back(
        warning("COHORT-REPEATED", keys->name,
                fmt::format("{} rows repeat a person who is already in the table (the models treat rows as "
                            "independent, so the intervals are too narrow); keep one row a person",
                            repeats)));
}

} // namespace

double percent_change(double slope) {
  return 100 * std::expm1(slope);
}

const Term& exposure_slope(const Model& model) {
  return model.terms.at(1); // model_frame puts the intercept first and the terms in formula order
}

std::vector<Model> all_models(const CohortResult& result) {
  std::vector<Model> models{result.spearman, result.crude.per_sd, result.crude.per_unit};
  for (const auto* associations : {&result.same_people, &result.adjusted})
    for (const Association& association : *associations) {
      models.push_back(association.per_sd);
      models.push_back(association.per_unit);
    }
  return models;
}

const Association& comparable_crude(const CohortResult& result) {
  return result.same_people.empty() ? result.crude : result.same_people.front();
}

std::optional<double> share_removed(const CohortResult& result) {
  const Term& crude = exposure_slope(comparable_crude(result).per_sd);
  if (result.adjusted.empty() || covers_zero(crude))
    return std::nullopt;
  return 1 - exposure_slope(result.adjusted.front().per_sd).estimate / crude.estimate;
}

CohortResult analyze_table(Table table, const CohortRequest& request) {
  check_request(request);
  CohortResult result;
  result.request = request;
  add_log_outcome(table, request);
  const ModelFrame crude = model_frame(table, log_name(request), {request.exposure});
  const std::vector<double>& exposure = crude.columns[1];
  result.exposure_mean = mean(exposure);
  result.exposure_sd = sample_sd(exposure);
  table.add(derived(standardized_name(request), table.numbers(request.exposure),
                    [&](double value) { return (value - result.exposure_mean) / result.exposure_sd; }));

  result.spearman.id = result.spearman.family = "spearman";
  result.spearman.formula = fmt::format("{} ~ {}", request.outcome, request.exposure);
  result.spearman.n = crude.rows.size();
  result.spearman.df = static_cast<double>(crude.rows.size()) - 2;
  result.spearman.terms = {spearman(exposure, crude.outcome)}; // ln(y + 1) has the ranks of y

  result.crude = associate(table, request, {}, "crude", "crude");
  const ModelFrame adjusted = model_frame(table, log_name(request), with(request.exposure, request.adjust));
  result.flow = make_flow(table, adjusted, result.request.outcome, crude.rows.size());
  if (!request.adjust.empty()) {
    if (adjusted.rows.size() < crude.rows.size())
      result.same_people = {associate(select_rows(table, adjusted.rows), request, {}, "crude_same_people",
                                      "crude, people of the adjusted model")};
    result.adjusted = {associate(table, request, request.adjust, "adjusted",
                                 fmt::format("adjusted for {}", fmt::join(request.adjust, ", ")))};
  }
  add_points(result, table, crude);
  result.findings = findings(result);
  result.issues = interpretation_issues(result);
  return result;
}

CohortResult run_cohort(const CohortRequest& request) {
  if (request.tables.empty())
    throw ConfigError("no table was named (there is nothing to analyse); name at least one CSV file");
  std::vector<Table> tables;
  std::vector<TableSource> sources;
  for (const std::filesystem::path& file : request.tables) {
    tables.push_back(read_csv(file));
    const std::size_t rows = tables.back().rows();
    sources.push_back({tables.back().name(), sha256_hex_of_file(file), rows, rows, 0});
  }
  const std::string key = find_key(request, tables);
  Table joined = tables.front();
  for (std::size_t i = 1; i < tables.size(); ++i) {
    Join join = left_join(joined, tables[i], key);
    sources[i].matched = join.matched;
    sources[i].left_over = join.left_over;
    joined = std::move(join.table);
  }
  CohortRequest resolved = request;
  resolved.key = key;
  Issues issues;
  warn_of_repeats(issues, tables.front(), key);
  CohortResult result = analyze_table(std::move(joined), resolved);
  result.flow.tables = std::move(sources);
  append(issues, result.issues);
  result.issues = std::move(issues);
  return result;
}

} // namespace osteocalc::cohort
