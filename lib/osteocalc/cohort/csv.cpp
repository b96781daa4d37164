// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/csv.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <set>

namespace osteocalc::cohort {

namespace {

struct Record {
  std::size_t line = 0;                ///< where it begins, 1-based
  std::vector<std::string_view> cells; ///< into the text, or into what the reader unquoted
};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Cuts the text into records. Lines are counted as an editor counts them, so a quoted line end counts too.
class Reader {
 public:
  Reader(std::string_view text, std::string_view name) : text_(text), name_(name) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text_.starts_with(byte_order_mark))
      text_.remove_prefix(byte_order_mark.size());
    if (text_.find('\0') != std::string_view::npos)
      throw TableError(
          fmt::format("{} holds zero bytes (it is no UTF-8 text, perhaps a spreadsheet or UTF-16); save it as "
                      "comma-separated UTF-8",
                      name_));
  }

  /// The next record that is not blank; false at the end.
  bool next(Record& record) {
    while (position_ < text_.size()) {
      record = {line_, {}};
      do
        record.cells.push_back(cell());
      while (take(','));
      line_end();
      if (record.cells.size() > 1 || !record.cells.front().empty())
        return true;
    }
    return false;
  }

 private:
  bool at(char c) const { return position_ < text_.size() && text_[position_] == c; }
  bool take(char c) { return at(c) && ++position_; }

  void line_end() {
    const bool carriage_return = take('\r');
    if (!take('\n') && !carriage_return && position_ < text_.size())
      fail("text follows a closing quote", "a quote inside a quoted cell is written twice");
    ++line_;
  }

  std::string_view cell() {
    if (take('"'))
      return quoted_cell();
    const std::size_t end = std::min(text_.find_first_of(",\r\n", position_), text_.size());
    const std::string_view found = text_.substr(position_, end - position_);
    if (found.find('"') != std::string_view::npos)
      fail("a quote stands inside a cell that does not begin with one", "quote the whole cell and double the quote");
    position_ = end;
    return trimmed(found);
  }

  std::string_view quoted_cell() {
    const std::size_t begins = line_;
    std::string& content = unquoted_.emplace_back();
    while (position_ < text_.size()) {
      const char c = text_[position_++];
      if (c == '"' && !take('"'))
        return content;
      line_ += c == '\n';
      content += c;
    }
    line_ = begins;
    fail("a quoted cell is never closed", "add the closing quote");
  }

  [[noreturn]] void fail(std::string_view problem, std::string_view advice) const {
    throw TableError(
        fmt::format("{} line {}: {} (the cells after it cannot be told apart); {}", name_, line_, problem, advice));
  }

  std::string_view text_, name_;
  std::size_t position_ = 0, line_ = 1;
  std::deque<std::string> unquoted_; ///< never moves what it holds
};

bool means_missing(std::string_view cell) {
  return cell.empty() || cell == "NA" || cell == "null" || cell == "NaN" || cell == "nan";
}

/// A decimal number, but not a code that only looks like one.
std::optional<double> as_number(std::string_view cell) {
  const std::string_view digits = cell.starts_with('+') || cell.starts_with('-') ? cell.substr(1) : cell;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool begins_as_number = !digits.empty() && (digits[0] == '.' || is_digit(digits[0]));
  const bool leading_zero = digits.size() > 1 && digits[0] == '0' && is_digit(digits[1]);
  const bool too_long = digits.size() > 15 && std::all_of(digits.begin(), digits.end(), is_digit); // for a double
  if (!begins_as_number || leading_zero || too_long)
    return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  return cell.starts_with('-') ? -value : value;
}

void check_header(const Record& header, std::string_view name) {
  if (header.cells.size() == 1 && header.cells[0].find_first_of(";\t") != std::string::npos)
    throw TableError(
        fmt::format("{} seems to be separated by '{}' (cells must be separated by commas); save it with commas", name,
                    header.cells[0].find('\t') != std::string::npos ? "\\t" : ";"));
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    if (header.cells[i].empty())
      throw TableError(
          fmt::format("{} line {}: column {} has no name (it could not be referred to); name it or remove it", name,
                      header.line, i + 1));
    if (!seen.insert(header.cells[i]).second)
      throw TableError(
          fmt::format("{} line {}: two columns are named '{}' (which one is meant would be unclear); rename one", name,
                      header.line, header.cells[i]));
  }
}

Column make_column(std::string column_name, const std::vector<Record>& records, std::size_t i, std::string_view name) {
  Numbers numbers(records.size());
  std::string first_text;
  for (std::size_t row = 0; row < records.size() && first_text.empty(); ++row) {
    const std::string_view cell = records[row].cells[i];
    if (means_missing(cell))
      continue;
    numbers[row] = as_number(cell);
    if (!numbers[row])
      first_text = fmt::format("{} line {} holds '{}'", name, records[row].line, cell);
  }
  if (first_text.empty())
    return {std::move(column_name), std::move(numbers)};
  Texts texts(records.size());
  for (std::size_t row = 0; row < records.size(); ++row)
    if (!means_missing(records[row].cells[i]))
      texts[row] = records[row].cells[i];
  return {std::move(column_name), std::move(texts), std::move(first_text)};
}

} // namespace

Table parse_csv(std::string_view text, std::string name) {
  Reader reader(text, name);
  Record header;
  if (!reader.next(header))
    throw TableError(fmt::format("{} is empty (a header line with the column names is needed)", name));
  check_header(header, name);
  std::vector<Record> records;
  for (Record record; reader.next(record);) {
    if (record.cells.size() != header.cells.size())
      throw TableError(fmt::format("{} line {} has {} cells, the header has {} (cells would land in the wrong column); "
                                   "check for a missing or unquoted comma",
                                   name, record.line, record.cells.size(), header.cells.size()));
    records.push_back(std::move(record));
  }
  if (records.empty())
    throw TableError(fmt::format("{} has a header but no rows (there is nothing to analyse)", name));
  Table table(name, records.size());
  for (std::size_t i = 0; i < header.cells.size(); ++i)
    table.add(make_column(std::string(header.cells[i]), records, i, name));
  return table;
}

Table read_csv(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file))
    throw IoError(
        fmt::format("cannot read the table {} (it does not exist, is a folder, or may not be read); check the path",
                    file.string()));
  std::string text(std::filesystem::is_regular_file(file) ? std::filesystem::file_size(file) : 0, ' ');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  stream.clear();
  text.append(std::istreambuf_iterator<char>(stream), {}); // a pipe has no size
  return parse_csv(text, file.filename().string());
}

} // namespace osteocalc::cohort
