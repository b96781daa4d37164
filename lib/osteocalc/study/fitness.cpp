// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/fitness.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/technical_text.h"
#include "osteocalc/study/calcium_guards.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>
#include <set>

namespace osteocalc::study {
namespace {

std::optional<double> positive(const std::optional<double>& value) {
  return value.value_or(0) > 0 ? value : std::nullopt;
}

/// Why the series does not fit this alternative, without the words that hold; empty: it fits.
std::vector<std::string> mismatches(const SeriesProperties& properties, const Alternative& alternative) {
  std::vector<std::string> reasons;
  for (const auto& [key, range] : alternative.ranges) {
    const std::optional<double> value = properties.numbers.at(key);
    if (!value)
      reasons.push_back(fmt::format("{} is not known", key));
    else if (*value < range.low || *value > range.high)
      reasons.push_back(fmt::format("{} {:g} is not within {:g} to {:g}", key, *value, range.low, range.high));
  }
  for (const auto& [key, words] : alternative.words)
    if (const std::string& word = properties.words.at(key); std::ranges::count(words, word) == 0)
      reasons.push_back(fmt::format("{} is {}", key, word));
  return reasons;
}

/// Smaller is better: one number for each preference.
std::vector<double> ranks(const SeriesProperties& properties, const UseRules& rules) {
  constexpr double worst = std::numeric_limits<double>::infinity();
  std::vector<double> ranks;
  for (const Preference& preference : rules.prefer) {
    if (const auto word = properties.words.find(preference.key); word != properties.words.end()) {
      ranks.push_back(
          static_cast<double>(std::ranges::find(preference.words, word->second) - preference.words.begin()));
      continue;
    }
    const std::optional<double>& value = properties.numbers.at(preference.key);
    ranks.push_back(!value            ? worst
                    : preference.near ? std::abs(*value - *preference.near)
                    : preference.most ? -*value
                                      : *value);
  }
  return ranks;
}

/// A series in the running.
struct Candidate {
  std::size_t index = 0;
  Fitness fitness;
  std::vector<double> ranks;

  [[nodiscard]] auto place() const { return std::tuple(fitness.verdict, fitness.alternative, ranks); }
};

std::string reasons_of(const Fitness& fitness) {
  return fitness.reasons.empty() ? "fit" : fmt::format("{}", fmt::join(fitness.reasons, "; "));
}

/// A line for each series that was not chosen, as far as a reader can take them in.
std::string listed(const std::vector<std::string>& others) {
  constexpr std::size_t shown = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, others.size()); ++i)
    text += "\n  not " + others[i];
  return others.size() > shown ? text + fmt::format("\n  nor {} more", others.size() - shown) : text;
}

/// Files of several people under one path: the numbers are of one of them.
void warn_of_several_people(const std::vector<Candidate>& candidates, const io::Inventory& inventory, Issues& issues) {
  std::set<std::string> people;
  for (const Candidate& candidate : candidates)
    people.insert(inventory.series[candidate.index].first().patient_id);
  people.erase("");
  if (people.size() > 1)
    issues.push_back(
        warning("IO-SEVERAL-PEOPLE", "input",
                fmt::format("scans of {} PatientIDs lie here, this one is of one of them (its numbers may be "
                            "taken for another's) pass one person's folder, or name a series with --series",
                            people.size())));
}

/// What is chosen and why not the others. \param unfit descriptions, with reasons, of those that are not in the running
Issues explain(const std::vector<Candidate>& sorted, const std::vector<std::string>& unfit,
               const io::Inventory& inventory, Use use) {
  Issues issues;
  const Candidate& best = sorted.front();
  std::vector<std::string> others;
  for (std::size_t i = 1; i < sorted.size(); ++i)
    others.push_back(fmt::format("{} ({})", io::describe(inventory.series[sorted[i].index]),
                                 sorted[i].fitness.verdict != Verdict::Accept ? reasons_of(sorted[i].fitness)
                                                                              : "fit, but lower in the order of "
                                                                                "preference"));
  others.insert(others.end(), unfit.begin(), unfit.end());
  if (!others.empty())
    issues.push_back(info("STUDY-SERIES-CHOSEN", "input",
                          fmt::format("chosen for {} among {}: {}{}", to_string(use), others.size() + 1,
                                      io::describe(inventory.series[best.index]), listed(others))));
  if (sorted.size() > 1 && sorted[1].place() == best.place())
    issues.push_back(warning("STUDY-SERIES-TIE", "input",
                             "the protocol does not tell the chosen series from " +
                                 io::describe(inventory.series[sorted[1].index]) +
                                 " (another export of the same files might have chosen that) name one with --series"));
  warn_of_several_people(sorted, inventory, issues);
  for (const std::string& reason : best.fitness.reasons)
    if (!reason.starts_with("IO-")) // the series' own findings go with the image
      issues.push_back(warning("STUDY-PROTOCOL", std::string(to_string(use)),
                               reason + " (the protocol flags it) read the result with that in mind"));
  return issues;
}

} // namespace

