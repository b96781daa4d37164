// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/plan_data.h"

#include "osteocalc/cohort/expression.h"
#include "osteocalc/cohort/formula.h"
#include "osteocalc/cohort/table_files.h"
#include "osteocalc/cohort/units.h"
#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <set>

namespace osteocalc::cohort {

namespace {

/// The key asked for, else the one column name that every table has.
std::string find_key(const Plan& plan, const std::vector<Table>& tables) {
  if (!plan.key.empty() || tables.size() == 1)
    return plan.key;
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
                fmt::format("{} rows repeat a person who is already in the table (models without cluster or group "
                            "treat rows as independent, so their intervals are too narrow); keep one row a person, or "
                            "use cluster({}) errors",
                            repeats, keys->name)));
}

/// Values of readers and of the machine in one column: whoever reads the models must know.
void note_reviews(Issues& issues, const Table& table) {
  const Column* states = table.find("review");
  std::map<std::string, std::size_t> counts;
  for (std::size_t row = 0; states && row < table.rows(); ++row)
    ++counts[cell_text(*states, row).value_or("")];
  if (const std::size_t reviewed = counts["reviewed"]; reviewed > 0)
    issues.push_back(
        info("COHORT-REVIEWED", table.name(),
             fmt::format("{} of {} rows hold a reader's values, the others the machine's", reviewed, table.rows())));
  if (const std::size_t unresolved = counts["unresolved"]; unresolved > 0)
    issues.push_back(warning("COHORT-UNRESOLVED", table.name(),
                             fmt::format("{} rows were read by several readers without a decision (they hold the "
                                         "machine's values); adjudicate them and collect again",
                                         unresolved)));
}

/// Levels of one person are alike; a model must know it.
Issues independence_issues(const Plan& plan) {
  Issues issues;
  for (const ModelSpec& model : plan.models)
    if (model.family != "mixed" && !model.errors.starts_with("cluster(") && model.design != "survey")
      issues.push_back(warning("COHORT-LEVELS", model.id,
                               "the table has several levels of each person and this model takes them as independent "
                               "(its interval is too narrow); use family mixed with a group, or cluster errors"));
  return issues;
}

/// A column of codes only, once these are emptied, may turn out to hold numbers.
Column without_codes(Column column, const std::vector<std::string>& codes) {
  std::visit(
      [&]<class Cells>(const Cells&) {
        Cells& cells = std::get<Cells>(column.cells);
        for (std::size_t row = 0; row < cells.size(); ++row)
          if (const auto text = cell_text(column, row);
              text && std::find(codes.begin(), codes.end(), *text) != codes.end())
            cells[row].reset();
      },
      column.cells);
  return column;
}

Table without_codes(Table table, const Plan& plan, std::set<std::string>& known) {
  bool any = false;
  for (const auto& [column, codes] : plan.missing)
    if (table.find(column)) {
      known.insert(column);
      any = any || !codes.empty();
    }
  if (!any)
    return table;
  Table cleaned(table.name(), table.rows());
  for (const auto& column : table.shared_columns()) {
    const auto codes = plan.missing.find(column->name);
    if (codes == plan.missing.end())
      cleaned.add(column);
    else
      cleaned.add(without_codes(*column, codes->second));
  }
  return cleaned;
}

/// Adds a column, or puts it in the place of one with the same name.
void put(Table& table, Column column) {
  if (!table.find(column.name)) {
    table.add(std::move(column));
    return;
  }
  Table rebuilt(table.name(), table.rows());
  const auto replacement = std::make_shared<const Column>(std::move(column));
  for (const auto& old : table.shared_columns())
    rebuilt.add(old->name == replacement->name ? replacement : old);
  table = std::move(rebuilt);
}

/// Every outcome, variable of a term, stratum ... that the plan names, as written.
std::vector<std::string> names_in_plan(const Plan& plan) {
  std::vector<std::string> names;
  const auto add_terms = [&](const std::vector<std::string>& terms) {
    const std::vector<std::string> variables = formula_variables(terms);
    names.insert(names.end(), variables.begin(), variables.end());
  };
  for (const ModelSpec& model : plan.models) {
    names.push_back(model.outcome);
    add_terms(model.terms);
    if (model.errors.starts_with("cluster("))
      names.push_back(model.errors.substr(8, model.errors.size() - 9));
    names.push_back(model.group);
    if (!model.subset.empty())
      for (const std::string& name : Expression::parse(model.subset).names())
        names.push_back(name);
  }
  for (const auto& [name, text] : plan.variables) // the column a standardised one is made from: figures show its unit
    if (const Expression expression = Expression::parse(text); text.starts_with("standardize("))
      for (const std::string& needed : expression.needed())
        names.push_back(needed);
  for (const std::string& design : {plan.weights, plan.strata, plan.psu, plan.question.age})
    names.push_back(design);
  names.insert(names.end(), plan.question.strata.begin(), plan.question.strata.end());
  names.insert(names.end(), plan.specification.outcomes.begin(), plan.specification.outcomes.end());
  add_terms(plan.specification.exposures);
  for (const auto& [name, terms] : plan.specification.covariates)
    add_terms(terms);
  std::erase(names, "");
  return names;
}

