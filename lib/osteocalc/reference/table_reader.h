// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::reference {

/// Values of one table in a TOML file, each asked for by key; what is missing or of another type is named.
class TableReader {
 public:
  /// \throw TableError no TOML, or another schema
  [[nodiscard]] static TableReader parse(std::string_view text, const std::string& where, std::string_view schema);

  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] std::string text_or(std::string_view key, std::string_view fallback) const;
  [[nodiscard]] double number(std::string_view key) const;
  [[nodiscard]] std::optional<double> number_if(std::string_view key) const;
  [[nodiscard]] std::vector<double> numbers(std::string_view key) const;
  [[nodiscard]] TableReader table(std::string_view key) const;
  [[nodiscard]] std::vector<TableReader> tables(std::string_view key) const;
  [[noreturn]] void fail(const std::string& problem) const; ///< \throw TableError

 private:
  struct Node; ///< a table of the parsed document, which it keeps alive
  TableReader(std::shared_ptr<const Node> node, std::string where);
  std::shared_ptr<const Node> node_;
  std::string where_;
};

/// \throw IoError
[[nodiscard]] std::string read_table_file(const std::filesystem::path& file);

} // namespace osteocalc::reference