SeriesProperties properties_of(const io::Series& series) {
  const io::DicomHeader& first = series.first();
  const int slices = series.stack.grid_slices;
  const double increment_mm = slices > 1 ? series.stack.increment_mm : first.thickness_mm.value_or(0);
  SeriesProperties properties;
  properties.numbers = {
      {"increment_mm", positive(increment_mm)},
      {"thickness_mm", positive(first.thickness_mm)},
      {"kvp_kv", positive(first.kvp_kv)},
      {"slices", static_cast<double>(slices)},
      {"coverage_mm", positive(increment_mm * slices)},
  };
  properties.words["kernel"] = first.kernel.empty() ? "unknown" : is_sharp_kernel(first.kernel) ? "sharp" : "soft";
  properties.words["contrast"] = io::hints_at_contrast(first) ? "hinted" : "unknown";
  return properties;
}

Fitness judge(const io::Series& series, Use use, const Protocol& protocol) {
  Fitness fitness;
  const UseRules& rules = protocol[use];
  fitness.alternative = rules.fit.size();
  for (const Verdict wanted : {Verdict::Refuse, Verdict::Flag})
    for (const Issue& finding : series.findings)
      if (protocol.verdict(finding.rule, use) == wanted) {
        fitness.reasons.push_back(finding.rule + ": " + finding.text);
        fitness.verdict = std::max(fitness.verdict, wanted);
      }
  if (!series.is_stack())
    return fitness;
  const SeriesProperties properties = properties_of(series);
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < rules.fit.size(); ++i) {
    const std::vector<std::string> reasons = mismatches(properties, rules.fit[i]);
    if (reasons.empty()) {
      fitness.alternative = i;
      return fitness;
    }
    if (nearest.empty() || reasons.size() <= nearest.size())
      nearest = reasons;
  }
  if (!rules.fit.empty() && rules.otherwise != Verdict::Accept) {
    fitness.verdict = std::max(fitness.verdict, rules.otherwise);
    fitness.reasons.insert(fitness.reasons.end(), nearest.begin(), nearest.end());
  }
  return fitness;
}

Choice choose_series(const io::Inventory& inventory, Use use, const Protocol& protocol, const std::string& wanted) {
  std::vector<Candidate> candidates;
  std::vector<std::string> unfit;
  for (std::size_t i = 0; i < inventory.series.size(); ++i) {
    const io::Series& series = inventory.series[i];
    if (!wanted.empty() && !series.first().series_uid.ends_with(wanted) && !series.label.ends_with(wanted))
      continue;
    Fitness fitness = judge(series, use, protocol);
    if (!series.is_stack() || fitness.verdict == Verdict::Refuse)
      unfit.push_back(fmt::format("{} ({})", io::describe(series), reasons_of(fitness)));
    else
      candidates.push_back({i, fitness, ranks(properties_of(series), protocol[use])});
  }
  if (inventory.series.empty())
    throw DicomError("no DICOM image was found (there is nothing to measure) pass a folder, zip or tar of CT images");
  if (candidates.empty())
    throw Refusal(
        refused("STUDY-NO-SERIES", "input",
                fmt::format("no series is fit for {}{} (a number from it would be wrong) pass another scan, "
                            "or another policy with --protocol:{}",
                            to_string(use), wanted.empty() ? "" : " and ends with " + wanted, listed(unfit))));
  std::ranges::stable_sort(candidates, {}, &Candidate::place);
  return {candidates.front().index, explain(candidates, unfit, inventory, use)};
}

} // namespace osteocalc::study
