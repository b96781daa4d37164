// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace osteocalc::report {

/// One study's row of a cohort's table: what a result.json says of it, as text. A value that was not measured has no
/// cell. `columns` and `cells` run beside each other.
struct ResultRow {
  std::vector<std::string> columns, cells;
};

/// The row of one result.json (schema osteocalc.study/1) under the study's key. An excluded level's values stay out: a
/// table for statistics must not hold what the record says not to use.
/// \throw TableError when the text is no such record
[[nodiscard]] ResultRow result_row(std::string_view study_key, std::string_view result_json);

/// All columns of a table that holds these: who the study is of, then every measure that occurs by name, then how it
/// was measured, then whose values they are where any study was reviewed, then `further` in their order. The same for
/// every order of `columns`.
[[nodiscard]] std::vector<std::string> table_columns(const std::vector<std::string>& columns,
                                                     const std::vector<std::string>& further = {});

/// results.csv: one row a study, sorted by key.
[[nodiscard]] std::string results_csv(std::vector<ResultRow> rows);

} // namespace osteocalc::report
