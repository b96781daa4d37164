// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/reference/dxa_reference.h"

#include "dxa_reference_table.h"
#include "osteocalc/core/error.h"
#include "osteocalc/reference/table_reader.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::reference {
namespace {

/// Bounds such as -2.5 are met by densities written with three decimals; the last bit must not decide.
constexpr double exact = 1e-9;

const TableReader& tables() {
  static const TableReader read = TableReader::parse(dxa_reference_table, "DXA reference", "osteocalc.dxa_reference/1");
  return read;
}

TableReader table_named(std::string_view name) {
  std::string known;
  for (const TableReader& table : tables().tables("reference")) {
    if (table.text("name") == name)
      return table;
    known += (known.empty() ? "" : ", ") + table.text("name");
  }
  throw ConfigError(
      fmt::format("there is no reference named {} (a score needs its population) use one of {}", name, known));
}

struct Norm {
  double mean, sd;
};

std::string sex_word(Sex sex) {
  return sex == Sex::Female ? "women" : "men";
}

/// A row's norm, or why none applies.
struct Lookup {
  std::optional<Norm> norm;
  std::string reason;
};

Lookup young_norm(const TableReader& table, std::string_view site, const DxaPerson& person) {
  bool site_known = false;
  for (const TableReader& row : table.tables("young")) {
    if (row.text("site") != site)
      continue;
    site_known = true;
    const std::string sex = row.text_or("sex", "");
    if (sex.empty() || (person.sex && sex == to_string(*person.sex)))
      return {Norm{row.number("mean"), row.number("sd")}, {}};
  }
  const std::string name = table.text("name");
  if (!site_known)
    return {{}, fmt::format("{} has no young adults for {}", name, site)};
  if (!person.sex)
    return {{}, fmt::format("the sex is not known, and {} is by sex", name)};
  return {{}, fmt::format("{} has no {} for {}", name, sex_word(*person.sex), site)};
}

Lookup age_norm(const TableReader& table, std::string_view site, const DxaPerson& person) {
  const std::string set = table.text_or("by_age", "");
  if (set.empty())
    return {{}, table.text("name") + " has no means by age"};
  if (!person.sex || !person.age_years)
    return {{}, "age or sex is not known"};
  for (const TableReader& part : tables().tables("by_age")) {
    if (part.text("name") != set || part.text("site") != site)
      continue;
    const double years = std::floor(*person.age_years);
    for (const TableReader& band : part.tables("bands"))
      if (band.text("sex") == to_string(*person.sex) && years >= band.number("from_years") &&
          years <= band.number("to_years"))
        return {Norm{band.number("mean"), band.number("sd")}, {}};
    return {
        {},
        fmt::format("{:g} years lie outside the table's {} for {}", *person.age_years, sex_word(*person.sex), site)};
  }
  return {{}, fmt::format("{} has no means by age for {}", set, site)};
}

std::string mismatch(const TableReader& table, const DxaPerson& person, std::string_view manufacturer) {
  const std::string wanted = table.text("manufacturer"), race = table.text_or("race", "");
  if (manufacturer.empty())
    return "the scanner's manufacturer is not known, and a reference holds for one manufacturer";
  if (manufacturer != wanted)
    return fmt::format("{} is a reference for {}, the scanner is of {}", table.text("name"), wanted, manufacturer);
  if (!race.empty() && race != person.race)
    return fmt::format("{} is for people who are {}", table.text("name"), race);
  return {};
}

void classify(DxaScores& scores, const TableReader& table, std::string_view site, const DxaPerson& person) {
  if (!person.sex || !person.age_years) {
    scores.category_reason = "age or sex is not known";
    return;
  }
  const bool by_t =
      *person.sex == Sex::Male ? *person.age_years >= 50 : person.postmenopausal.value_or(*person.age_years >= 50);
  if (!by_t) {
    if (scores.z_score)
      scores.category = *scores.z_score <= -2.0 + exact ? "below expected" : "within expected";
    else
      scores.category_reason = "before menopause and 50 years Z decides, and there is none";
    return;
  }
  if (site != "neck" && site != "total" && site != "L1-L4")
    scores.category_reason = "WHO's classes are for the femoral neck, the total hip and L1-L4";
  else if (table.text_or("who", "") != "yes")
    scores.category_reason = "WHO's classes are defined on nhanes3-female-white";
  else if (!scores.t_score)
    scores.category_reason = "there is no T-score";
  else
    scores.category = *scores.t_score <= -2.5 + exact   ? "osteoporosis"
                      : *scores.t_score >= -1.0 - exact ? "normal"
                                                        : "low";
}

} // namespace

std::optional<std::string> dxa_manufacturer(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto has = [&](const char* word) { return lower.find(word) != std::string::npos; };
  if (has("hologic"))
    return "Hologic";
  if (has("lunar") || has("ge ") || has("general electric") || lower == "ge")
    return "GE Lunar";
  if (has("norland"))
    return "Norland";
  return std::nullopt;
}

DxaScores dxa_scores(std::string_view reference, std::string_view site, double abmd_g_cm2, const DxaPerson& person,
                     std::string_view manufacturer) {
  const TableReader table = table_named(reference);
  DxaScores scores;
  scores.reference = reference;
  scores.t_reason = scores.z_reason = scores.category_reason = mismatch(table, person, manufacturer);
  if (!scores.t_reason.empty())
    return scores;
  const auto score = [&](const Lookup& found, std::optional<double>& value, std::string& reason) {
    if (found.norm)
      value = (abmd_g_cm2 - found.norm->mean) / found.norm->sd;
    reason = found.reason;
  };
  score(young_norm(table, site, person), scores.t_score, scores.t_reason);
  score(age_norm(table, site, person), scores.z_score, scores.z_reason);
  classify(scores, table, site, person);
  return scores;
}

std::vector<std::string> dxa_references() {
  std::vector<std::string> names;
  for (const TableReader& table : tables().tables("reference"))
    names.push_back(table.text("name"));
  return names;
}

std::string dxa_reference_source(std::string_view reference) {
  const TableReader table = table_named(reference);
  return table.text("name") + ": " + table.text("source") + ", " + table.text("edition");
}

} // namespace osteocalc::reference
