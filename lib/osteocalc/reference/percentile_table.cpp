// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/reference/percentile_table.h"

#include "hoff_2001_table.h"
#include "mesa_2006_table.h"
#include "osteocalc/reference/table_reader.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::reference {
namespace {

constexpr std::string_view schema = "osteocalc.percentiles/1";

PercentileTable::Row read_row(const TableReader& row) {
  const std::string sex = row.text("sex");
  const std::optional<Sex> known = sex_from_string(sex);
  if (!known)
    row.fail("sex is '" + sex + "'; write F or M");
  return {*known, row.text_or("group", ""), row.number("age"), row.number_if("positive"), row.numbers("scores")};
}

void check(const PercentileTable& table, const TableReader& reader) {
  const auto rising = [](const std::vector<double>& values) { return std::ranges::is_sorted(values); };
  if (table.percentiles.size() < 2 || !rising(table.percentiles) || table.percentiles.front() <= 0 ||
      table.percentiles.back() >= 100)
    reader.fail("percentiles must rise between 0 and 100");
  if (table.rows.empty())
    reader.fail("there are no rows");
  for (const PercentileTable::Row& row : table.rows)
    if (row.scores.size() != table.percentiles.size() || !rising(row.scores) || row.scores.front() < 0)
      reader.fail(fmt::format("the scores at age {:g} do not rise from 0 or are not one a percentile", row.age_years));
}

PercentileTable parse(std::string_view text, const std::string& where) {
  const TableReader reader = TableReader::parse(text, where, schema);
  PercentileTable table;
  table.name = reader.text("name");
  table.source = reader.text("source");
  table.edition = reader.text("edition");
  const std::string rule = reader.text("age_rule");
  if (rule != "knots" && rule != "bands")
    reader.fail("age_rule is '" + rule + "'; write knots or bands");
  table.knots = rule == "knots";
  const std::vector<double> ages = reader.numbers("age_years");
  if (ages.size() != 2 || ages[0] > ages[1])
    reader.fail("age_years must hold the first and the last age");
  table.first_age_years = ages[0];
  table.last_age_years = ages[1];
  table.percentiles = reader.numbers("percentiles");
  for (const TableReader& row : reader.tables("rows"))
    table.rows.push_back(read_row(row));
  check(table, reader);
  return table;
}

/// The population of one sex, group and age: positive share and scores, or nothing.
std::optional<PercentileTable::Row> population(const PercentileTable& table, Sex sex, double age_years,
                                               std::string_view group) {
  std::vector<const PercentileTable::Row*> rows;
  for (const PercentileTable::Row& row : table.rows)
    if (row.sex == sex && row.group == group)
      rows.push_back(&row);
  std::ranges::sort(rows, {}, [](const PercentileTable::Row* row) { return row->age_years; });
  const auto above =
      std::ranges::find_if(rows, [&](const PercentileTable::Row* row) { return row->age_years > age_years; });
  if (above == rows.begin())
    return std::nullopt;
  const PercentileTable::Row& low = **(above - 1);
  if (!table.knots || above == rows.end() || low.age_years == age_years)
    return low;
  const PercentileTable::Row& high = **above;
  const double part = (age_years - low.age_years) / (high.age_years - low.age_years);
  PercentileTable::Row between = low;
  for (std::size_t i = 0; i < low.scores.size(); ++i)
    between.scores[i] = std::expm1(std::lerp(std::log1p(low.scores[i]), std::log1p(high.scores[i]), part));
  if (low.positive_percent && high.positive_percent)
    between.positive_percent = std::lerp(*low.positive_percent, *high.positive_percent, part);
  return between;
}

struct Knot {
  double score, percent;
};

/// Points of the distribution from its highest zero on.
std::vector<Knot> knots_of(const PercentileTable::Row& people, const std::vector<double>& percentiles) {
  std::vector<Knot> knots;
  if (people.positive_percent)
    knots.push_back({0, 100 - *people.positive_percent});
  for (std::size_t i = 0; i < percentiles.size(); ++i) {
    const bool zero = people.scores[i] < 0.5; // scores are whole numbers; between ages they are not
    if (zero && !people.positive_percent)
      knots.assign(1, {0, percentiles[i]});
    if (!zero && (knots.empty() || percentiles[i] > knots.back().percent))
      knots.push_back({people.scores[i], percentiles[i]});
  }
  return knots;
}

} // namespace

const PercentileTable& mesa_2006() {
  static const PercentileTable table = parse(mesa_2006_table, "MESA 2006");
  return table;
}

const PercentileTable& hoff_2001() {
  static const PercentileTable table = parse(hoff_2001_table, "Hoff 2001");
  return table;
}

PercentileTable read_percentile_table(const std::filesystem::path& file) {
  return parse(read_table_file(file), file.string());
}

std::string Percentile::text() const {
  return fmt::format("{}{:.0f}", below ? "<" : above ? ">" : "", value);
}

PercentileAnswer percentile_of(const PercentileTable& table, double score, Sex sex, double age_years,
                               std::string_view group) {
  if (age_years < table.first_age_years || age_years >= table.last_age_years + 1)
    return {{},
            fmt::format("{} covers ages {:g} to {:g}, not {:g}", table.name, table.first_age_years,
                        table.last_age_years, age_years)};
  const std::optional<PercentileTable::Row> people = population(table, sex, age_years, group);
  if (!people)
    return {{}, fmt::format("{} has no row for sex {} and group '{}'", table.name, to_string(sex), group)};
  Percentile result{0, false, false, table.name, people->scores};
  if (score <= 0)
    return {result, {}};
  const std::vector<Knot> knots = knots_of(*people, table.percentiles);
  result.above = knots.empty() || score > knots.back().score;
  result.below = !result.above && score < knots.front().score;
  if (result.above || result.below) {
    result.value = result.above ? table.percentiles.back() : knots.front().percent;
    return {result, {}};
  }
  std::size_t upper = 1;
  while (upper + 1 < knots.size() && score > knots[upper].score)
    ++upper;
  if (knots.size() == 1) {
    result.value = knots.front().percent;
    return {result, {}};
  }
  const Knot &low = knots[upper - 1], &high = knots[upper];
  const double part = (std::log1p(score) - std::log1p(low.score)) / (std::log1p(high.score) - std::log1p(low.score));
  result.value = std::lerp(low.percent, high.percent, part);
  return {result, {}};
}

double arterial_age_years(double agatston) noexcept {
  return 39.1 + 7.25 * std::log1p(agatston);
}

} // namespace osteocalc::reference
