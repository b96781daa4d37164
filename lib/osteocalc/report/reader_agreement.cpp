// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/reader_agreement.h"

#include "osteocalc/core/error.h"
#include "osteocalc/report/json_values.h"
#include "osteocalc/review/reviewed_result.h"

#include <algorithm>
#include <map>
#include <set>

namespace osteocalc::report {
namespace {

using Pairs = std::pair<std::vector<double>, std::vector<double>>;

/// Both readers' values of every number, study by study.
std::map<std::string, Pairs> paired_numbers(const std::vector<DoubleReading>& readings) {
  std::map<std::string, Pairs> pairs;
  for (const DoubleReading& reading : readings) {
    const auto first = review::numbers_of(reading.first), second = review::numbers_of(reading.second);
    for (const auto& [name, value] : first)
      if (const auto other = second.find(name); value && other != second.end() && other->second) {
        pairs[name].first.push_back(*value);
        pairs[name].second.push_back(*other->second);
      }
  }
  return pairs;
}

template <class Statistic>
auto if_defined(const Statistic& statistic) -> std::optional<decltype(statistic())> {
  try {
    return statistic();
  } catch (const TableError&) { // too few studies, or none that differs
    return std::nullopt;
  }
}

/// CAC-DRS' A0 to A3.
double coronary_class(double agatston) {
  return agatston >= 300 ? 3 : agatston >= 100 ? 2 : agatston > 0 ? 1 : 0;
}

Json to_json(const cohort::Term& term) {
  return {{"estimate", term.estimate}, {"ci_low", or_null(term.ci_low)}, {"ci_high", or_null(term.ci_high)}};
}

} // namespace

std::vector<DoubleReading> double_readings(const std::filesystem::path& batch, const std::string& first,
                                           const std::string& second) {
  std::set<std::filesystem::path> studies;
  for (const auto& entry : std::filesystem::directory_iterator(batch / "studies"))
    if (entry.is_directory())
      studies.insert(entry.path());
  std::vector<DoubleReading> readings;
  for (const std::filesystem::path& study : studies)
    for (const std::filesystem::path& folder : review::review_folders(study)) { // the scan, then each DXA image
      const auto one = review::review_path(folder, first), other = review::review_path(folder, second);
      if (std::filesystem::exists(one) && std::filesystem::exists(other))
        readings.push_back({folder.lexically_relative(study.parent_path()).generic_string(), review::read_review(one),
                            review::read_review(other)});
    }
  return readings;
}

ReaderAgreement reader_agreement(const std::vector<DoubleReading>& readings, const std::string& first,
                                 const std::string& second) {
  ReaderAgreement result{first, second, readings.size(), {}, {}, {}};
  const std::map<std::string, Pairs> pairs = paired_numbers(readings);
  for (const auto& [name, values] : pairs) {
    const auto& [a, b] = values;
    result.numbers.push_back({name, a.size(), if_defined([&, &a = a, &b = b] {
                                return cohort::intraclass_correlation({a, b});
                              }),
                              if_defined([&, &a = a, &b = b] { return cohort::bland_altman(a, b); })});
  }
  if (const auto coronary = pairs.find("coronary.agatston"); coronary != pairs.end()) {
    std::vector<double> a, b;
    std::ranges::transform(coronary->second.first, std::back_inserter(a), coronary_class);
    std::ranges::transform(coronary->second.second, std::back_inserter(b), coronary_class);
    result.category_kappa = if_defined([&] { return cohort::cohen_kappa(a, b, cohort::KappaWeights::Linear); });
  }
  for (const DoubleReading& reading : readings) {
    const review::EditComparison edits = review::compare_edits(reading.first, reading.second);
    if (!edits.only_first.empty() || !edits.only_second.empty())
      result.disputed.push_back(reading.study);
  }
  return result;
}

std::string reader_agreement_json(const ReaderAgreement& agreement) {
  Json json{{"schema", "osteocalc.readers/1"},
            {"readers", {agreement.first, agreement.second}},
            {"studies", agreement.studies},
            {"coronary_class_kappa", agreement.category_kappa ? to_json(*agreement.category_kappa) : Json()},
            {"numbers", Json::array()},
            {"disputed", agreement.disputed}};
  for (const NumberAgreement& number : agreement.numbers) {
    const auto& differences = number.differences;
    json["numbers"].push_back({{"number", number.number},
                               {"n", number.n},
                               {"icc", number.icc ? to_json(*number.icc) : Json()},
                               {"bias", differences ? to_json(differences->bias) : Json()},
                               {"lower_limit", differences ? Json(differences->lower_limit.estimate) : Json()},
                               {"upper_limit", differences ? Json(differences->upper_limit.estimate) : Json()}});
  }
  return json_text(json);
}

} // namespace osteocalc::report