/// Computes the plan's columns one after the other over a given domain.
class Columns {
 public:
  Columns(const Table& source, const Plan& plan, std::vector<bool> domain)
      : domain_(std::move(domain)), table_(source) {
    for (const auto& [name, text] : plan.variables) {
      compute(name, Expression::parse(text));
      kept_.push_back(name);
    }
  }

  /// An expression inside a model sees the domain as a variable does.
  void add_named(const std::vector<std::string>& names, const std::vector<bool>& domain) {
    domain_ = domain;
    for (const std::string& name : names) {
      if (!table_.find(name))
        compute(name, readable(name));
      if (std::find(kept_.begin(), kept_.end(), name) == kept_.end())
        kept_.push_back(name);
    }
  }

  [[nodiscard]] Table kept() const {
    Table table(table_.name(), table_.rows());
    for (const std::string& name : kept_)
      table.add(table_.shared(name));
    return table;
  }

  [[nodiscard]] const Table& all() const { return table_; }
  [[nodiscard]] const Issues& issues() const { return issues_; }

 private:
  /// A name that is no column: an expression, or a mistake that the table names best.
  Expression readable(const std::string& name) const {
    const bool looks_computed = name.find_first_of("()+*/<>=^?") != std::string::npos;
    if (!looks_computed)
      (void)table_.column(name); // throws
    return Expression::parse(name);
  }

  void compute(const std::string& name, const Expression& expression) {
    const std::string plain = expression.plain_name();
    if (plain == name)
      return (void)table_.column(name);
    if (!plain.empty()) { // keeps text as text
      Column copy = table_.column(plain);
      copy.name = name;
      return put(table_, std::move(copy));
    }
    Numbers cells = expression.evaluate(table_, domain_);
    warn_of_undefined(name, expression, cells);
    put(table_, {name, std::move(cells)});
  }

  void warn_of_undefined(const std::string& name, const Expression& expression, const Numbers& cells) {
    if (expression.text().find('?') != std::string::npos)
      return; // the branch not taken may miss what it likes
    std::size_t undefined = 0;
    std::vector<const Column*> inputs;
    for (const std::string& needed : expression.needed())
      inputs.push_back(&table_.column(needed));
    for (std::size_t row = 0; row < cells.size(); ++row)
      undefined += !cells[row] && std::none_of(inputs.begin(), inputs.end(),
                                               [row](const Column* input) { return is_missing(*input, row); });
    if (undefined > 0)
      issues_.push_back(warning("PLAN-UNDEFINED", name,
                                fmt::format("'{}' has no finite value in {} rows where all it is computed from is "
                                            "known (they count as missing); check for logarithms and divisions of 0",
                                            expression.text(), undefined)));
  }

  std::vector<bool> domain_;
  Table table_;
  std::vector<std::string> kept_;
  Issues issues_;
};

bool standardizes(const std::string& text) {
  return text.find("standardize(") != std::string::npos;
}

void check_domain_inputs(const Plan& plan, const Expression& domain) {
  for (const std::string& name : domain.needed())
    for (const auto& [variable, text] : plan.variables)
      if (variable == name && standardizes(text))
        throw ConfigError(fmt::format("the domain depends on '{}', which is standardised over the domain (each would "
                                      "need the other first); use the variable it is made from, or defined({})",
                                      name, name));
  if (standardizes(domain.text()))
    throw ConfigError("the domain uses standardize() (it would need itself); compare the variable as it is");
}

std::string reason_of(const Expression& condition) {
  const std::string& text = condition.text();
  if (text.starts_with("defined(") && text.ends_with(')') && text.find(')') == text.size() - 1)
    return text.substr(8, text.size() - 9) + " missing";
  return "outside the domain: not (" + text + "), or unknown";
}

