// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/results_csv.h"

#include "osteocalc/report/csv_text.h"

#include <algorithm>
#include <map>
#include <set>

namespace osteocalc::report {
namespace {

std::string issue_rules(const Issues& issues) {
  std::set<std::string> rules;
  for (const Issue& issue : issues)
    if (issue.level != IssueLevel::Info)
      rules.insert(issue.rule);
  std::string text;
  for (const std::string& rule : rules)
    text += (text.empty() ? "" : ";") + rule;
  return text;
}

/// All cells of a study by column name; what was not measured is absent. An excluded level's values stay out: a table
/// for statistics must not hold what the record says not to use.
std::map<std::string, std::string> cells_of(const study::StudyResult& result) {
  std::map<std::string, std::string> cells;
  for (const study::BedScore& bed : result.beds)
    if (bed.reference) {
      cells[bed.bed + "_agatston"] = csv_number(bed.reference->agatston);
      cells[bed.bed + "_volume_mm3"] = csv_number(bed.reference->volume_mm3);
    }
  if (!result.bone)
    return cells;
  for (const bone::VertebraDensity& vertebra : result.bone->vertebrae)
    if (vertebra.trabecular && !vertebra.excluded) {
      const std::string level(to_string(vertebra.level));
      cells[level + "_hu"] = csv_number(vertebra.trabecular->mean_hu);
      if (vertebra.bmd_mg_cm3)
        cells[level + "_bmd_mg_cm3"] = csv_number(vertebra.bmd_mg_cm3);
    }
  if (result.bone->summary) {
    cells["spine_hu"] = csv_number(result.bone->summary->mean_hu);
    if (result.bone->summary->bmd_mg_cm3)
      cells["spine_bmd_mg_cm3"] = csv_number(result.bone->summary->bmd_mg_cm3);
  }
  return cells;
}

} // namespace

std::string results_csv(std::vector<CohortRow> rows) {
  std::ranges::sort(rows, {}, &CohortRow::study_key);
  std::set<std::string> columns;
  std::vector<std::map<std::string, std::string>> cells;
  for (const CohortRow& row : rows) {
    cells.push_back(cells_of(row.result));
    for (const auto& [column, value] : cells.back())
      columns.insert(column);
  }
  std::string text = "study,subject,age_years,sex,state";
  for (const std::string& column : columns)
    text += "," + column;
  text += ",calibration_mode,kvp_kv,contrast,issues\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const study::StudyResult& result = rows[i].result;
    text += csv_field(rows[i].study_key) + "," + csv_field(result.study.subject.value_or("")) + "," +
            csv_number(result.study.age_years) + "," +
            (result.study.sex ? std::string(to_string(*result.study.sex)) : "") + "," +
            (result.measured() ? "done" : "refused");
    for (const std::string& column : columns) {
      const auto cell = cells[i].find(column);
      text += "," + (cell == cells[i].end() ? "" : cell->second);
    }
    text += "," + (result.bone ? std::string(to_string(result.bone->calibration.mode)) : "") + "," +
            csv_number(result.study.kvp_kv) + "," + std::string(to_string(result.study.contrast)) + "," +
            issue_rules(result.issues) + "\n";
  }
  return text;
}

} // namespace osteocalc::report
