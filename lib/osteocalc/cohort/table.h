// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace osteocalc::cohort {

using Numbers = std::vector<std::optional<double>>;    ///< one cell a row; a missing cell is empty, never 0
using Texts = std::vector<std::optional<std::string>>; ///< one cell a row; a missing cell is empty, never ""

struct Column {
  std::string name;
  std::variant<Numbers, Texts> cells;
  std::string first_text{}; ///< where a text column first holds no number: file, line and cell; for messages
};

[[nodiscard]] bool is_missing(const Column& column, std::size_t row);
/// The cell as text ("3", "F"); empty when missing.
[[nodiscard]] std::optional<std::string> cell_text(const Column& column, std::size_t row);

/// Named columns of equal length, one row a person or study.
class Table {
 public:
  Table(std::string name, std::size_t rows) : name_(std::move(name)), rows_(rows) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] const std::vector<Column>& columns() const noexcept { return columns_; }

  [[nodiscard]] const Column* find(std::string_view column) const noexcept; ///< nullptr when there is none
  /// \throw TableError when there is none
  [[nodiscard]] const Column& column(std::string_view column) const;
  /// \throw TableError when there is none or it holds text
  [[nodiscard]] const Numbers& numbers(std::string_view column) const;

  /// \throw TableError when the name is taken or the length differs
  void add(Column column);

 private:
  std::string name_;
  std::size_t rows_;
  std::vector<Column> columns_;
};

/// The listed rows, in that order. \pre each is below table.rows()
[[nodiscard]] Table select_rows(const Table& table, const std::vector<std::size_t>& rows);

struct Join {
  Table table;               ///< every row of the left table, in its order, with the columns of both
  std::size_t matched = 0;   ///< rows of the left table that found a partner; the others get missing cells
  std::size_t left_over = 0; ///< rows of the right table that found none
};

/// Adds the columns of `right` to the rows of `left` with the same key. A missing key matches nothing.
/// \throw TableError when a key occurs twice in `right`, or a column other than the key is in both
[[nodiscard]] Join left_join(const Table& left, const Table& right, const std::string& key);

} // namespace osteocalc::cohort
