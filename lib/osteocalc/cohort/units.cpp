// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/units.h"

#include "osteocalc/core/error.h"

#include <fmt/format.h>
#include <optional>

namespace osteocalc::cohort {

namespace {

struct NamedUnit {
  std::string_view ending, unit;
  double low, high;
};
/// Wide enough for any person who lives and any scan that is made; too narrow for grams read as milligrams.
constexpr NamedUnit named_units[] = {{"age_years", "years", 0, 120},     {"_bmd_mg_cm3", "mg/cm3", -300, 1500},
                                     {"_g_cm2", "g/cm2", 0.05, 3.5},     {"_hu", "HU", -1024, 3071},
                                     {"_agatston", "points", 0, 100000}, {"_volume_mm3", "mm3", 0, 1e6},
                                     {"kvp_kv", "kV", 60, 160},          {"aac24", "points", 0, 24}};

struct Outside {
  std::size_t rows = 0, known = 0, first_row = 0;
  double first_value = 0;
};

Outside outside(const Numbers& cells, double low, double high) {
  Outside found;
  for (std::size_t row = 0; row < cells.size(); ++row) {
    found.known += cells[row].has_value();
    if (!cells[row] || (*cells[row] >= low && *cells[row] <= high))
      continue;
    if (found.rows++ == 0)
      found.first_row = row + 1, found.first_value = *cells[row];
  }
  return found;
}

std::string sentence(const std::string& column, const Outside& found, std::string_view unit, double low, double high) {
  return fmt::format("column '{}' leaves {:g} to {:g} {} in {} of {} rows, first {:g} in row {} (another unit, or a "
                     "code that means missing, would pass for a measurement)",
                     column, low, high, unit, found.rows, found.known, found.first_value, found.first_row);
}

} // namespace

Issues check_units(const Table& table, const Plan& plan) {
  for (const auto& [column, quantity] : plan.units)
    if (const Outside found = outside(table.numbers(column), quantity.low, quantity.high); found.rows > 0)
      throw TableError(sentence(column, found, quantity.unit, quantity.low, quantity.high) +
                       "; convert it, declare the code as missing, or correct [units]");
  Issues issues;
  for (const Column& column : table.columns())
    for (const NamedUnit& named : named_units)
      if (const auto* cells = std::get_if<Numbers>(&column.cells);
          cells && column.name.ends_with(named.ending) && !plan.units.contains(column.name))
        if (const Outside found = outside(*cells, named.low, named.high); found.rows > 0)
          issues.push_back(warning("COHORT-UNIT", column.name,
                                   sentence(column.name, found, named.unit, named.low, named.high) +
                                       "; convert the column or give its range in [units]"));
  return issues;
}

} // namespace osteocalc::cohort