void apply_domain(PlanData& data, const Plan& plan, const Table& columns) {
  const std::size_t rows = columns.rows();
  data.domain.assign(rows, true);
  std::size_t remaining = rows;
  if (!plan.domain.empty()) {
    const Expression domain = Expression::parse(plan.domain);
    check_domain_inputs(plan, domain);
    for (const Expression& condition : domain.conjuncts()) {
      const Numbers holds = condition.evaluate(columns, data.domain);
      for (std::size_t row = 0; row < rows; ++row)
        data.domain[row] = data.domain[row] && holds[row].value_or(0) != 0;
      const auto left = static_cast<std::size_t>(std::count(data.domain.begin(), data.domain.end(), true));
      data.steps.push_back({reason_of(condition), remaining - left, left});
      remaining = left;
    }
  }
  if (remaining == 0)
    throw TableError(
        fmt::format("the domain '{}' holds no row (there is nobody to analyse; {}); check its conditions", plan.domain,
                    data.steps.empty() ? "the table is empty" : "'" + data.steps.back().reason + "' left none"));
  for (std::size_t row = 0; row < rows; ++row)
    if (data.domain[row])
      data.domain_rows.push_back(row);
}

/// How the scan was made, in the columns that `batch` writes and papers use.
std::vector<std::string> usual_physics(const Table& table) {
  std::vector<std::string> terms;
  for (const char* name : {"kvp_kv", "kernel", "contrast", "scanner", "calibration_mode"})
    if (const Column* column = table.find(name))
      terms.push_back(std::holds_alternative<Numbers>(column->cells) ? column->name : "C(" + column->name + ")");
  return terms;
}

} // namespace

PlanData prepare_plan_data(const Table& table, const Plan& plan) {
  PlanData data;
  Columns columns(table, plan, std::vector<bool>(table.rows(), true));
  Issues unit_issues = check_units(columns.all(), plan);
  apply_domain(data, plan, columns.all());
  if (std::any_of(plan.variables.begin(), plan.variables.end(), [](const auto& v) { return standardizes(v.second); }))
    columns = Columns(table, plan, data.domain);
  data.physics = plan.question.physics.empty() ? usual_physics(columns.all()) : plan.question.physics;
  columns.add_named(names_in_plan(plan), data.domain);
  columns.add_named(formula_variables(data.physics), data.domain);
  if (columns.all().find("sex")) // figures tell women and men apart
    columns.add_named({"sex"}, data.domain);
  data.table = columns.kept();
  data.issues = columns.issues();
  append(data.issues, unit_issues);
  data.domain_table = data.domain_rows.size() == table.rows() ? data.table : select_rows(data.table, data.domain_rows);
  if (!plan.weights.empty() || !plan.strata.empty() || !plan.psu.empty())
    data.survey = survey_design(data.table, plan.weights, plan.strata, plan.psu, plan.lonely);
  return data;
}

PlanData load_plan_data(const Plan& plan) {
  if (plan.tables.empty())
    throw ConfigError("no table was named (there is nothing to analyse); name at least one");
  std::vector<Table> tables;
  std::vector<TableSource> sources;
  std::set<std::string> known;
  for (const std::filesystem::path& source : plan.tables) {
    tables.push_back(without_codes(read_table(source), plan, known));
    const std::size_t rows = tables.back().rows();
    sources.push_back({tables.back().name(), sha256_hex_of_file(table_file(source)), rows, rows, 0});
  }
  for (const auto& [column, codes] : plan.missing)
    if (!known.contains(column))
      throw TableError(fmt::format("no table has the column '{}' for which codes of missing are declared (they would "
                                   "stay numbers); correct its name",
                                   column));
  const std::string key = find_key(plan, tables);
  Issues issues;
  warn_of_repeats(issues, tables.front(), key);
  Table joined = std::move(tables.front());
  note_reviews(issues, joined);
  for (std::size_t i = 1; i < tables.size(); ++i) {
    Join join = left_join(joined, tables[i], key);
    sources[i].matched = join.matched;
    sources[i].left_over = join.left_over;
    joined = std::move(join.table);
  }
  if (!plan.long_form.levels.empty()) {
    joined = long_table(joined, plan.long_form.levels, plan.long_form.columns);
    append(issues, independence_issues(plan));
  }
  PlanData data = prepare_plan_data(joined, plan);
  data.sources = std::move(sources);
  data.key = key;
  append(issues, data.issues);
  data.issues = std::move(issues);
  return data;
}

} // namespace osteocalc::cohort
