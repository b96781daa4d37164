// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/reference/calcium_categories.h"

#include "aortic_valve_table.h"
#include "calcium_categories_table.h"
#include "osteocalc/reference/table_reader.h"

#include <cmath>
#include <fmt/format.h>

namespace osteocalc::reference {
namespace {

struct Scheme {
  struct Level {
    double from;
    std::string name;
  };
  std::string name, source;
  std::vector<Level> levels;
};

std::vector<Scheme> read_schemes() {
  const TableReader table =
      TableReader::parse(calcium_categories_table, "calcium categories", "osteocalc.categories/1");
  std::vector<Scheme> schemes;
  for (const TableReader& scheme : table.tables("scheme")) {
    Scheme& read = schemes.emplace_back();
    read.name = scheme.text("name");
    read.source = scheme.text("source");
    for (const TableReader& level : scheme.tables("levels"))
      read.levels.push_back({level.number("from"), level.text("name")});
    if (read.levels.size() < 2 || read.levels.front().from != 0)
      scheme.fail("levels must begin at 0");
  }
  return schemes;
}

const std::vector<Scheme>& schemes() {
  static const std::vector<Scheme> read = read_schemes();
  return read;
}

const TableReader& valve_table() {
  static const TableReader table = TableReader::parse(aortic_valve_table, "aortic valve", "osteocalc.valve/1");
  return table;
}

} // namespace

std::vector<CalciumCategory> coronary_categories(double agatston, std::optional<int> vessels) {
  const double whole = agatston > 0 ? std::max(1.0, std::round(agatston)) : 0;
  std::vector<CalciumCategory> categories;
  for (const Scheme& scheme : schemes()) {
    std::string name;
    for (const Scheme::Level& level : scheme.levels)
      if (whole >= level.from)
        name = level.name;
    if (scheme.name == "cac-drs" && vessels)
      name += fmt::format("/N{}", *vessels);
    categories.push_back({scheme.name, name});
  }
  return categories;
}

ValveCategory aortic_valve_category(double agatston, Sex sex) {
  const TableReader bounds = valve_table().table(to_string(sex));
  const double likely = bounds.number("likely_from");
  const char* level = agatston >= bounds.number("very_likely_from") ? "very likely"
                      : agatston >= likely                          ? "likely"
                      : agatston < bounds.number("unlikely_below")  ? "unlikely"
                                                                    : "undecided";
  return {level, agatston / likely};
}

std::string coronary_categories_source() {
  std::string text;
  for (const Scheme& scheme : schemes())
    text += (text.empty() ? "" : "; ") + scheme.name + ": " + scheme.source;
  return text;
}

std::string aortic_valve_source() {
  return valve_table().text("source") + ", " + valve_table().text("edition");
}

} // namespace osteocalc::reference
