// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/table_files.h"

#include "osteocalc/cohort/csv.h"
#include "osteocalc/core/error.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>
#include <readstat.h>

namespace osteocalc::cohort {

namespace {

using Parse = readstat_error_t (*)(readstat_parser_t*, const char*, void*);

struct Format {
  std::string_view ending, name;
  Parse parse;
};
constexpr Format formats[] = {{".xpt", "SAS transport", readstat_parse_xport},
                              {".sav", "SPSS", readstat_parse_sav},
                              {".zsav", "SPSS", readstat_parse_sav},
                              {".dta", "Stata", readstat_parse_dta}};

/// Columns as ReadStat hands them over: variable by variable first, then cell by cell.
struct Collected {
  std::vector<Column> columns;
  std::string message;
};

int on_variable(int, readstat_variable_t* variable, const char*, void* context) {
  auto& columns = static_cast<Collected*>(context)->columns;
  const bool text = readstat_variable_get_type_class(variable) == READSTAT_TYPE_CLASS_STRING;
  columns.push_back({readstat_variable_get_name(variable), text ? std::variant<Numbers, Texts>(Texts{}) : Numbers{}});
  return READSTAT_HANDLER_OK;
}

int on_value(int, readstat_variable_t* variable, readstat_value_t value, void* context) {
  Column& column =
      static_cast<Collected*>(context)->columns[static_cast<std::size_t>(readstat_variable_get_index(variable))];
  const bool missing = readstat_value_is_missing(value, variable) != 0;
  if (auto* texts = std::get_if<Texts>(&column.cells)) {
    const char* text = missing ? nullptr : readstat_string_value(value);
    texts->push_back(text && *text ? std::optional<std::string>(text) : std::nullopt);
  } else {
    const double number = missing ? NAN : readstat_double_value(value);
    std::get<Numbers>(column.cells).push_back(std::isfinite(number) ? std::optional(number) : std::nullopt);
  }
  return READSTAT_HANDLER_OK;
}

void on_error(const char* message, void* context) {
  static_cast<Collected*>(context)->message = message;
}

std::size_t length(const Column& column) {
  return std::visit([](const auto& cells) { return cells.size(); }, column.cells);
}

Table assemble(std::string name, std::vector<Column> columns) {
  if (columns.empty() || length(columns.front()) == 0)
    throw TableError(fmt::format("{} has no rows (there is nothing to analyse)", name));
  Table table(name, length(columns.front()));
  for (Column& column : columns) {
    if (std::holds_alternative<Texts>(column.cells))
      column.first_text = fmt::format("{} holds it as text", name);
    table.add(std::move(column));
  }
  return table;
}

Table read_statistics_file(const std::filesystem::path& file, const Format& format) {
  Collected collected;
  const std::unique_ptr<readstat_parser_t, void (*)(readstat_parser_t*)> parser(readstat_parser_init(),
                                                                                readstat_parser_free);
  readstat_set_variable_handler(parser.get(), on_variable);
  readstat_set_value_handler(parser.get(), on_value);
  readstat_set_error_handler(parser.get(), on_error);
  const readstat_error_t error = format.parse(parser.get(), file.c_str(), &collected);
  if (error != READSTAT_OK)
    throw IoError(fmt::format("cannot read {} as {}: {}{}{} (its numbers would be missing); check that the file is "
                              "whole and of that kind",
                              file.string(), format.name, readstat_error_message(error),
                              collected.message.empty() ? "" : ", ", collected.message));
  return assemble(file.filename().string(), std::move(collected.columns));
}

std::vector<std::string> sqlite_tables(SQLite::Database& database) {
  std::vector<std::string> names;
  SQLite::Statement query(database, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name");
  while (query.executeStep())
    names.push_back(query.getColumn(0).getString());
  return names;
}

/// A column with any text in it is text; blobs are missing.
Column make_column(std::string name, const Numbers& numbers, Texts texts, bool any_text) {
  if (!any_text)
    return {std::move(name), numbers};
  for (std::size_t row = 0; row < texts.size(); ++row)
    if (!texts[row] && numbers[row])
      texts[row] = fmt::format("{}", *numbers[row]);
  return {std::move(name), std::move(texts)};
}

Table read_sqlite(const std::filesystem::path& file, const std::string& table) {
  SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
  const std::vector<std::string> known = sqlite_tables(database);
  if (std::find(known.begin(), known.end(), table) == known.end())
    throw TableError(fmt::format("{} has no table '{}' (it has {}); name one as {}:TABLE", file.filename().string(),
                                 table, fmt::join(known, ", "), file.filename().string()));
  SQLite::Statement query(database, fmt::format("SELECT * FROM \"{}\"", table));
  const auto count = static_cast<std::size_t>(query.getColumnCount());
  std::vector<Numbers> numbers(count);
  std::vector<Texts> texts(count);
  std::vector<char> any_text(count, false);
  while (query.executeStep())
    for (std::size_t i = 0; i < count; ++i) {
      const SQLite::Column cell = query.getColumn(static_cast<int>(i));
      numbers[i].emplace_back();
      texts[i].emplace_back();
      if (cell.isInteger() || cell.isFloat())
        numbers[i].back() = cell.getDouble();
      else if (cell.isText() && !cell.getString().empty())
        any_text[i] = true, texts[i].back() = cell.getString();
    }
  std::vector<Column> columns;
  for (std::size_t i = 0; i < count; ++i)
    columns.push_back(
        make_column(query.getColumnName(static_cast<int>(i)), numbers[i], std::move(texts[i]), any_text[i] != 0));
  return assemble(file.filename().string() + ":" + table, std::move(columns));
}

} // namespace

std::filesystem::path table_file(const std::filesystem::path& source) {
  const std::string text = source.string();
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || std::filesystem::exists(source) || !std::filesystem::exists(text.substr(0, colon)))
    return source;
  return text.substr(0, colon);
}

Table read_table(const std::filesystem::path& source) {
  const std::filesystem::path file = table_file(source);
  if (file != source)
    try {
      return read_sqlite(file, source.string().substr(file.string().size() + 1));
    } catch (const SQLite::Exception& error) {
      throw IoError(fmt::format("cannot read {} as SQLite: {} (its rows would be missing); check the file",
                                file.string(), error.what()));
    }
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  if (ending == ".sqlite" || ending == ".db")
    throw ConfigError(fmt::format("{} is a database (it may hold several tables); name one as {}:TABLE", file.string(),
                                  file.filename().string()));
  for (const Format& format : formats)
    if (format.ending == ending)
      return read_statistics_file(file, format);
  return read_csv(file);
}

} // namespace osteocalc::cohort
