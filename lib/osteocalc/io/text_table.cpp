// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/text_table.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace osteocalc::io {
namespace {

/// UTF-16 as Windows programs write it, with what is not ASCII as a question mark: names of columns and numbers are.
std::string from_utf16(std::string_view bytes, bool little_endian) {
  std::string text;
  for (std::size_t i = 2; i + 1 < bytes.size(); i += 2) {
    const auto low = static_cast<unsigned char>(bytes[i + (little_endian ? 0 : 1)]);
    const auto high = static_cast<unsigned char>(bytes[i + (little_endian ? 1 : 0)]);
    text += high == 0 && low < 0x80                        ? static_cast<char>(low)
            : high == 0x20 && (low == 0x13 || low == 0x14) ? '-' // dashes
            : high == 0x22 && low == 0x12                  ? '-' // the minus sign
            : high == 0 && low == 0xb2                     ? '2' // superscript two
                                                           : '?';
  }
  return text;
}

std::string decoded(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe"))
    return from_utf16(bytes, true);
  if (bytes.starts_with("\xfe\xff"))
    return from_utf16(bytes, false);
  if (bytes.starts_with("\xef\xbb\xbf"))
    bytes.remove_prefix(3);
  return std::string(bytes);
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\0'; };
  while (!text.empty() && blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && blank(text.back()))
    text.remove_suffix(1);
  return text;
}

/// The separator that the first lines hold most often, outside quotes.
char separator_of(std::string_view text) {
  constexpr std::array separators{';', '\t', '|', ','}; // a decimal comma must not win over them
  std::array<std::size_t, separators.size()> counts{};
  std::size_t lines = 0;
  bool quoted = false;
  for (const char c : text) {
    quoted = c == '"' ? !quoted : quoted;
    if (c == '\n' && !quoted && ++lines > 20)
      break;
    if (const auto found = std::ranges::find(separators, c); found != separators.end() && !quoted)
      ++counts[static_cast<std::size_t>(found - separators.begin())];
  }
  for (std::size_t i = 0; i + 1 < separators.size(); ++i)
    if (counts[i] > 0 && counts[i] >= lines / 2)
      return separators[i];
  return ',';
}

/// One pass over the text; a quoted cell may hold anything.
TextRows split(std::string_view text, char separator) {
  TextRows rows;
  std::vector<std::string> row(1);
  bool quoted = false;
  const auto end_row = [&] {
    for (std::string& cell : row)
      cell = trimmed(cell);
    if (std::ranges::any_of(row, [](const std::string& cell) { return !cell.empty(); }))
      rows.push_back(std::move(row));
    row.assign(1, "");
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') {
      row.back() += '"';
      ++i;
    } else if (c == '"' && (quoted || trimmed(row.back()).empty())) {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      row.emplace_back();
    } else if ((c == '\n' || c == '\r') && !quoted) {
      end_row();
    } else {
      row.back() += c;
    }
  }
  end_row();
  return rows;
}

} // namespace

TextRows parse_text_table(std::string_view bytes) {
  std::string text = decoded(bytes);
  char separator = separator_of(text);
  if (text.starts_with("sep=") && text.size() > 4) {
    separator = text[4];
    text.erase(0, std::min(text.find('\n'), text.size()));
  }
  return split(text, separator);
}

TextRows read_text_table(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in)
    throw IoError(file.string() + " cannot be read (its results would be missing) check the path");
  return parse_text_table(bytes);
}

} // namespace osteocalc::io
