// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/sampling.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <numeric>
#include <optional>
#include <utility>
#include <variant>

namespace osteocalc::cohort {

namespace {

constexpr std::size_t no_level = static_cast<std::size_t>(-1);

/// The levels of a column numbered in the order in which they are first seen; `no_level` where missing.
struct Levels {
  std::vector<std::size_t> of_row;
  std::vector<std::string> names;
};

template <class Cell>
std::vector<std::size_t> number_levels(const std::vector<std::optional<Cell>>& cells) {
  std::map<Cell, std::size_t> numbers;
  std::vector<std::size_t> of_row;
  of_row.reserve(cells.size());
  for (const auto& cell : cells)
    of_row.push_back(cell ? numbers.try_emplace(*cell, numbers.size()).first->second : no_level);
  return of_row;
}

/// What rows are when no column says it.
enum class Otherwise { AllTheSame, EachItsOwn };

Levels levels(const Table& table, const std::string& column, Otherwise otherwise) {
  const bool one = otherwise == Otherwise::AllTheSame;
  Levels result;
  if (column.empty()) {
    result.of_row.assign(table.rows(), 0);
    if (!one)
      std::iota(result.of_row.begin(), result.of_row.end(), std::size_t{0});
  } else {
    result.of_row = std::visit([](const auto& cells) { return number_levels(cells); }, table.column(column).cells);
  }
  for (std::size_t row = 0; row < result.of_row.size(); ++row)
    if (result.of_row[row] == result.names.size())
      result.names.push_back(column.empty() ? (one ? "all" : fmt::format("row {}", row + 1))
                                            : *cell_text(table.column(column), row));
  return result;
}

std::size_t level_of(const Levels& levels, const Table& table, const std::string& column, std::size_t row) {
  if (levels.of_row[row] == no_level)
    throw TableError(fmt::format("row {} of {} has a weight but no '{}' (its place in the design is unknown); complete "
                                 "the column or set the weight to 0",
                                 row + 1, table.name(), column));
  return levels.of_row[row];
}

void check_lonely(const SurveyDesign& design) {
  if (design.lonely != LonelyPsu::Fail)
    return;
  for (std::size_t h = 0; h < design.psus_in_stratum.size(); ++h)
    if (design.psus_in_stratum[h] == 1)
      throw TableError(fmt::format("stratum '{}' has only one PSU (its variance cannot be estimated); merge strata or "
                                   "choose to center or ignore lonely PSUs",
                                   design.strata_names[h]));
}

std::vector<double> read_weights(const Table& table, const std::string& column) {
  const Numbers& cells = table.numbers(column);
  std::vector<double> weights;
  for (std::size_t row = 0; row < cells.size(); ++row) {
    weights.push_back(cells[row].value_or(0));
    if (weights.back() < 0)
      throw TableError(fmt::format("row {} of {} has a negative '{}' (nobody stands for fewer than 0 people); check "
                                   "the column",
                                   row + 1, table.name(), column));
  }
  return weights;
}

} // namespace

SurveyDesign survey_design(const Table& table, const std::string& weights, const std::string& strata,
                           const std::string& psu, LonelyPsu lonely) {
  SurveyDesign design;
  design.lonely = lonely;
  design.weights = weights.empty() ? std::vector<double>(table.rows(), 1.0) : read_weights(table, weights);
  design.psu.resize(table.rows());
  const Levels stratum_levels = levels(table, strata, Otherwise::AllTheSame),
               psu_levels = levels(table, psu, Otherwise::EachItsOwn);
  std::map<std::size_t, std::size_t> stratum_numbers; // of those that are sampled
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> psu_numbers;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (design.weights[row] == 0)
      continue;
    const std::size_t stratum_level = level_of(stratum_levels, table, strata, row);
    const auto [stratum, new_stratum] = stratum_numbers.try_emplace(stratum_level, stratum_numbers.size());
    if (new_stratum) {
      design.strata_names.push_back(stratum_levels.names[stratum_level]);
      design.psus_in_stratum.push_back(0);
    }
    const std::size_t psu_level = level_of(psu_levels, table, psu, row);
    const auto [place, is_new] = psu_numbers.try_emplace({stratum->second, psu_level}, psu_numbers.size());
    if (is_new) {
      design.psu_names.push_back(psu_levels.names[psu_level]);
      design.stratum_of_psu.push_back(stratum->second);
      ++design.psus_in_stratum[stratum->second];
    }
    design.psu[row] = place->second;
  }
  check_lonely(design);
  return design;
}

