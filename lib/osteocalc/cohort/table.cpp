// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/table.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <unordered_map>

namespace osteocalc::cohort {

namespace {

/// The first names of a table, so that a message about a mistyped one helps.
std::string known_names(const Table& table) {
  const auto& columns = table.shared_columns();
  constexpr std::size_t shown = 12;
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < std::min(shown, columns.size()); ++i)
    names.push_back(columns[i]->name);
  return fmt::format("{}{}", fmt::join(names, ", "),
                     columns.size() > shown ? fmt::format(" and {} more", columns.size() - shown) : "");
}

using RowOfKey = std::unordered_map<std::string, std::size_t>;

RowOfKey index_by_key(const Table& table, const std::string& key) {
  const Column& keys = table.column(key);
  RowOfKey row_of_key;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto text = cell_text(keys, row);
    if (text && !row_of_key.emplace(*text, row).second)
      throw TableError(
          fmt::format("{}: the key {} holds '{}' twice (its rows would enter the analysis twice); keep one "
                      "row a key, or put this table first",
                      table.name(), key, *text));
  }
  return row_of_key;
}

/// The cells of `column` at `rows`; no row, a missing cell.
Column taken(const Column& column, const std::vector<std::optional<std::size_t>>& rows) {
  const auto pick = [&](const auto& cells) {
    std::remove_cvref_t<decltype(cells)> picked(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i])
        picked[i] = cells[*rows[i]];
    return std::variant<Numbers, Texts>(std::move(picked));
  };
  return {column.name, std::visit(pick, column.cells), column.first_text};
}

std::string at_level(std::string pattern, const std::string& level) {
  constexpr std::string_view place = "{level}";
  return pattern.replace(pattern.find(place), place.size(), level);
}

} // namespace

bool is_missing(const Column& column, std::size_t row) {
  return std::visit([row](const auto& cells) { return !cells[row].has_value(); }, column.cells);
}

std::optional<std::string> cell_text(const Column& column, std::size_t row) {
  if (const auto* texts = std::get_if<Texts>(&column.cells))
    return (*texts)[row];
  const std::optional<double> number = std::get<Numbers>(column.cells)[row];
  return number ? std::optional(fmt::format("{}", *number)) : std::nullopt;
}

const Column* Table::find(std::string_view column) const noexcept {
  const auto found = std::find_if(columns_.begin(), columns_.end(), [&](const auto& c) { return c->name == column; });
  return found == columns_.end() ? nullptr : found->get();
}

const std::shared_ptr<const Column>& Table::shared(std::string_view column) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(), [&](const auto& c) { return c->name == column; });
  if (found != columns_.end())
    return *found;
  throw TableError(
      fmt::format("{} has no column '{}' (names are case-sensitive); it has {}", name_, column, known_names(*this)));
}

const Numbers& Table::numbers(std::string_view column) const {
  const Column& found = this->column(column);
  if (const auto* numbers = std::get_if<Numbers>(&found.cells))
    return *numbers;
  throw TableError(
      fmt::format("column '{}' holds text: {} (a number is needed here); correct the cell, leave it empty if "
                  "it is missing, or write C({}) to use it as categories",
                  column, found.first_text, column));
}

void Table::add(std::shared_ptr<const Column> column) {
  if (find(column->name))
    throw TableError(
        fmt::format("column '{}' is already in {} (which one is meant would be unclear); rename or remove one",
                    column->name, name_));
  const std::size_t length = std::visit([](const auto& cells) { return cells.size(); }, column->cells);
  if (length != rows_)
    throw TableError(fmt::format("column '{}' has {} cells, {} has {} rows (they must be the same people)",
                                 column->name, length, name_, rows_));
  columns_.push_back(std::move(column));
}

Table select_rows(const Table& table, const std::vector<std::size_t>& rows) {
  Table selected(table.name(), rows.size());
  for (const Column& column : table.columns())
    selected.add(taken(column, {rows.begin(), rows.end()}));
  return selected;
}

Join left_join(const Table& left, const Table& right, const std::string& key) {
  const RowOfKey row_of_key = index_by_key(right, key);
  const Column& left_keys = left.column(key);
  std::vector<std::optional<std::size_t>> partners(left.rows());
  std::vector<bool> used(right.rows(), false);
  Join join{Table(left.name() + " + " + right.name(), left.rows())};
  for (std::size_t row = 0; row < left.rows(); ++row) {
    const auto text = cell_text(left_keys, row);
    const auto found = text ? row_of_key.find(*text) : row_of_key.end();
    if (found == row_of_key.end())
      continue;
    partners[row] = found->second;
    used[found->second] = true;
    ++join.matched;
  }
  join.left_over = static_cast<std::size_t>(std::count(used.begin(), used.end(), false));
  for (const auto& column : left.shared_columns())
    join.table.add(column);
  for (const Column& column : right.columns())
    if (column.name != key)
      join.table.add(taken(column, partners));
  return join;
}

Table long_table(const Table& table, const std::vector<std::string>& levels,
                 const std::vector<std::pair<std::string, std::string>>& columns) {
  const std::size_t count = levels.size();
  Table turned(table.name(), table.rows() * count);
  Texts level;
  std::vector<std::size_t> source_row;
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (const std::string& name : levels)
      level.emplace_back(name), source_row.push_back(row);
  turned.add({"level", std::move(level)});
  std::set<std::string> used;
  for (const auto& [name, pattern] : columns) {
    Numbers cells(turned.rows());
    const std::size_t before = used.size();
    for (std::size_t i = 0; i < count; ++i) {
      const std::string source = at_level(pattern, levels[i]);
      if (!table.find(source))
        continue;
      used.insert(source);
      for (std::size_t row = 0; row < table.rows(); ++row)
        cells[row * count + i] = table.numbers(source)[row];
    }
    if (used.size() == before)
      throw TableError(fmt::format("{} has no column like '{}' for any of the levels {} (nothing could be compared by "
                                   "level); it has {}",
                                   table.name(), pattern, fmt::join(levels, ", "), known_names(table)));
    turned.add({name, std::move(cells)});
  }
  const Table repeated = select_rows(table, source_row);
  for (const auto& column : repeated.shared_columns())
    if (!used.contains(column->name))
      turned.add(column);
  return turned;
}

} // namespace osteocalc::cohort
