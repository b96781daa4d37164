// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/dxa_report.h"
#include "osteocalc/io/text_table.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace osteocalc::io {

/// A table of results: its people, and what is to be said of the table itself.
struct DxaTable {
  std::vector<DxaReport> people; ///< in the order of the rows; rows of one id are one person
  Issues issues;
};

/// Reads one row a person, a scan or a region, as Hologic's and GE's programs and surveys export them: the first row
/// that names a quantity or a person's id beside age or sex is the header. Empty cells, words and, for densities, areas
/// and mineral, 0 are missing. NHANES' codes of sex and race are read as such.
/// \throw TableError when no row is such a header
[[nodiscard]] DxaTable dxa_table(const TextRows& rows);

/// Several tables of one export or survey as one: people with the same id are one.
[[nodiscard]] DxaTable joined_by_person(std::vector<DxaTable> tables);

/// The results of a structured report: numbers, or lines of text that name a site and its numbers. Nothing when the
/// file is no structured report. Without any density the report has an Issue DXA-SR-EMPTY.
/// \throw IoError, DicomError when the report cannot be read
[[nodiscard]] std::optional<DxaReport> read_dxa_sr(const std::filesystem::path& file);

/// Adds a site to the exam it belongs to; of an exam that is there twice the later one by day counts, else the first.
void add_exam(DxaReport& person, ReportedExam exam);

/// Adds what another row or table says of the same person.
void add_person(DxaReport& person, DxaReport more);

} // namespace osteocalc::io