Sampling domain_sampling(const SurveyDesign& design, const ModelFrame& frame) {
  Sampling sampling;
  sampling.kind = Sampling::Kind::Survey;
  sampling.stratum_of_psu = design.stratum_of_psu;
  sampling.psus_in_stratum = design.psus_in_stratum;
  sampling.lonely = design.lonely;
  std::vector<bool> psu_seen(design.stratum_of_psu.size()), stratum_seen(design.psus_in_stratum.size());
  for (const std::size_t row : frame.rows) {
    if (design.weights[row] == 0)
      throw TableError(fmt::format("row {} has no positive weight (it is not in the sample); keep such rows out of {}",
                                   row + 1, frame.formula));
    sampling.weights.push_back(design.weights[row]);
    sampling.psu.push_back(design.psu[row]);
    psu_seen[design.psu[row]] = true;
    stratum_seen[design.stratum_of_psu[design.psu[row]]] = true;
  }
  sampling.df = static_cast<double>(std::count(psu_seen.begin(), psu_seen.end(), true) -
                                    std::count(stratum_seen.begin(), stratum_seen.end(), true));
  return sampling;
}

ModelFrame keep_sampled(const SurveyDesign& design, const ModelFrame& frame) {
  std::vector<bool> keep;
  for (const std::size_t row : frame.rows)
    keep.push_back(design.weights[row] > 0);
  return keep_rows(frame, keep);
}

Sampling clustered(std::span<const double> clusters) {
  Sampling sampling;
  sampling.kind = Sampling::Kind::Clustered;
  std::map<double, std::size_t> numbers;
  for (const double cluster : clusters)
    sampling.psu.push_back(numbers.try_emplace(cluster, numbers.size()).first->second);
  if (numbers.size() < 2)
    throw TableError("all rows belong to one cluster (nothing shows how clusters differ); use other errors");
  sampling.stratum_of_psu.assign(numbers.size(), 0);
  sampling.psus_in_stratum = {numbers.size()};
  sampling.df = static_cast<double>(numbers.size()) - 1;
  return sampling;
}

Sampling weighted(std::vector<double> weights) {
  Sampling sampling;
  sampling.weights = std::move(weights);
  return sampling;
}

std::vector<double> variance_between_psus(const Sampling& sampling, const std::vector<double>& totals,
                                          std::size_t width) {
  OSTEOCALC_EXPECT(totals.size() == width * sampling.stratum_of_psu.size());
  const std::size_t strata = sampling.psus_in_stratum.size();
  std::vector<double> mean(strata * width, 0.0); // PSUs outside the frame have totals of 0 and still count below
  for (std::size_t psu = 0; psu < sampling.stratum_of_psu.size(); ++psu) {
    const std::size_t h = sampling.stratum_of_psu[psu];
    for (std::size_t j = 0; j < width; ++j)
      mean[h * width + j] += totals[psu * width + j] / static_cast<double>(sampling.psus_in_stratum[h]);
  }
  std::vector<double> variance(width * width, 0.0), deviation(width);
  for (std::size_t psu = 0; psu < sampling.stratum_of_psu.size(); ++psu) {
    const std::size_t h = sampling.stratum_of_psu[psu];
    const auto count = static_cast<double>(sampling.psus_in_stratum[h]);
    const bool is_lonely = count == 1;
    if (is_lonely && sampling.lonely == LonelyPsu::Ignore)
      continue;
    const double scale = is_lonely ? 1 : count / (count - 1);
    for (std::size_t j = 0; j < width; ++j)
      deviation[j] = totals[psu * width + j] - (is_lonely ? 0 : mean[h * width + j]);
    for (std::size_t i = 0; i < width; ++i)
      for (std::size_t j = 0; j < width; ++j)
        variance[i * width + j] += scale * deviation[i] * deviation[j];
  }
  return variance;
}

} // namespace osteocalc::cohort
