// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/neighbourhood.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace osteocalc::calcium {

std::vector<Step> steps_within(const Vec3& spacing_mm, double reach_mm) {
  std::array<int, 3> reach{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    reach[axis] = static_cast<int>(reach_mm / spacing_mm[axis]);
  std::vector<Step> steps;
  for (int z = -reach[2]; z <= reach[2]; ++z)
    for (int y = -reach[1]; y <= reach[1]; ++y)
      for (int x = -reach[0]; x <= reach[0]; ++x) {
        const double length_mm = std::hypot(x * spacing_mm[0], y * spacing_mm[1], z * spacing_mm[2]);
        if (length_mm <= reach_mm)
          steps.push_back({{x, y, z}, length_mm});
      }
  std::ranges::stable_sort(steps, {}, &Step::length_mm);
  return steps;
}

Neighbourhood::Neighbourhood(const VolumeGeometry& geometry, const Lesion& lesion, double reach_mm) {
  std::array<int, 3> low{std::numeric_limits<int>::max(), std::numeric_limits<int>::max(), lesion.first_slice};
  std::array<int, 3> high{0, 0, lesion.last_slice};
  for (const LesionRun& part : lesion.runs) {
    low = {std::min(low[0], part.run.x_begin), std::min(low[1], part.run.y), low[2]};
    high = {std::max(high[0], part.run.x_end - 1), std::max(high[1], part.run.y), high[2]};
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const int reach = static_cast<int>(reach_mm / geometry.spacing_mm[axis]);
    low_[axis] = std::max(0, low[axis] - reach);
    size_[axis] = std::min(geometry.size[axis] - 1, high[axis] + reach) - low_[axis] + 1;
  }
  distance_mm_.assign(index(0, 0, size_[2]), -1);
  const std::vector<Step> steps = steps_within(geometry.spacing_mm, reach_mm);
  for (const LesionRun& part : lesion.runs)
    for (int x = part.run.x_begin; x < part.run.x_end; ++x)
      for (const Step& step : steps) {
        const std::array<int, 3> at{x + step.step[0] - low_[0], part.run.y + step.step[1] - low_[1],
                                    part.z + step.step[2] - low_[2]};
        if (at[0] < 0 || at[1] < 0 || at[2] < 0 || at[0] >= size_[0] || at[1] >= size_[1] || at[2] >= size_[2])
          continue;
        float& distance_mm = distance_mm_[index(at[0], at[1], at[2])];
        if (distance_mm < 0 || step.length_mm < distance_mm)
          distance_mm = static_cast<float>(step.length_mm);
      }
}

} // namespace osteocalc::calcium
