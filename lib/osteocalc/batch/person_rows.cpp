// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/person_rows.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <set>
#include <tuple>

namespace osteocalc::batch {
namespace {

std::set<std::string> columns_of(const JudgedStudy& study) {
  std::set<std::string> columns;
  std::string_view text = study.verdict.columns;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(cell_separator), text.size());
    columns.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return columns;
}

std::set<std::string> dxa_columns_of(const JudgedStudy& study) {
  std::set<std::string> columns = columns_of(study);
  std::erase_if(columns, [](const std::string& column) { return !is_dxa_column(column); });
  return columns;
}

bool is_dxa_alone(const JudgedStudy& study) {
  const std::set<std::string> columns = columns_of(study);
  const auto is_ct = [](const std::string& column) { return column.ends_with("_agatston") || column.ends_with("_hu"); };
  return std::ranges::any_of(columns, is_dxa_column) && std::ranges::none_of(columns, is_ct);
}

/// A CT as far as joining needs it.
struct Scan {
  std::string key;
  std::optional<int> day;
  std::set<std::string> dxa_columns; ///< that its row has already
};

std::optional<int> days_between(const std::optional<int>& from, const std::optional<int>& to) {
  return from && to ? std::optional(*to - *from) : std::nullopt;
}

/// Nothing when there are several and time does not tell them apart.
Scan* nearest(std::vector<Scan>& scans, const JudgedStudy& dxa) {
  if (scans.size() == 1)
    return scans.data();
  Scan* best = nullptr;
  for (Scan& scan : scans) {
    const auto days = days_between(scan.day, dxa.day);
    if (!days)
      return nullptr;
    if (best == nullptr || std::abs(*days) < std::abs(*days_between(best->day, dxa.day)))
      best = &scan;
  }
  return best;
}

/// The nearest first, those of unknown time last.
void sort_by_time(std::vector<JoinedStudy>& studies) {
  std::ranges::sort(studies, {}, [](const JoinedStudy& one) {
    return std::tuple(one.days ? std::abs(*one.days) : std::numeric_limits<int>::max(), one.study.key);
  });
}

} // namespace

bool is_dxa_column(std::string_view column) {
  return column.starts_with("abmd_") || column.starts_with("t_score_") || column.starts_with("z_score_") ||
         column == "aac24";
}

PersonRows join_people(const State& state) {
  std::map<std::string, std::vector<JudgedStudy>> dxa; // by subject
  state.for_each_judged(true, [&](const JudgedStudy& study) {
    if (!study.subject.empty() && is_dxa_alone(study))
      dxa[study.subject].push_back(study);
  });
  PersonRows rows;
  if (dxa.empty())
    return rows;
  std::map<std::string, std::vector<Scan>> scans;
  state.for_each_judged(true, [&](const JudgedStudy& study) {
    if (dxa.contains(study.subject) && !is_dxa_alone(study))
      scans[study.subject].push_back({study.key, study.day, dxa_columns_of(study)});
  });
  for (auto& [subject, people_scans] : scans) {
    std::map<Scan*, std::vector<JoinedStudy>> candidates;
    for (JudgedStudy& study : dxa[subject])
      if (Scan* scan = nearest(people_scans, study)) {
        const auto days = days_between(scan->day, study.day);
        candidates[scan].push_back({std::move(study), days});
      }
    for (auto& [scan, studies] : candidates) {
      sort_by_time(studies);
      for (JoinedStudy& one : studies) {
        const std::set<std::string> columns = dxa_columns_of(one.study);
        if (std::ranges::any_of(columns, [&](const std::string& name) { return scan->dxa_columns.contains(name); }))
          continue;
        scan->dxa_columns.insert(columns.begin(), columns.end());
        rows.row_of[one.study.key] = scan->key;
        rows.joined[scan->key].push_back(std::move(one));
      }
    }
  }
  return rows;
}

} // namespace osteocalc::batch
