// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/reference/table_reader.h"

#include "osteocalc/core/error.h"

#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <toml++/toml.h>

namespace osteocalc::reference {

struct TableReader::Node {
  std::shared_ptr<const toml::table> document;
  const toml::table* table;
};

TableReader::TableReader(std::shared_ptr<const Node> node, std::string where)
    : node_(std::move(node)), where_(std::move(where)) {}

void TableReader::fail(const std::string& problem) const {
  throw TableError(where_ + ": " + problem);
}

TableReader TableReader::parse(std::string_view text, const std::string& where, std::string_view schema) {
  std::shared_ptr<toml::table> document;
  try {
    document = std::make_shared<toml::table>(toml::parse(text, where));
  } catch (const toml::parse_error& error) {
    throw TableError(fmt::format("{}: no TOML: {} (line {})", where, error.description(), error.source().begin.line));
  }
  TableReader reader(std::make_shared<const Node>(Node{document, document.get()}), where);
  if (const std::string found = reader.text("schema"); found != schema)
    reader.fail(fmt::format("schema is '{}', not '{}'", found, schema));
  return reader;
}

std::string TableReader::text(std::string_view key) const {
  const std::optional<std::string> value = (*node_->table)[key].value<std::string>();
  if (!value)
    fail(fmt::format("'{}' is missing or no text", key));
  return *value;
}

std::string TableReader::text_or(std::string_view key, std::string_view fallback) const {
  return node_->table->contains(key) ? text(key) : std::string(fallback);
}

double TableReader::number(std::string_view key) const {
  const std::optional<double> value = (*node_->table)[key].value<double>();
  if (!value)
    fail(fmt::format("'{}' is missing or no number", key));
  return *value;
}

std::optional<double> TableReader::number_if(std::string_view key) const {
  return node_->table->contains(key) ? std::optional(number(key)) : std::nullopt;
}

std::vector<double> TableReader::numbers(std::string_view key) const {
  std::vector<double> values;
  const toml::array* list = (*node_->table)[key].as_array();
  if (list == nullptr)
    fail(fmt::format("'{}' is missing or no list", key));
  for (const toml::node& item : *list) {
    const std::optional<double> value = item.value<double>();
    if (!value)
      fail(fmt::format("'{}' holds something that is no number", key));
    values.push_back(*value);
  }
  return values;
}

TableReader TableReader::table(std::string_view key) const {
  const toml::table* inner = (*node_->table)[key].as_table();
  if (inner == nullptr)
    fail(fmt::format("'{}' is missing or no table", key));
  return {std::make_shared<const Node>(Node{node_->document, inner}), fmt::format("{}: {}", where_, key)};
}

std::vector<TableReader> TableReader::tables(std::string_view key) const {
  std::vector<TableReader> inner;
  const toml::array* list = (*node_->table)[key].as_array();
  if (list == nullptr)
    fail(fmt::format("'{}' is missing or no list of tables", key));
  for (const toml::node& item : *list) {
    const toml::table* table = item.as_table();
    if (table == nullptr)
      fail(fmt::format("'{}' holds something that is no table", key));
    inner.push_back({std::make_shared<const Node>(Node{node_->document, table}),
                     fmt::format("{}: {} {}", where_, key, inner.size() + 1)});
  }
  return inner;
}

std::string read_table_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in)
    throw IoError(file.string() + ": cannot be read");
  return text.str();
}

} // namespace osteocalc::reference
