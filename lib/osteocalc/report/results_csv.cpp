// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/results_csv.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/report/csv_text.h"
#include "osteocalc/report/dxa_json.h"
#include "osteocalc/report/json_values.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

namespace osteocalc::report {
namespace {

constexpr std::array first_columns{"study", "subject", "age_years", "sex", "state"};
constexpr std::array last_columns{"calibration_mode", "kvp_kv", "contrast", "issues"};
constexpr std::array review_columns{"review", "review_by", "review_time"}; ///< where any study was reviewed

/// What stands below a key, null where there is none: a record of another part of the body has fewer keys.
const Json& at(const Json& object, const char* key) {
  static const Json none;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() ? *found : none;
}

class RowMaker {
 public:
  void put(const std::string& column, const Json& value) {
    if (value.is_string())
      cells_[column] = value.get<std::string>();
    else if (value.is_number())
      cells_[column] = csv_number(value.get<double>());
  }
  void forget(const std::string& column) { cells_.erase(column); }
  void note_measured(const Json& value) { measured_ = measured_ || !value.is_null(); }
  void put_measure(const std::string& column, const Json& value) {
    note_measured(value);
    put(column, value);
  }
  [[nodiscard]] ResultRow row() {
    cells_["state"] = measured_ ? "done" : "refused";
    return measures();
  }
  [[nodiscard]] ResultRow measures() {
    ResultRow row;
    for (auto& [column, cell] : cells_)
      if (!cell.empty()) {
        row.columns.push_back(column);
        row.cells.push_back(std::move(cell));
      }
    return row;
  }

 private:
  std::map<std::string, std::string> cells_;
  bool measured_ = false;
};

void put_bone(const Json& bone, RowMaker& row) {
  for (const Json& vertebra : at(bone, "vertebrae")) {
    if (!at(vertebra, "excluded").is_null()) {
      row.note_measured(at(vertebra, "trabecular_hu"));
      continue;
    }
    const auto level = at(vertebra, "level").get<std::string>();
    row.put_measure(level + "_hu", at(at(vertebra, "trabecular_hu"), "mean"));
    row.put_measure(level + "_bmd_mg_cm3", at(vertebra, "bmd_mg_cm3"));
  }
  row.put("spine_hu", at(at(bone, "summary"), "mean_hu"));
  row.put("spine_bmd_mg_cm3", at(at(bone, "summary"), "bmd_mg_cm3"));
  row.put("calibration_mode", at(at(bone, "calibration"), "mode"));
}

/// Hyphens would be minus signs to whoever reads the table with a formula.
std::string site_name(std::string site) {
  std::ranges::replace_if(
      site, [](char c) { return c == '-' || c == ','; }, '_');
  return site;
}

/// The side in a site's own columns; "" for the spine and where it is not told.
std::string side_of(const Json& site) {
  const std::string exam = at(site, "exam").is_string() ? at(site, "exam").get<std::string>() : "";
  return exam.ends_with("_left") ? "_left" : exam.ends_with("_right") ? "_right" : "";
}

/// A hip has columns of its side, and those without a side hold the left hip, or the right one where it stands alone.
void put_dxa(const Json& dxa, RowMaker& row) {
  const auto put_site = [&](const std::string& name, const Json& site) {
    row.put_measure("abmd_" + name + "_g_cm2", at(site, "abmd_g_cm2"));
    row.put("t_score_" + name, at(site, "t_score"));
    row.put("z_score_" + name, at(site, "z_score"));
  };
  for (const char* side : {"_right", "_left", ""}) // the last one stays
    for (const Json& site : at(dxa, "sites")) {
      if (side_of(site) != side)
        continue;
      row.note_measured(at(site, "abmd_g_cm2"));
      if (!at(site, "excluded").is_null())
        continue;
      const std::string name = site_name(at(site, "site").get<std::string>());
      row.forget("t_score_" + name); // never one side's score beside the other's density
      row.forget("z_score_" + name);
      put_site(name, site);
      if (*side != '\0')
        put_site(name + side, site);
    }
  row.put_measure("aac24", at(at(dxa, "aac24"), "total"));
}

/// Whose values these are; a reader's name stands as a hash, for tables travel.
void put_review(const Json& review, RowMaker& row) {
  if (at(review, "state").is_null() || at(review, "state") == "none")
    return;
  row.put("review", at(review, "state"));
  std::string by;
  for (const Json& reader : at(review, "readers"))
    by += (by.empty() ? "" : ";") + sha256_hex(reader.get<std::string>()).substr(0, 8);
  row.put("review_by", by);
  row.put("review_time", at(review, "last_edit"));
}

/// The rules of all issues that touch a value, each once.
std::string issue_rules(const Json& issues) {
  std::set<std::string> rules;
  for (const Json& issue : issues)
    if (at(issue, "level") != "info")
      rules.insert(at(issue, "rule").get<std::string>());
  std::string text;
  for (const std::string& rule : rules)
    text += (text.empty() ? "" : ";") + rule;
  return text;
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i)
    line += (i == 0 ? "" : ",") + csv_field(fields[i]);
  return line + "\n";
}

} // namespace

