// SPDX-License-Identifier: Apache-2.0
#include "dxa_tables.h"

#include "osteocalc/cohort/table_files.h"
#include "osteocalc/core/error.h"
#include "osteocalc/io/dxa_results.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace osteocalc::app {
namespace {

std::string ending_of(const std::string& file) {
  std::string ending = cohort::table_file(file).extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

bool is_text(const std::string& file) {
  const std::string ending = ending_of(file);
  return ending == ".csv" || ending == ".tsv" || ending == ".txt";
}

/// A statistics program's table as the text that a scanner's export is.
io::TextRows text_rows(const cohort::Table& table) {
  io::TextRows rows(table.rows() + 1);
  for (const cohort::Column& column : table.columns()) {
    rows[0].push_back(column.name);
    for (std::size_t i = 0; i < table.rows(); ++i)
      rows[i + 1].push_back(cohort::cell_text(column, i).value_or(""));
  }
  return rows;
}

} // namespace

bool is_dxa_table(const std::string& file) {
  constexpr std::array<std::string_view, 5> endings{".xpt", ".sav", ".zsav", ".dta", ".sqlite"};
  return is_text(file) || std::ranges::find(endings, ending_of(file)) != endings.end();
}

DxaPeople read_dxa_tables(const std::vector<std::string>& files, const study::DxaOptions& options) {
  std::vector<io::DxaTable> tables;
  for (const std::string& file : files)
    try {
      tables.push_back(io::dxa_table(is_text(file) ? io::read_text_table(file) : text_rows(cohort::read_table(file))));
    } catch (const TableError& error) {
      throw TableError(file + ": " + error.what());
    }
  const io::DxaTable joined = io::joined_by_person(std::move(tables));
  DxaPeople all{{}, joined.issues};
  for (const DxaReport& person : joined.people)
    all.people.push_back(study::score_report(person, options));
  return all;
}

} // namespace osteocalc::app
