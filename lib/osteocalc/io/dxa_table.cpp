// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dxa_results.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/dicom_file.h"
#include "osteocalc/io/dxa_words.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>

namespace osteocalc::io {
namespace {

enum class Role { Id, Sex, Age, Race, Manufacturer, Day, Birth, Region, Exam, Side };

using RoleName = std::pair<std::string_view, Role>;

/// What columns of a person and an exam are called, in plain words; earlier names win.
constexpr std::array<RoleName, 62> role_names{{
    {"patient id", Role::Id},
    {"patientid", Role::Id},
    {"seqn", Role::Id},
    {"subject id", Role::Id},
    {"subject", Role::Id},
    {"subjectid", Role::Id},
    {"participant id", Role::Id},
    {"identifier1", Role::Id},
    {"identifier 1", Role::Id},
    {"mrn", Role::Id},
    {"medical record number", Role::Id},
    {"pat id", Role::Id},
    {"patid", Role::Id},
    {"id", Role::Id},
    {"patient key", Role::Id},
    {"patienten id", Role::Id},
    {"patient", Role::Id},
    {"sex", Role::Sex},
    {"gender", Role::Sex},
    {"patient sex", Role::Sex},
    {"riagendr", Role::Sex},
    {"geschlecht", Role::Sex},
    {"age years", Role::Age},
    {"age", Role::Age},
    {"ridageyr", Role::Age},
    {"patient age", Role::Age},
    {"age at scan", Role::Age},
    {"age at exam", Role::Age},
    {"scan age", Role::Age},
    {"alter", Role::Age},
    {"race", Role::Race},
    {"ethnicity", Role::Race},
    {"ethnic", Role::Race},
    {"ridreth3", Role::Race},
    {"manufacturer", Role::Manufacturer},
    {"scanner", Role::Manufacturer},
    {"device", Role::Manufacturer},
    {"system", Role::Manufacturer},
    {"scan date", Role::Day},
    {"scandate", Role::Day},
    {"measure date", Role::Day},
    {"measurement date", Role::Day},
    {"measured date", Role::Day},
    {"exam date", Role::Day},
    {"study date", Role::Day},
    {"date", Role::Day},
    {"datum", Role::Day},
    {"birth date", Role::Birth},
    {"birthdate", Role::Birth},
    {"date of birth", Role::Birth},
    {"dob", Role::Birth},
    {"region", Role::Region},
    {"roi", Role::Region},
    {"site", Role::Region},
    {"level", Role::Region},
    {"scan type", Role::Exam},
    {"exam", Role::Exam},
    {"exam type", Role::Exam},
    {"measurement", Role::Exam},
    {"body part", Role::Exam},
    {"side", Role::Side},
    {"laterality", Role::Side},
}};

struct ValueColumn {
  std::size_t at = 0;
  DxaWords words;
};

struct Header {
  std::map<Role, std::size_t> roles;
  std::vector<ValueColumn> values;
  std::vector<std::string> names;
  std::string manufacturer; ///< that the columns' names give away

