// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/expression.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <numbers>
#include <numeric>
#include <optional>

namespace osteocalc::cohort {

enum class Kind { Number, Text, Name, Negate, Binary, Conditional, Call };

struct Expression::Node {
  Kind kind = Kind::Number;
  std::string text{}; ///< name, operator, function or quoted text
  double value = 0;
  std::vector<std::shared_ptr<const Node>> parts{};
  std::size_t begin = 0, end = 0; ///< in the expression's text
};

namespace {

using Node = Expression::Node;
using NodePtr = std::shared_ptr<const Node>;
using Values = std::vector<double>; ///< NaN stands for missing while an expression is computed, and only here

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

struct Function {
  std::string_view name;
  double (*of)(double);
};
constexpr std::array<Function, 23> functions{{{"sin", std::sin},
                                              {"cos", std::cos},
                                              {"tan", std::tan},
                                              {"asin", std::asin},
                                              {"acos", std::acos},
                                              {"atan", std::atan},
                                              {"sinh", std::sinh},
                                              {"cosh", std::cosh},
                                              {"tanh", std::tanh},
                                              {"asinh", std::asinh},
                                              {"acosh", std::acosh},
                                              {"atanh", std::atanh},
                                              {"log2", std::log2},
                                              {"log10", std::log10},
                                              {"log", std::log},
                                              {"ln", std::log},
                                              {"exp", std::exp},
                                              {"sqrt", std::sqrt},
                                              {"abs", std::fabs},
                                              {"log1p", std::log1p},
                                              {"floor", std::floor},
                                              {"sign", [](double x) { return static_cast<double>((x > 0) - (x < 0)); }},
                                              {"rint", [](double x) { return std::floor(x + 0.5); }}}};
constexpr std::array<std::string_view, 5> variadic{"sum", "avg", "min", "max", "atan2"};

const Function* find_function(std::string_view name) {
  const auto found = std::find_if(functions.begin(), functions.end(), [&](const auto& f) { return f.name == name; });
  return found == functions.end() ? nullptr : &*found;
}

bool is_variadic(std::string_view name) {
  return std::find(variadic.begin(), variadic.end(), name) != variadic.end();
}

/// Operators by how loosely they bind; those of one line are read from left to right.
const std::array<std::vector<std::string_view>, 5> levels{
    {{"||"}, {"&&"}, {"<=", ">=", "!=", "==", "<", ">"}, {"+", "-"}, {"*", "/"}}};

bool starts_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_';
}
bool continues_name(char c) {
  return starts_name(c) || std::isdigit(static_cast<unsigned char>(c)) || c == '.';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  NodePtr whole() {
    NodePtr node = conditional();
    skip_space();
    if (position_ < text_.size())
      fail(fmt::format("'{}' is not expected", text_.substr(position_)));
    return node;
  }

 private:
  NodePtr conditional() {
    const std::size_t begin = start();
    NodePtr node = binary(0);
    if (!take("?"))
      return node;
    NodePtr yes = conditional();
    expect(":");
    return make(begin, {Kind::Conditional, "?", 0, {node, yes, conditional()}});
  }

  NodePtr binary(std::size_t level) {
    if (level == levels.size())
      return unary();
    const std::size_t begin = start();
    NodePtr left = binary(level + 1);
    for (bool more = true; more;) {
      more = false;
      for (const std::string_view op : levels[level])
        if (!more && take(op)) {
          NodePtr right = binary(level + 1);
          left = make(begin, {Kind::Binary, std::string(op), 0, {left, right}});
          more = true;
        }
    }
    return left;
  }

  /// A sign binds looser than ^: -2^2 is -4.
  NodePtr unary() {
    const std::size_t begin = start();
    if (take("-"))
      return make(begin, {Kind::Negate, "-", 0, {power()}});
    take("+");
    return power();
  }

  NodePtr power() {
    const std::size_t begin = start();
    NodePtr base = primary();
    if (!take("^"))
      return base;
    return make(begin, {Kind::Binary, "^", 0, {base, unary()}}); // right to left, and 2^-1
  }

  NodePtr primary() {
    const std::size_t begin = start();
    if (take("(")) {
      NodePtr inner = conditional();
      expect(")");
      return inner;
    }
    const char c = position_ < text_.size() ? text_[position_] : '\0';
    if (c == '`' || c == '"')
      return quoted(begin, c);
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '.')
      return number(begin);
    if (starts_name(c))
      return name_or_call(begin);
    fail(position_ == text_.size() ? "it ends too early" : fmt::format("'{}' is not expected", text_.substr(begin)));
  }

  NodePtr quoted(std::size_t begin, char quote) {
    const std::size_t end = text_.find(quote, begin + 1);
    if (end == std::string_view::npos)
      fail(fmt::format("the {} is never closed", quote));
    position_ = end + 1;
    return make(begin, {quote == '`' ? Kind::Name : Kind::Text, std::string(text_.substr(begin + 1, end - begin - 1))});
  }

