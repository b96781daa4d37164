// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/table.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::cohort {

/// A formula over the columns of a table, in muParser's grammar: + - * / ^, comparisons, && ||, c ? a : b, its
/// functions and its constants _pi and _e; plus log1p(x), defined(x), standardize(x), "text" to compare text columns
/// with, and `any name` in backticks for columns that are no identifiers. A value computed from a missing one is
/// missing, comparisons and logic included; so is what is not finite. Only defined(x) is never missing.
class Expression {
 public:
  struct Node;

  /// \throw ConfigError naming the place that cannot be read, or an unknown function
  [[nodiscard]] static Expression parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The columns read, each once; `needed` leaves out those only asked about by defined().
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::vector<std::string> needed() const;
  /// The column's name when the expression is nothing else, else empty.
  [[nodiscard]] std::string plain_name() const;
  /// The parts joined by && at the top, so that each can be counted as a reason.
  [[nodiscard]] std::vector<Expression> conjuncts() const;

  /// One value a row. `domain` marks the rows over which standardize(x) takes mean and SD (n - 1).
  /// \throw TableError for an unknown column, text where a number is needed, or a standardize(x) that does not vary
  [[nodiscard]] Numbers evaluate(const Table& table, const std::vector<bool>& domain) const;

 private:
  Expression(std::string text, std::shared_ptr<const Node> root) : text_(std::move(text)), root_(std::move(root)) {}
  std::string text_;
  std::shared_ptr<const Node> root_;
};

/// The name as an expression reads it: in backticks unless it is an identifier.
[[nodiscard]] std::string quoted_name(const std::string& column);

} // namespace osteocalc::cohort
