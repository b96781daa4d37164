// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/level_naming.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

/// Distance from disc to disc in an average adult, mm, from S1 up. Used for its shape; the scale is free.
constexpr std::array<double, last_step + 1> usual_spacing_mm{33,   36,   37,   37,   36,   34.5, 31.5, 29,   27,
                                                             25.5, 24.5, 24,   23.3, 22.8, 22.2, 21.6, 21.2, 20.8,
                                                             18.5, 17.5, 17.5, 17.5, 18,   25,   20};

double square(double x) {
  return x * x;
}

/// Chance to see a rib at a level. Small ribs at T12 are missed, C7 may carry one, and a transverse process or a
/// muscle's calcium may pass for one.
double rib_chance(int step) {
  constexpr int t12 = 6, t1 = 17;
  return step == t12 ? 0.75 : step > t12 && step <= t1 ? 0.9 : step == first_cervical_step ? 0.15 : 0.07;
}

double rib_score(const LevelEvidence& evidence, int lowest) {
  double score = 0.0;
  const std::size_t count = evidence.rib.size();
  for (std::size_t k = 0; k < count; ++k) {
    const int step = lowest + static_cast<int>(k);
    if (step <= 0) // the sacrum's own wings say more
      continue;
    // Both sides mostly agree, and the ends of the image are unsure.
    const double p = rib_chance(step), weight = k == 0 || k + 1 == count ? 0.4 : 0.8;
    for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
      const double rib = evidence.rib[k][side];
      if (evidence.rib_seen[k][side] >= 0.6 || rib >= 0.3)
        score += weight * (rib * std::log(p) + (1.0 - rib) * std::log(1.0 - p));
    }
  }
  return score;
}

/// Bone beside a vertebra where below the ribs only the sacrum's wings lie.
double sacrum_score(const LevelEvidence& evidence, int lowest) {
  constexpr int l1 = 5;
  double score = 0.0;
  for (std::size_t k = 0; k < evidence.sacral_wing.size(); ++k)
    if (const int step = lowest + static_cast<int>(k); step <= l1) {
      const double wing = ramp(evidence.sacral_wing[k], 0.04, 0.12);
      score += 2.0 * std::log(step <= 0 ? 0.25 + 0.7 * wing : 0.95 - 0.9 * wing);
    }
  return score;
}

double spacing_score(const Line& discs, int lowest) {
  Line ratio;
  for (std::size_t i = 1; i < discs.size(); ++i)
    if (const int step = lowest + static_cast<int>(i); step > 0) // the sacrum has no discs
      ratio.push_back(std::log((discs[i] - discs[i - 1]) / usual_spacing_mm[static_cast<std::size_t>(step)]));
  if (ratio.size() < 2)
    return 0.0;
  double mean = 0.0;
  for (const double r : ratio)
    mean += r / static_cast<double>(ratio.size());
  double score = -0.5 * square(mean / 0.09);
  for (const double r : ratio)
    score -= 0.25 * square((r - std::clamp(mean, -0.14, 0.10)) / 0.07);
  return score;
}

} // namespace

std::optional<Vertebra> vertebra_at_step(int step) noexcept {
  if (step < 0 || step >= first_cervical_step)
    return std::nullopt;
  return all_vertebrae[all_vertebrae.size() - 1 - static_cast<std::size_t>(step)];
}

int step_of(Vertebra level) noexcept {
  return static_cast<int>(Vertebra::S1) - static_cast<int>(level);
}

std::vector<Naming> name_levels(const Line& discs, const LevelEvidence& evidence) {
  const int count = static_cast<int>(discs.size()) + 1;
  std::vector<Naming> namings;
  for (int lowest = first_step; lowest + count - 1 <= last_step; ++lowest) {
    double score = rib_score(evidence, lowest) + spacing_score(discs, lowest) + sacrum_score(evidence, lowest);
    if (evidence.sacrum_top) // the upper end of S1
      score -= 0.5 * square((lowest + *evidence.sacrum_top - 0.4) / 0.35);
    if (evidence.lung_base) // T12, give or take a level
      score -= 0.5 * square((lowest + *evidence.lung_base - 6.2) / 0.9);
    if (evidence.lung_apex) // the neck of the first rib
      score -= 0.5 * square((lowest + *evidence.lung_apex - 17.3) / 0.7);
    if (evidence.carina) // T5, give or take a level
      score -= 0.5 * square((lowest + *evidence.carina - 13.3) / 0.9);
    if (evidence.heart_top) // such scans begin at the carina or a little below
      score -= 0.5 * square((lowest + *evidence.heart_top - 13.1) / 1.2);
    // Lung that leaves the image keeps the spine's end within the chest.
    if (evidence.lung_below)
      score -= 0.5 * square(std::max(0.0, 6.5 - lowest) / 0.9);
    if (evidence.lung_above)
      score -= 0.5 * square(std::max(0.0, lowest + count - 1 - 16.0) / 0.9);
    namings.push_back({lowest, score});
  }
  std::ranges::stable_sort(namings, std::ranges::greater{}, &Naming::probability);
  double sum = 0.0;
  const double best = namings.empty() ? 0.0 : namings.front().probability;
  for (Naming& n : namings)
    sum += n.probability = std::exp(n.probability - best);
  for (Naming& n : namings)
    n.probability /= sum;
  return namings;
}

} // namespace osteocalc::segmentation
