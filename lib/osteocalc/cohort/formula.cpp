// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/formula.h"

#include "osteocalc/cohort/spline.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <utility>

namespace osteocalc::cohort {

namespace {

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string()
                                         : std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

/// Cuts at `mark` where it stands outside brackets and backticks.
std::vector<std::string> cut(std::string_view text, char mark) {
  std::vector<std::string> parts;
  int depth = 0;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : mark;
    quoted ^= c == '`';
    depth += quoted ? 0 : c == '(' ? 1 : c == ')' ? -1 : 0;
    if (i == text.size() || (c == mark && depth == 0 && !quoted)) {
      parts.push_back(trimmed(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  return parts;
}

[[noreturn]] void fail(std::string_view term, std::string_view problem) {
  throw ConfigError(
      fmt::format("term '{}': {} (its columns are unclear); write x, C(x), rcs(x,4), a:b or a*b", term, problem));
}

std::string unquoted(const std::string& text) {
  return text.size() > 2 && text.front() == '`' && text.find('`', 1) == text.size() - 1
             ? text.substr(1, text.size() - 2)
             : text;
}

Factor parse_factor(const std::string& text, std::string_view term) {
  const auto inside = [&](std::size_t from) { return text.substr(from, text.size() - from - 1); };
  if (text.starts_with("C(") && text.ends_with(')'))
    return {Factor::Kind::Categorical, unquoted(trimmed(inside(2)))};
  if (text.starts_with("rcs(") && text.ends_with(')')) {
    const std::vector<std::string> arguments = cut(inside(4), ',');
    Factor factor{Factor::Kind::Spline, unquoted(arguments[0])};
    if (arguments.size() == 2) {
      const char* end = arguments[1].data() + arguments[1].size();
      if (std::from_chars(arguments[1].data(), end, factor.knots).ptr != end)
        fail(term, fmt::format("'{}' is no number of knots", arguments[1]));
    }
    if (arguments.size() > 2 || factor.variable.empty())
      fail(term, "rcs takes a variable and a number of knots");
    return factor;
  }
  if (text.empty())
    fail(term, "a variable is missing");
  return {Factor::Kind::Plain, unquoted(text)};
}

std::string factor_text(const Factor& factor) {
  switch (factor.kind) {
  case Factor::Kind::Categorical:
    return "C(" + factor.variable + ")";
  case Factor::Kind::Spline:
    return fmt::format("rcs({},{})", factor.variable, factor.knots);
  case Factor::Kind::Plain:
    break;
  }
  return factor.variable;
}

void add_once(std::vector<FormulaTerm>& terms, const FormulaTerm& term) {
  if (std::none_of(terms.begin(), terms.end(), [&](const auto& known) { return term_text(known) == term_text(term); }))
    terms.push_back(term);
}

using NamedColumns = std::vector<std::pair<std::string, std::vector<double>>>;

std::size_t level_count(const Column& column, const std::vector<std::size_t>& rows) {
  std::set<std::string> levels;
  for (const std::size_t row : rows)
    levels.insert(*cell_text(column, row));
  return levels.size();
}

/// What model_frame made of each factor, in its order; a spline's single column becomes its basis.
std::vector<NamedColumns> factor_columns(const Table& table, ModelFrame& base, const std::vector<Factor>& factors) {
  std::vector<NamedColumns> result;
  std::size_t at = 1; // after the intercept
  for (const Factor& factor : factors) {
    NamedColumns columns;
    if (factor.kind == Factor::Kind::Spline) {
      const std::vector<double> knots = spline_knots(base.columns[at], factor.knots);
      const std::vector<std::string> names = spline_names(factor.variable, factor.knots);
      std::vector<std::vector<double>> basis = spline_basis(base.columns[at++], knots);
      for (std::size_t i = 0; i < names.size(); ++i)
        columns.emplace_back(names[i], std::move(basis[i]));
    } else {
      const bool many = factor.kind == Factor::Kind::Categorical;
      for (std::size_t left = many ? level_count(table.column(factor.variable), base.rows) - 1 : 1; left > 0; --left) {
        columns.emplace_back(base.names[at], std::move(base.columns[at]));
        ++at;
      }
    }
    result.push_back(std::move(columns));
  }
  return result;
}

NamedColumns multiply(const NamedColumns& a, const NamedColumns& b) {
  NamedColumns products;
  for (const auto& [b_name, b_values] : b)
    for (const auto& [a_name, a_values] : a) {
      std::vector<double> product = a_values;
      for (std::size_t i = 0; i < product.size(); ++i)
        product[i] *= b_values[i];
      products.emplace_back(a_name + ":" + b_name, std::move(product));
    }
  return products;
}

} // namespace

std::string term_text(const FormulaTerm& term) {
  std::vector<std::string> parts;
  for (const Factor& factor : term)
    parts.push_back(factor_text(factor));
  return fmt::format("{}", fmt::join(parts, ":"));
}

std::vector<FormulaTerm> parse_terms(const std::vector<std::string>& terms) {
  std::vector<FormulaTerm> mains, products;
  for (const std::string& term : terms) {
    const std::vector<std::string> crossed = cut(term, '*');
    FormulaTerm all;
    for (const std::string& part : crossed) {
      FormulaTerm product;
      for (const std::string& factor : cut(part, ':'))
        product.push_back(parse_factor(factor, term));
      if (product.size() > 1 && crossed.size() > 1)
        fail(term, "* and : stand in one term");
      add_once(product.size() > 1 ? products : mains, product);
      all.insert(all.end(), product.begin(), product.end());
    }
    if (crossed.size() > 2)
      fail(term, "more than two variables are crossed");
    if (crossed.size() == 2)
      add_once(products, all);
  }
  mains.insert(mains.end(), products.begin(), products.end());
  return mains;
}

std::vector<std::string> formula_variables(const std::vector<std::string>& terms) {
  std::vector<std::string> variables;
  for (const FormulaTerm& term : parse_terms(terms))
    for (const Factor& factor : term)
      if (std::find(variables.begin(), variables.end(), factor.variable) == variables.end())
        variables.push_back(factor.variable);
  return variables;
}

ModelFrame formula_frame(const Table& table, const std::string& outcome, const std::vector<std::string>& terms) {
  const std::vector<FormulaTerm> parsed = parse_terms(terms);
  std::vector<Factor> factors;
  std::vector<std::string> texts, base_terms;
  for (const FormulaTerm& term : parsed)
    for (const Factor& factor : term) {
      if (std::find(texts.begin(), texts.end(), factor_text(factor)) != texts.end())
        continue;
      factors.push_back(factor);
      texts.push_back(factor_text(factor));
      base_terms.push_back(factor.kind == Factor::Kind::Spline ? factor.variable : texts.back());
    }
  ModelFrame frame = model_frame(table, outcome, base_terms);
  const std::vector<NamedColumns> made = factor_columns(table, frame, factors);
  frame.formula = fmt::format("{} ~ {}", outcome, terms.empty() ? "1" : fmt::format("{}", fmt::join(terms, " + ")));
  frame.names.resize(1);
  frame.columns.resize(1);
  for (const FormulaTerm& term : parsed) {
    const auto columns_of = [&](const Factor& factor) -> const NamedColumns& {
      const auto found = std::find(texts.begin(), texts.end(), factor_text(factor));
      return made[static_cast<std::size_t>(found - texts.begin())];
    };
    NamedColumns columns = columns_of(term.front());
    for (std::size_t i = 1; i < term.size(); ++i)
      columns = multiply(columns, columns_of(term[i]));
    for (auto& [name, values] : columns)
      add_column(frame, name, std::move(values));
  }
  return frame;
}

} // namespace osteocalc::cohort
