// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/level_rules.h"

#include "osteocalc/image/geometry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <utility>

namespace osteocalc::bone {
namespace {

struct Adjacent {
  std::optional<double> posterior_mm; ///< mean
  double se_mm = 0;
};

/// Posterior heights of the next levels above and below that show one.
Adjacent adjacent_to(const std::vector<VertebraDensity>& vertebrae, std::size_t i) {
  double sum = 0, variance = 0, count = 0;
  for (const std::size_t j : {i - 1, i + 1}) // below 0 wraps beyond the last
    if (j < vertebrae.size() && vertebrae[j].heights) {
      sum += vertebrae[j].heights->posterior_mm;
      variance += std::pow(vertebrae[j].heights->posterior_se_mm, 2);
      ++count;
    }
  if (count == 0)
    return {};
  return {sum / count, std::sqrt(variance) / count};
}

/// Fractures take height from the front or the middle; a back far lower than both is a label that holds no whole body.
void exclude_partial_bodies(std::vector<VertebraDensity>& vertebrae) {
  constexpr double least_back = 0.6;
  for (VertebraDensity& vertebra : vertebrae)
    if (const auto& h = vertebra.heights; h && h->posterior_mm < least_back * std::min(h->anterior_mm, h->middle_mm)) {
      if (!vertebra.excluded)
        vertebra.excluded = fmt::format("heights of {:.0f}, {:.0f} and {:.0f} mm at the front, middle and back, which "
                                        "no vertebra has (its label holds only a part of the body)",
                                        h->anterior_mm, h->middle_mm, h->posterior_mm);
      vertebra.heights.reset();
    }
}

/// Whole neighbouring bodies stand about as far apart as those around them; two much closer are parts of one.
void exclude_crowded(std::vector<VertebraDensity>& vertebrae) {
  constexpr double least_share = 0.65;
  constexpr std::size_t reach = 2;
  std::vector<std::optional<double>> gaps_mm; // gap i lies below vertebra i
  for (std::size_t i = 0; i + 1 < vertebrae.size(); ++i) {
    const VertebraDensity &upper = vertebrae[i], &lower = vertebrae[i + 1];
    const bool both_whole = upper.heights && upper.center_mm && lower.heights && lower.center_mm;
    gaps_mm.push_back(both_whole ? std::optional(norm(*upper.center_mm - *lower.center_mm)) : std::nullopt);
  }
  for (std::size_t i = 0; i < gaps_mm.size(); ++i) {
    std::vector<double> around_mm;
    for (std::size_t j = i - std::min(i, reach); j < gaps_mm.size() && j <= i + reach; ++j)
      if (j != i && gaps_mm[j])
        around_mm.push_back(*gaps_mm[j]);
    std::ranges::sort(around_mm);
    if (!gaps_mm[i] || around_mm.size() < 2)
      continue;
    const double usual_mm = around_mm[(around_mm.size() - 1) / 2];
    if (*gaps_mm[i] >= least_share * usual_mm)
      continue;
    for (const auto& [one, other] : {std::pair(i, i + 1), std::pair(i + 1, i)})
      if (!vertebrae[one].excluded)
        vertebrae[one].excluded =
            fmt::format("its centre lies {:.0f} mm from that of {}, where the levels around lie {:.0f} mm apart (one "
                        "vertebra may have been taken for two, and the levels above it be off by one)",
                        *gaps_mm[i], to_string(vertebrae[other].level), usual_mm);
  }
}

void judge_heights(std::vector<VertebraDensity>& vertebrae, const BoneOptions& options) {
  constexpr double one_sided_95 = 1.645;
  for (std::size_t i = 0; i < vertebrae.size(); ++i) {
    VertebraDensity& vertebra = vertebrae[i];
    if (!vertebra.heights)
      continue;
    const auto [adjacent_mm, adjacent_se_mm] = adjacent_to(vertebrae, i);
    for (const HeightLoss definition : {HeightLoss::Genant, HeightLoss::FrontOverBack, HeightLoss::MinOverMax})
      vertebra.height_losses.push_back({definition, height_loss(*vertebra.heights, definition, adjacent_mm),
                                        height_loss_se(*vertebra.heights, definition, adjacent_mm, adjacent_se_mm)});
    const auto [definition, loss, se] = vertebra.height_losses.front();
    vertebra.genant = genant_grade(loss);
    if (!vertebra.excluded && loss >= options.height_loss && loss - one_sided_95 * se > options.usual_height_loss)
      vertebra.excluded = fmt::format("height loss of {:.0f} % +- {:.0f} % (1 - the least of anterior/posterior, "
                                      "middle/posterior, posterior/neighbours')",
                                      100 * loss, 100 * se);
  }
}

/// A level whose trabecular bone is far more uneven than that of the others holds something else.
void exclude_uneven(std::vector<VertebraDensity>& vertebrae, const BoneOptions& options) {
  std::vector<double> sds;
  for (const VertebraDensity& vertebra : vertebrae)
    if (vertebra.trabecular && !vertebra.excluded)
      sds.push_back(vertebra.trabecular->sd_hu);
  if (sds.size() < 3)
    return;
  std::ranges::sort(sds);
  const double limit_hu = std::max(options.uneven_floor_hu, options.uneven_ratio * sds[(sds.size() - 1) / 2]);
  for (VertebraDensity& vertebra : vertebrae)
    if (vertebra.trabecular && !vertebra.excluded && vertebra.trabecular->sd_hu > limit_hu)
      vertebra.excluded = fmt::format("SD of {:.0f} HU, far above the other levels' (haemangioma or another lesion)",
                                      vertebra.trabecular->sd_hu);
}

void exclude_outliers(std::vector<VertebraDensity>& vertebrae, const BoneOptions& options) {
  const auto usable = [](const VertebraDensity& v) { return v.trabecular && !v.excluded; };
  std::vector<std::pair<std::size_t, double>> outliers;
  for (std::size_t i = 0; i < vertebrae.size(); ++i) {
    if (!usable(vertebrae[i]))
      continue;
    std::vector<double> others; // up to two neighbours on either side: density drifts along the spine
    for (std::size_t j = i >= 2 ? i - 2 : 0; j < std::min(i + 3, vertebrae.size()); ++j)
      if (j != i && usable(vertebrae[j]))
        others.push_back(vertebrae[j].trabecular->mean_hu);
    if (others.size() < 3)
      continue;
    double mean = 0, squares = 0;
    for (const double value : others)
      mean += value / static_cast<double>(others.size());
    for (const double value : others)
      squares += (value - mean) * (value - mean);
    const double sd = std::max(options.outlier_floor_hu, std::sqrt(squares / static_cast<double>(others.size() - 1)));
    const double z = (vertebrae[i].trabecular->mean_hu - mean) / sd;
    if (std::abs(z) > options.outlier_sd)
      outliers.emplace_back(i, z);
  }
  for (const auto& [i, z] : outliers)
    vertebrae[i].excluded = fmt::format("{:+.1f} SD from its neighbours", z);
}

} // namespace

void judge_levels(std::vector<VertebraDensity>& vertebrae, const BoneOptions& options) {
  exclude_partial_bodies(vertebrae);
  exclude_crowded(vertebrae);
  judge_heights(vertebrae, options);
  exclude_uneven(vertebrae, options);
  exclude_outliers(vertebrae, options);
  for (VertebraDensity& vertebra : vertebrae)
    if (options.kept.contains(vertebra.level) && vertebra.trabecular)
      vertebra.excluded.reset();
}

} // namespace osteocalc::bone
