// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/subjects.h"

#include "osteocalc/batch/person_rows.h"
#include "osteocalc/cohort/csv.h"
#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace osteocalc::batch {
namespace {

/// Which column says who a row is of, and whether that is yet to be hashed.
const cohort::Column& id_column(const cohort::Table& table) {
  const cohort::Column* patient = table.find("patient_id");
  const cohort::Column* subject = table.find("subject");
  if ((patient == nullptr) == (subject == nullptr))
    throw TableError(table.name() + " needs a column patient_id or a column subject, and not both (rows could not be "
                                    "given to people) name the column of the ids so");
  return patient != nullptr ? *patient : *subject;
}

std::optional<double> age_at(const cohort::Table& table, std::size_t row) {
  const cohort::Column* column = table.find("age_years");
  if (column == nullptr || is_missing(*column, row))
    return std::nullopt;
  const auto age = table.numbers("age_years")[row];
  if (age < 0.0 || age > 130.0)
    throw TableError(table.name() + " holds an age of " + *cell_text(*column, row) +
                     " years (percentiles would be wrong) correct the cell");
  return age;
}

std::optional<Sex> sex_at(const cohort::Table& table, std::size_t row) {
  const cohort::Column* column = table.find("sex");
  if (column == nullptr || is_missing(*column, row))
    return std::nullopt;
  const std::string text = *cell_text(*column, row);
  const auto sex = sex_from_string(text);
  if (!sex)
    throw TableError(table.name() + " holds the sex '" + text + "' (percentiles depend on it) write F or M");
  return sex;
}

bool is_known_column(const std::string& name) {
  return name == "patient_id" || name == "subject" || name == "age_years" || name == "sex";
}

std::string lowercase(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// A name that stands, or may stand, in the results already. SQLite compares names without case.
bool is_own_column(const std::string& name) {
  static const std::set<std::string> names{
      "study",  "subject",   "patient_id",  "age_years", "sex",    "state", "calibration_mode", "kvp_kv",
      "issues", "review_by", "review_time", "contrast",  "review", "rowid", "dxa_days",         "dxa_study"};
  return names.contains(name) || is_dxa_column(name) ||
         std::ranges::any_of(std::array{"_hu", "_bmd_mg_cm3", "_agatston", "_volume_mm3"},
                             [&](const char* ending) { return name.ends_with(ending); });
}

void check_further(const cohort::Table& table, const std::vector<std::string>& columns) {
  std::set<std::string> seen;
  for (const std::string& column : columns) {
    if (is_own_column(lowercase(column)))
      throw TableError(table.name() + " has a column " + column +
                       ", a name of the results' own (its values would stand for measured ones) rename it");
    if (!seen.insert(lowercase(column)).second)
      throw TableError(table.name() + " has two columns " + column +
                       ", whatever their case (SQLite takes them for one) rename one");
  }
}

} // namespace

SubjectTable read_subjects(const std::filesystem::path& file, const std::string& key) {
  const cohort::Table table = cohort::read_csv(file);
  const cohort::Column& ids = id_column(table);
  SubjectTable subjects;
  std::vector<const cohort::Column*> further;
  for (const cohort::Column& column : table.columns())
    if (!is_known_column(column.name)) {
      further.push_back(&column);
      subjects.further_columns.push_back(column.name);
    }
  check_further(table, subjects.further_columns);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto id = cell_text(ids, row);
    if (!id)
      throw TableError(table.name() + " has a row without " + ids.name + " (whose it is is unknown) fill or drop it");
    Subject subject{age_at(table, row), sex_at(table, row), {}};
    for (const cohort::Column* column : further)
      subject.further.push_back(cell_text(*column, row).value_or(""));
    const std::string name = ids.name == "subject" || key.empty() ? *id : pseudonym(*id, key);
    if (!subjects.by_subject.emplace(name, std::move(subject)).second)
      throw TableError(table.name() + " names one person twice (which row counts is unclear) keep one row a person");
  }
  return subjects;
}

void add_columns(SubjectTable& table, const PersonCells& cells, const std::string& key) {
  const std::size_t before = table.further_columns.size();
  table.further_columns.insert(table.further_columns.end(), cells.columns.begin(), cells.columns.end());
  for (const auto& [patient, values] : cells.by_patient) {
    Subject& subject = table.by_subject[key.empty() ? patient : pseudonym(patient, key)];
    subject.further.resize(before);
    subject.further.insert(subject.further.end(), values.begin(), values.end());
  }
  for (auto& [name, subject] : table.by_subject)
    subject.further.resize(table.further_columns.size());
}

} // namespace osteocalc::batch
