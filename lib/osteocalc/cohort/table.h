// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
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

/// Named columns of equal length, one row a person or study. Columns never change once added, and tables share them: a
/// copy of a table copies no cells.
class Table {
 public:
  Table(std::string name, std::size_t rows) : name_(std::move(name)), rows_(rows) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] const std::vector<std::shared_ptr<const Column>>& shared_columns() const noexcept { return columns_; }
  [[nodiscard]] auto columns() const {
    return columns_ | std::views::transform([](const auto& column) -> const Column& { return *column; });
  }

  [[nodiscard]] const Column* find(std::string_view column) const noexcept; ///< nullptr when there is none
  /// \throw TableError when there is none
  [[nodiscard]] const Column& column(std::string_view column) const { return *shared(column); }
  [[nodiscard]] const std::shared_ptr<const Column>& shared(std::string_view column) const;
  /// \throw TableError when there is none or it holds text
  [[nodiscard]] const Numbers& numbers(std::string_view column) const;

  /// \throw TableError when the name is taken or the length differs
  void add(Column column) { add(std::make_shared<const Column>(std::move(column))); }
  void add(std::shared_ptr<const Column> column);

 private:
  std::string name_;
  std::size_t rows_;
  std::vector<std::shared_ptr<const Column>> columns_;
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

/// One row a level for each row of the table: column "level" says which, and each of `columns` (name, pattern) takes
/// the cell of the column that its pattern names with {level} replaced. Columns so used are dropped, the others
/// repeated; levels of which the table has no such column are missing. \throw TableError when a pattern fits no column
/// at all, or one so named holds text
[[nodiscard]] Table long_table(const Table& table, const std::vector<std::string>& levels,
                               const std::vector<std::pair<std::string, std::string>>& columns);

} // namespace osteocalc::cohort
