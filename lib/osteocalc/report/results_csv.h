// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/study/dxa_study.h"

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

/// The DXA columns of a row: of each site density, T and Z, and the AAC. Excluded levels stay out.
[[nodiscard]] ResultRow dxa_row(const std::vector<study::DxaPart>& parts);

/// One row a person of results that scanners reported: `subject`, the columns of dxa_row(), dxa_age_years, dxa_sex and
/// dxa_issues, so that it joins with results.csv by subject. \param subjects beside `people`; "" = not known
[[nodiscard]] std::string dxa_people_csv(const std::vector<study::DxaPerson>& people,
                                         const std::vector<std::string>& subjects);

/// All columns of a table that holds these: who the study is of, then every measure that occurs by name, then how it
/// was measured, then whose values they are where any study was reviewed, then `further` in their order. The same for
/// every order of `columns`.
[[nodiscard]] std::vector<std::string> table_columns(const std::vector<std::string>& columns,
                                                     const std::vector<std::string>& further = {});

/// results.csv: one row a study, sorted by key.
[[nodiscard]] std::string results_csv(std::vector<ResultRow> rows);

} // namespace osteocalc::report