ResultRow result_row(std::string_view study_key, std::string_view result_json) {
  try {
    const Json record = Json::parse(result_json);
    if (at(record, "schema") != "osteocalc.study/1")
      throw TableError("the text is no study's record (its schema is another) pass a result.json");
    RowMaker row;
    row.put("study", std::string(study_key));
    const Json& study = at(record, "study");
    for (const char* column : {"subject", "age_years", "sex", "kvp_kv", "contrast"})
      row.put(column, at(study, column));
    for (const Json& bed : at(at(record, "calcium"), "beds")) {
      const auto name = at(bed, "bed").get<std::string>();
      row.put_measure(name + "_agatston", at(bed, "agatston"));
      row.put(name + "_volume_mm3", at(bed, "volume_mm3"));
    }
    put_bone(at(record, "bone"), row);
    put_dxa(at(record, "dxa"), row);
    put_review(at(record, "review"), row);
    row.put("issues", issue_rules(at(record, "issues")));
    return row.row();
  } catch (const Json::exception& error) {
    throw TableError("a study's record cannot be read: " + std::string(error.what()) +
                     " (the file is cut off or another's) run the study again");
  }
}

ResultRow dxa_row(const std::vector<study::DxaPart>& parts) {
  RowMaker row;
  put_dxa(Json::parse(dxa_parts_json(parts)), row);
  return row.measures();
}

std::string dxa_people_csv(const std::vector<study::DxaPerson>& people, const std::vector<std::string>& subjects) {
  std::set<std::string> columns;
  std::vector<std::map<std::string, std::string>> rows;
  for (std::size_t i = 0; i < people.size(); ++i) {
    ResultRow measures = dxa_row(people[i].parts);
    auto& row = rows.emplace_back();
    for (std::size_t c = 0; c < measures.columns.size(); ++c)
      row[measures.columns[c]] = std::move(measures.cells[c]);
    columns.insert(measures.columns.begin(), measures.columns.end());
    row["subject"] = subjects[i];
    row["dxa_age_years"] = csv_number(people[i].age_years);
    row["dxa_sex"] = people[i].sex ? std::string(to_string(*people[i].sex)) : "";
    row["dxa_issues"] = issue_rules(to_json(people[i].issues));
  }
  std::vector<std::string> all{"subject"};
  all.insert(all.end(), columns.begin(), columns.end());
  all.insert(all.end(), {"dxa_age_years", "dxa_sex", "dxa_issues"});
  std::string text = csv_line(all);
  for (auto& row : rows) {
    std::vector<std::string> fields;
    for (const std::string& column : all)
      fields.push_back(std::move(row[column]));
    text += csv_line(fields);
  }
  return text;
}

std::vector<std::string> table_columns(const std::vector<std::string>& columns,
                                       const std::vector<std::string>& further) {
  std::set<std::string> measures(columns.begin(), columns.end());
  std::vector<std::string> all(first_columns.begin(), first_columns.end());
  for (const char* column : first_columns)
    measures.erase(column);
  for (const char* column : last_columns)
    measures.erase(column);
  std::vector<std::string> review;
  for (const char* column : review_columns)
    if (measures.erase(column) > 0)
      review.emplace_back(column);
  all.insert(all.end(), measures.begin(), measures.end());
  all.insert(all.end(), last_columns.begin(), last_columns.end());
  all.insert(all.end(), review.begin(), review.end());
  all.insert(all.end(), further.begin(), further.end());
  return all;
}

std::string results_csv(std::vector<ResultRow> rows) {
  std::vector<std::string> occurring;
  std::map<std::string, std::map<std::string, std::string>> by_key;
  for (ResultRow& row : rows) {
    std::map<std::string, std::string> cells;
    for (std::size_t i = 0; i < row.columns.size(); ++i)
      cells[row.columns[i]] = std::move(row.cells[i]);
    occurring.insert(occurring.end(), row.columns.begin(), row.columns.end());
    std::string key = cells["study"];
    by_key.emplace(std::move(key), std::move(cells));
  }
  const std::vector<std::string> columns = table_columns(occurring);
  std::string text = csv_line(columns);
  for (auto& [key, cells] : by_key) {
    std::vector<std::string> fields;
    for (const std::string& column : columns)
      fields.push_back(cells[column]);
    text += csv_line(fields);
  }
  return text;
}

} // namespace osteocalc::report