  [[nodiscard]] bool usable() const {
    return !values.empty() || (roles.contains(Role::Id) && (roles.contains(Role::Age) || roles.contains(Role::Sex)));
  }
};

/// Whose program calls its columns so.
std::string manufacturer_of(const std::vector<std::string>& columns) {
  for (const std::string& column : columns) {
    const std::string words = plain_words(column);
    if (column.starts_with("DXX") || words.starts_with("htot ") || words == "scanid" || words == "identifier1")
      return "Hologic";
    if (words == "measure date" || words.find("ya tscore") != std::string::npos ||
        words.find("young adult") != std::string::npos)
      return "GE Lunar";
  }
  return "";
}

/// "TOT_BMD" is the spine's in Hologic's spine table, "Total" the hip's beside a neck.
void settle_totals(Header& header) {
  const auto names = [&](auto&& test) {
    return std::ranges::any_of(header.values, [&](const ValueColumn& column) { return test(column.words.site); });
  };
  const bool spine = names([](const std::string& site) { return site.starts_with("L"); });
  const bool hip =
      names([](const std::string& site) { return site == "neck" || site == "trochanter" || site == "total"; });
  const bool hip_total = names([](const std::string& site) { return site == "total"; });
  for (ValueColumn& column : header.values)
    if (column.words.site == "?" && (spine != hip || (spine && hip_total)))
      column.words.site = spine ? "L1-L4" : "total";
}

Header header_of(const std::vector<std::string>& row) {
  Header header;
  std::map<Role, std::size_t> ranks;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string words = plain_words(row[i]);
    const auto named = std::ranges::find(role_names, words, &RoleName::first);
    if (named != role_names.end()) {
      const auto rank = static_cast<std::size_t>(named - role_names.begin());
      const auto [known, is_new] = ranks.emplace(named->second, rank);
      if (!is_new && rank >= known->second)
        continue;
      known->second = rank;
      header.roles[named->second] = i;
    } else if (DxaWords found = dxa_words(row[i]); found.quantity) {
      header.values.push_back({i, std::move(found)});
    }
  }
  header.names = row;
  header.manufacturer = manufacturer_of(row);
  settle_totals(header);
  return header;
}

/// Days since 1970 of "2024-05-20", "20240520", "20.05.2024" or "5/20/2024"; with slashes the day comes first only
/// where it cannot be the month.
std::optional<int> day_from(const std::string& text) {
  int year = 0, month = 0, day = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d", &year, &month, &day) != 3 &&
      std::sscanf(text.c_str(), "%2d.%2d.%4d", &day, &month, &year) != 3 &&
      std::sscanf(text.c_str(), "%2d/%2d/%4d", &month, &day, &year) != 3)
    return day_from_dicom(text);
  if (month > 12)
    std::swap(month, day);
  char date[32];
  std::snprintf(date, sizeof date, "%04d%02d%02d", year, month, day);
  return day_from_dicom(date);
}

std::optional<Sex> sex_from(const std::string& text, const std::string& column) {
  const std::string words = plain_words(text);
  if (column == "RIAGENDR")
    return words == "1" ? std::optional(Sex::Male) : words == "2" ? std::optional(Sex::Female) : std::nullopt;
  if (words == "f" || words == "w" || words.starts_with("fem") || words.starts_with("wom") || words.starts_with("wei"))
    return Sex::Female;
  if (words == "m" || words.starts_with("mal") || words == "man" || words.starts_with("masc"))
    return Sex::Male;
  return std::nullopt;
}

std::string race_from(const std::string& text, const std::string& column) {
  const std::string words = plain_words(text);
  const auto has = [&](const char* word) { return words.find(word) != std::string::npos; };
  if (column == "RIDRETH3")
    return words == "3" ? "white" : words == "4" ? "black" : "";
  return has("black") || has("african") ? "black" : has("white") || has("caucasian") ? "white" : "";
}

std::optional<BodySide> side_from(const std::string& text) {
  return text == "L" ? BodySide::Left : text == "R" ? std::optional(BodySide::Right) : dxa_words(text).side;
}

/// Hologic numbers its kinds of scan.
std::optional<BodySide> hologic_side(const std::string& scan_type) {
  return scan_type == "2" ? BodySide::Left : scan_type == "3" ? std::optional(BodySide::Right) : std::nullopt;
}

/// Once a table and rule.
void note(Issues& issues, const std::string& rule, const std::string& where, const std::string& text) {
  if (!has_rule(issues, rule))
    issues.push_back(warning(rule, where, text));
}

/// One row of a table under its header.
class Row {
 public:
  Row(const Header& header, const std::vector<std::string>& cells) : header_(header), cells_(cells) {}

  [[nodiscard]] DxaReport person(Issues& issues) const {
    DxaReport person;
    person.patient_id = text(Role::Id);
    person.manufacturer = text(Role::Manufacturer).empty() ? header_.manufacturer : text(Role::Manufacturer);
    person.sex = sex_from(text(Role::Sex), name(Role::Sex));
    person.race = race_from(text(Role::Race), name(Role::Race));
    person.age_years = age();
    for (const ValueColumn& column : header_.values)
      if (column.at < cells_.size())
        take(column, cells_[column.at], person, issues);
    return person;
  }

