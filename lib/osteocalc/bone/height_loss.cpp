// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/height_loss.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace osteocalc::bone {

std::string_view to_string(HeightLoss definition) noexcept {
  constexpr std::array<std::string_view, 3> names{"genant", "front-over-back", "min-over-max"};
  return names[static_cast<std::size_t>(definition)];
}

double height_loss(const BodyHeights& heights, HeightLoss definition,
                   std::optional<double> adjacent_posterior_mm) noexcept {
  const double a = heights.anterior_mm, m = heights.middle_mm, p = heights.posterior_mm;
  const double front_over_back = std::min(a, m) / p;
  switch (definition) {
  case HeightLoss::MinOverMax:
    return 1 - std::min({a, m, p}) / std::max({a, m, p});
  case HeightLoss::FrontOverBack:
    return 1 - front_over_back;
  case HeightLoss::Genant:
    break;
  }
  return 1 - std::min(front_over_back, adjacent_posterior_mm ? p / *adjacent_posterior_mm : 1.0);
}

double height_loss_se(const BodyHeights& heights, HeightLoss definition, std::optional<double> adjacent_posterior_mm,
                      double adjacent_se_mm) noexcept {
  const double loss = height_loss(heights, definition, adjacent_posterior_mm);
  BodyHeights front = heights, middle = heights, back = heights;
  front.anterior_mm -= heights.anterior_se_mm;
  middle.middle_mm -= heights.middle_se_mm;
  back.posterior_mm -= heights.posterior_se_mm;
  double variance = 0;
  for (const BodyHeights& moved : {front, middle, back})
    variance += std::pow(height_loss(moved, definition, adjacent_posterior_mm) - loss, 2);
  if (adjacent_posterior_mm)
    variance += std::pow(height_loss(heights, definition, *adjacent_posterior_mm + adjacent_se_mm) - loss, 2);
  return std::sqrt(variance);
}

int genant_grade(double loss) noexcept {
  return loss < 0.20 ? 0 : loss < 0.25 ? 1 : loss <= 0.40 ? 2 : 3;
}

} // namespace osteocalc::bone