  NodePtr number(std::size_t begin) {
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data() + begin, text_.data() + text_.size(), value);
    if (error != std::errc{})
      fail(fmt::format("'{}' is no number", text_.substr(begin)));
    position_ = static_cast<std::size_t>(end - text_.data());
    return make(begin, {Kind::Number, "", value});
  }

  NodePtr name_or_call(std::size_t begin) {
    while (position_ < text_.size() && continues_name(text_[position_]))
      ++position_;
    const std::string name(text_.substr(begin, position_ - begin));
    if (!take("(")) {
      if (name == "_pi" || name == "_e")
        return make(begin, {Kind::Number, "", name == "_pi" ? std::numbers::pi : std::numbers::e});
      return make(begin, {Kind::Name, name});
    }
    Node call{Kind::Call, name};
    do
      call.parts.push_back(conditional());
    while (take(","));
    expect(")");
    check_call(call);
    return make(begin, std::move(call));
  }

  void check_call(const Node& call) const {
    const bool one = find_function(call.text) || call.text == "defined" || call.text == "standardize";
    if (!one && !is_variadic(call.text))
      fail(fmt::format("there is no function '{}'", call.text));
    if ((one && call.parts.size() != 1) || (call.text == "atan2" && call.parts.size() != 2))
      fail(fmt::format("'{}' is given {} arguments", call.text, call.parts.size()));
  }

  NodePtr make(std::size_t begin, Node node) const {
    node.begin = begin;
    node.end = position_;
    return std::make_shared<const Node>(std::move(node));
  }

  void skip_space() {
    while (position_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[position_])))
      ++position_;
  }
  std::size_t start() {
    skip_space();
    return position_;
  }
  bool take(std::string_view token) {
    skip_space();
    if (!text_.substr(position_).starts_with(token))
      return false;
    position_ += token.size();
    return true;
  }
  void expect(std::string_view token) {
    if (!take(token))
      fail(fmt::format("'{}' is missing", token));
  }
  [[noreturn]] void fail(const std::string& problem) const {
    throw ConfigError(fmt::format("expression '{}', character {}: {} (it cannot be computed); see docs/user/cohort.md "
                                  "for what an expression may hold",
                                  text_, position_ + 1, problem));
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

double combine(char first, bool second, double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return missing;
  switch (first) {
  case '+':
    return a + b;
  case '-':
    return a - b;
  case '*':
    return a * b;
  case '/':
    return a / b;
  case '^':
    return std::pow(a, b);
  case '<':
    return second ? a <= b : a < b;
  case '>':
    return second ? a >= b : a > b;
  case '=':
    return a == b;
  case '!':
    return a != b;
  case '&':
    return a != 0 && b != 0;
  default:
    return a != 0 || b != 0;
  }
}

class Evaluator {
 public:
  Evaluator(const Table& table, const std::vector<bool>& domain) : table_(table), domain_(domain) {}

  Values of(const Node& node) const {
    switch (node.kind) {
    case Kind::Number:
      return Values(table_.rows(), node.value);
    case Kind::Name:
      return numbers(node.text);
    case Kind::Negate: {
      Values values = of(*node.parts[0]);
      for (double& value : values)
        value = -value;
      return values;
    }
    case Kind::Binary:
      return binary(node);
    case Kind::Conditional:
      return conditional(node);
    case Kind::Call:
      return call(node);
    case Kind::Text:
      break;
    }
    throw ConfigError(
        fmt::format("\"{}\" is text (it has no number); compare a column with it by == or !=", node.text));
  }

 private:
  Values numbers(const std::string& name) const {
    const Numbers& cells = table_.numbers(name);
    Values values(cells.size());
    std::transform(cells.begin(), cells.end(), values.begin(), [](const auto& cell) { return cell.value_or(missing); });
    return values;
  }

  Values binary(const Node& node) const {
    if ((node.text == "==" || node.text == "!=") &&
        (node.parts[0]->kind == Kind::Text || node.parts[1]->kind == Kind::Text))
      return compare_text(node);
    Values left = of(*node.parts[0]);
    const Values right = of(*node.parts[1]);
    for (std::size_t i = 0; i < left.size(); ++i)
      left[i] = combine(node.text[0], node.text.size() > 1, left[i], right[i]);
    return left;
  }

  Values compare_text(const Node& node) const {
    const bool text_first = node.parts[0]->kind == Kind::Text;
    const Node &text = *node.parts[text_first ? 0 : 1], &name = *node.parts[text_first ? 1 : 0];
    if (name.kind != Kind::Name)
      throw ConfigError(
          fmt::format("\"{}\" is compared with something else than a column (only columns hold text)", text.text));
    const Column& column = table_.column(name.text);
    Values values(table_.rows(), missing);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (const auto cell = cell_text(column, i))
        values[i] = (*cell == text.text) == (node.text == "==");
    return values;
  }

  Values conditional(const Node& node) const {
    Values condition = of(*node.parts[0]);
    const Values yes = of(*node.parts[1]), no = of(*node.parts[2]);
    for (std::size_t i = 0; i < condition.size(); ++i)
      condition[i] = std::isnan(condition[i]) ? missing : condition[i] != 0 ? yes[i] : no[i];
    return condition;
  }

  Values call(const Node& node) const {
    if (node.text == "defined")
      return defined(*node.parts[0]);
    if (node.text == "standardize")
      return standardize(node);
    if (is_variadic(node.text))
      return many(node);
    Values values = of(*node.parts[0]);
    const Function& function = *find_function(node.text);
    for (double& value : values)
      value = std::isnan(value) ? missing : function.of(value);
    return values;
  }

  Values defined(const Node& argument) const {
    Values values(table_.rows());
    if (argument.kind == Kind::Name) { // text columns too
      const Column& column = table_.column(argument.text);
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = !is_missing(column, i);
      return values;
    }
    values = of(argument);
    for (double& value : values)
      value = std::isfinite(value);
    return values;
  }

  Values standardize(const Node& node) const {
    Values values = of(*node.parts[0]);
    double sum = 0, squares = 0, count = 0;
    const auto over_domain = [&](const auto& body) {
      for (std::size_t i = 0; i < values.size(); ++i)
        if (domain_[i] && std::isfinite(values[i]))
          body(values[i]);
    };
    over_domain([&](double value) { sum += value, ++count; });
    const double mean = sum / count;
    over_domain([&](double value) { squares += (value - mean) * (value - mean); });
    const double sd = std::sqrt(squares / (count - 1));
    if (!(sd > 0))
      throw TableError("a standardize() has fewer than two different values over the domain (there is no SD to divide "
                       "by); check the domain");
    for (double& value : values)
      value = (value - mean) / sd;
    return values;
  }

  Values many(const Node& node) const {
    Values result = of(*node.parts[0]);
    for (std::size_t k = 1; k < node.parts.size(); ++k) {
      const Values next = of(*node.parts[k]);
      for (std::size_t i = 0; i < result.size(); ++i)
        result[i] = pair(node.text, result[i], next[i]);
    }
    if (node.text == "avg")
      for (double& value : result)
        value /= static_cast<double>(node.parts.size());
    return result;
  }

  static double pair(const std::string& function, double a, double b) {
    if (std::isnan(a) || std::isnan(b))
      return missing;
    if (function == "min")
      return std::min(a, b);
    if (function == "max")
      return std::max(a, b);
    return function == "atan2" ? std::atan2(a, b) : a + b;
  }

  const Table& table_;
  const std::vector<bool>& domain_;
};

void collect(const Node& node, bool with_defined, std::vector<std::string>& names) {
  if (!with_defined && node.kind == Kind::Call && node.text == "defined")
    return;
  if (node.kind == Kind::Name && std::find(names.begin(), names.end(), node.text) == names.end())
    names.push_back(node.text);
  for (const NodePtr& part : node.parts)
    collect(*part, with_defined, names);
}

void split(const NodePtr& node, std::vector<NodePtr>& parts) {
  if (node->kind == Kind::Binary && node->text == "&&") {
    split(node->parts[0], parts);
    split(node->parts[1], parts);
  } else {
    parts.push_back(node);
  }
}

} // namespace

Expression Expression::parse(std::string_view text) {
  return {std::string(text), Parser(text).whole()};
}

std::vector<std::string> Expression::names() const {
  std::vector<std::string> names;
  collect(*root_, true, names);
  return names;
}

std::vector<std::string> Expression::needed() const {
  std::vector<std::string> names;
  collect(*root_, false, names);
  return names;
}

std::string Expression::plain_name() const {
  return root_->kind == Kind::Name ? root_->text : std::string();
}

std::vector<Expression> Expression::conjuncts() const {
  std::vector<NodePtr> parts;
  split(root_, parts);
  std::vector<Expression> result;
  for (const NodePtr& part : parts)
    result.push_back({text_.substr(part->begin, part->end - part->begin), part});
  return result;
}

Numbers Expression::evaluate(const Table& table, const std::vector<bool>& domain) const {
  const Values values = Evaluator(table, domain).of(*root_);
  Numbers cells(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i]))
      cells[i] = values[i];
  return cells;
}

std::string quoted_name(const std::string& column) {
  const bool plain = !column.empty() && starts_name(column[0]) && column[0] != '_' &&
                     std::all_of(column.begin(), column.end(), continues_name);
  return plain ? column : "`" + column + "`";
}

} // namespace osteocalc::cohort
