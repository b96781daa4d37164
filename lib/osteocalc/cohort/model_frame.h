// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/cohort/table.h"

#include <string>
#include <vector>

namespace osteocalc::cohort {

/// Rows that left because a column was missing, in the order in which the columns were looked at.
struct Exclusion {
  std::string column;
  std::size_t rows = 0;
};

/// The complete rows of one model, and its design matrix column by column.
struct ModelFrame {
  std::string formula;                      ///< "outcome ~ term + term"
  std::vector<std::size_t> rows;            ///< of the table, ascending
  std::vector<double> outcome;              ///< one a row
  std::vector<std::string> names;           ///< "(Intercept)" first
  std::vector<std::vector<double>> columns; ///< columns[i] belongs to names[i]
  std::vector<Exclusion> excluded;          ///< one a variable, in formula order, zeros included
};

/// The column a term reads: "race" for C(race), else the term itself.
[[nodiscard]] std::string term_column(const std::string& term);

/// Rows with every variable present, and the columns the terms stand for: a numeric column is itself; C(x) is an
/// indicator for each level of x but the first (numbers ascending, text alphabetical), named x and level; a text column
/// of F and M is one indicator of M, e.g. sexM.
/// \throw TableError for an unknown column, other text without C(), a column that does not vary over the complete rows,
/// or no more rows than columns
[[nodiscard]] ModelFrame model_frame(const Table& table, const std::string& outcome,
                                     const std::vector<std::string>& terms);

/// \throw TableError when the outcome is the same in every row: there is nothing to explain
void check_outcome_varies(const ModelFrame& frame);

/// The rows marked true: a stratum, a sampled part, a complete case. \pre one mark a row of the frame
[[nodiscard]] ModelFrame keep_rows(const ModelFrame& frame, const std::vector<bool>& keep);

/// The place of a column in the frame. \throw TableError when there is none
[[nodiscard]] std::size_t column_index(const ModelFrame& frame, const std::string& name);

/// Appends a column of your own making: a spline's, a score's. \pre one value a row
void add_column(ModelFrame& frame, std::string name, std::vector<double> values);

/// Takes a column out. \throw TableError when there is none
void remove_column(ModelFrame& frame, const std::string& name);

/// Appends the product of two columns as "a:b". \throw TableError when one is not there
void add_interaction(ModelFrame& frame, const std::string& a, const std::string& b);

} // namespace osteocalc::cohort
