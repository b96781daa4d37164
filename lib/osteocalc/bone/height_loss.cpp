// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/height_loss.h"

#include <algorithm>
#include <array>

namespace osteocalc::bone {

std::string_view to_string(HeightLoss definition) noexcept {
  constexpr std::array<std::string_view, 3> names{"genant", "front-over-back", "min-over-max"};
  return names[static_cast<std::size_t>(definition)];
}

double height_loss(const BodyHeights& heights, HeightLoss definition,
                   std::optional<double> adjacent_posterior_mm) noexcept {
  const auto [a, m, p] = heights;
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

int genant_grade(double loss) noexcept {
  return loss < 0.20 ? 0 : loss < 0.25 ? 1 : loss <= 0.40 ? 2 : 3;
}

} // namespace osteocalc::bone