 private:
  [[nodiscard]] std::string text(Role role) const {
    const auto found = header_.roles.find(role);
    return found == header_.roles.end() || found->second >= cells_.size() ? "" : cells_[found->second];
  }
  [[nodiscard]] std::string name(Role role) const {
    const auto found = header_.roles.find(role);
    return found == header_.roles.end() ? "" : header_.names[found->second];
  }

  [[nodiscard]] std::optional<double> age() const {
    std::string years = text(Role::Age);
    while (!years.empty() && (years.back() == 'Y' || years.back() == 'y'))
      years.pop_back();
    if (const auto number = printed_number(years); number && number->value > 0 && number->value < 130)
      return number->value;
    const auto born = day_from(text(Role::Birth)), scanned = day_from(text(Role::Day));
    return born && scanned && *scanned > *born ? std::optional((*scanned - *born) / 365.2425) : std::nullopt;
  }

  /// What column, region and exam say together.
  [[nodiscard]] DxaWords settled(DxaWords words) const {
    const DxaWords region = dxa_words(text(Role::Region)), exam = dxa_words(text(Role::Exam));
    if (words.site.empty())
      words.site = region.site.empty() ? exam.site : region.site;
    if (words.site == "?" && !exam.site.empty())
      words.site = exam.site;
    for (const std::optional<BodySide>& side :
         {region.side, side_from(text(Role::Side)), exam.side, hologic_side(text(Role::Exam))})
      words.side = words.side ? words.side : side;
    return words;
  }

  void take(const ValueColumn& column, const std::string& cell, DxaReport& person, Issues& issues) const {
    const auto number = printed_number(cell);
    DxaWords words = settled(column.words);
    const bool is_score = words.quantity == DxaQuantity::TScore || words.quantity == DxaQuantity::ZScore;
    const bool is_aac = words.quantity == DxaQuantity::Aac24 || words.quantity == DxaQuantity::Aac8;
    if (!number || (!is_score && !is_aac && number->value <= 0)) // programs write 0 for what was not measured
      return;
    if (!is_aac && (words.site.empty() || words.site == "?")) {
      note(issues, "DXA-SITE", header_.names[column.at],
           "which site this column is of is not told (its numbers are not used) name spine or hip in the column");
      return;
    }
    if (words.quantity == DxaQuantity::Abmd && words.factor == 1 && number->value > 50) {
      words.factor = 1e-3;
      note(issues, "DXA-UNIT", words.site,
           "densities above 50 without a unit were taken for mg/cm2 (nobody has 50 g/cm2) name the unit in the column");
    }
    ReportedExam exam = reported_exam(words, *number);
    exam.day = day_from(text(Role::Day));
    add_exam(person, std::move(exam));
  }

  const Header& header_;
  const std::vector<std::string>& cells_;
};

} // namespace

DxaTable dxa_table(const TextRows& rows) {
  std::size_t at = 0;
  Header header;
  for (; at < rows.size() && !header.usable(); ++at)
    header = header_of(rows[at]);
  if (!header.usable())
    throw TableError("no row names BMD, BMC, area, T-score or AAC with its site, nor people (there is nothing to read) "
                     "export the table with its column names");
  DxaTable table;
  std::map<std::string, std::size_t> known;
  for (; at < rows.size(); ++at) {
    DxaReport row = Row(header, rows[at]).person(table.issues);
    const auto [place, is_new] = known.emplace(row.patient_id, table.people.size());
    if (is_new || row.patient_id.empty())
      table.people.push_back(std::move(row));
    else
      add_person(table.people[place->second], std::move(row));
  }
  if (!header.manufacturer.empty() && !header.roles.contains(Role::Manufacturer))
    table.issues.push_back(info("DXA-MANUFACTURER", "table",
                                "the names of the columns are those of " + header.manufacturer +
                                    "; references for its scanners were applied (--manufacturer says otherwise)"));
  return table;
}

} // namespace osteocalc::io
