// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace osteocalc::batch {

/// What a table of subjects says of one person.
struct Subject {
  std::optional<double> age_years;
  std::optional<Sex> sex;
  std::vector<std::string> further; ///< cells of the further columns; empty where missing
};

struct SubjectTable {
  std::vector<std::string> further_columns;
  std::map<std::string, Subject> by_subject; ///< by the keyed hash of the patient id
};

/// Further cells of people, by patient id.
struct PersonCells {
  std::vector<std::string> columns;
  std::map<std::string, std::vector<std::string>> by_patient;
};

/// Adds the cells to the table, under the people's pseudonyms. \param key empty: subjects stand by their patient id
void add_columns(SubjectTable& table, const PersonCells& cells, const std::string& key);

/// Reads a CSV of subjects: `patient_id` or `subject` (what stands in results.csv), `age_years`, `sex` (F, M), any
/// further columns. \param key of the pseudonyms; empty: subjects stand by their patient id
/// \throw IoError, TableError for a table without either id, with one person twice, with a sex or age that is none, or
/// with a further column of a name that the results have
[[nodiscard]] SubjectTable read_subjects(const std::filesystem::path& file, const std::string& key);

} // namespace osteocalc::batch
