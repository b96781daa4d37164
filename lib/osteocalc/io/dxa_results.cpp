// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dxa_results.h"

#include <algorithm>
#include <map>

namespace osteocalc::io {
namespace {

/// Fills what is not known yet; false when another value stood there.
template <class Value>
bool fill(std::optional<Value>& known, const std::optional<Value>& value) {
  if (known && value)
    return false;
  known = known ? known : value;
  return true;
}

bool add_site(ReportedExam& exam, const ReportedSite& site) {
  const auto known = std::ranges::find(exam.sites, site.site, &ReportedSite::site);
  if (known == exam.sites.end()) {
    exam.sites.push_back(site);
    return true;
  }
  const bool bmc = fill(known->bmc_g, site.bmc_g), area = fill(known->area_cm2, site.area_cm2),
             abmd = fill(known->abmd_g_cm2, site.abmd_g_cm2), t = fill(known->t_score, site.t_score),
             z = fill(known->z_score, site.z_score);
  return bmc && area && abmd && t && z;
}

void note_repeated(DxaReport& person) {
  if (!has_rule(person.issues, "DXA-REPEATED"))
    person.issues.push_back(warning("DXA-REPEATED", "exam",
                                    "an exam is there more than once (one counts: the latest by its date, else the "
                                    "first) select the visits before, if another one is meant"));
}

std::optional<int> latest_day(const DxaReport& person) {
  std::optional<int> latest;
  for (const ReportedExam& exam : person.exams)
    latest = std::max(latest, exam.day);
  return latest;
}

} // namespace

void add_exam(DxaReport& person, ReportedExam exam) {
  const auto known = std::ranges::find(person.exams, exam.exam, &ReportedExam::exam);
  if (known == person.exams.end()) {
    person.exams.push_back(std::move(exam));
    return;
  }
  if (known->day && exam.day && *known->day != *exam.day) {
    note_repeated(person);
    if (*exam.day > *known->day)
      *known = std::move(exam);
    return;
  }
  bool is_new = fill(known->aac24, exam.aac24);
  is_new = fill(known->aac8, exam.aac8) && is_new;
  for (const ReportedSite& site : exam.sites)
    is_new = add_site(*known, site) && is_new;
  if (!is_new)
    note_repeated(person);
}

void add_person(DxaReport& person, DxaReport more) {
  if (person.manufacturer.empty())
    person.manufacturer = more.manufacturer;
  if (person.race.empty())
    person.race = more.race;
  if (latest_day(more) > latest_day(person) && more.age_years)
    person.age_years = more.age_years; // the age at the exam that counts
  fill(person.age_years, more.age_years);
  fill(person.sex, more.sex);
  append(person.issues, more.issues);
  for (ReportedExam& exam : more.exams)
    add_exam(person, std::move(exam));
}

DxaTable joined_by_person(std::vector<DxaTable> tables) {
  DxaTable joined;
  std::map<std::string, std::size_t> places;
  for (DxaTable& table : tables) {
    append(joined.issues, table.issues);
    for (DxaReport& person : table.people) {
      const auto [place, is_new] = places.emplace(person.patient_id, joined.people.size());
      if (is_new || person.patient_id.empty())
        joined.people.push_back(std::move(person));
      else
        add_person(joined.people[place->second], std::move(person));
    }
  }
  std::erase_if(joined.people, [](const DxaReport& person) { return person.exams.empty(); });
  return joined;
}

} // namespace osteocalc::io
