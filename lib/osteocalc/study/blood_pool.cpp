// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/blood_pool.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace osteocalc::study {
namespace {

constexpr double inside_mm = 4;

bool is_aorta(LabelId id) {
  return id == label::aorta || (id >= label::aorta_ascending && id <= label::aorta_abdominal);
}

} // namespace

BloodPool measure_blood_pool(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels) {
  const VolumeGeometry& geometry = hu.geometry();
  const int reach_x = static_cast<int>(std::ceil(inside_mm / geometry.spacing_mm[0]));
  const int reach_y = static_cast<int>(std::ceil(inside_mm / geometry.spacing_mm[1]));
  const std::array<std::array<int, 2>, 8> ring{{{reach_x, 0},
                                                {-reach_x, 0},
                                                {0, reach_y},
                                                {0, -reach_y},
                                                {reach_x, reach_y},
                                                {-reach_x, reach_y},
                                                {reach_x, -reach_y},
                                                {-reach_x, -reach_y}}};
  std::vector<std::int16_t> values;
  for (int z = 0; z < hu.size(2); ++z)
    for (int y = reach_y; y < hu.size(1) - reach_y; ++y)
      for (int x = reach_x; x < hu.size(0) - reach_x; ++x)
        if (is_aorta(labels(x, y, z)) && std::ranges::all_of(ring, [&](const std::array<int, 2>& step) {
              return is_aorta(labels(x + step[0], y + step[1], z));
            }))
          values.push_back(hu(x, y, z));
  if (values.empty())
    return {};
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return {static_cast<double>(*middle)};
}

} // namespace osteocalc::study
