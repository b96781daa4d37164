// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/view/center_line.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace osteocalc::view {
namespace {

constexpr double limb_reach_mm = 20; ///< a slice's piece of the limb lies this near to the last slice's middle
constexpr double smoothing_mm = 15;

bool is_limb(LabelId id) {
  return id == label::aorta || id == label::aorta_descending || id == label::aorta_abdominal;
}

/// The middle of the limb's pixels in a slice near a place; of all of them where no place is known.
std::optional<Vec3> middle_in_slice(const Volume<LabelId>& labels, int z, const std::optional<Vec3>& near) {
  const VolumeGeometry& geometry = labels.geometry();
  const SliceView<const LabelId> slice = labels.slice(z);
  std::array<int, 4> box{0, slice.width, 0, slice.height};
  if (near) {
    const Vec3 at = point_to_index(geometry, *near);
    const double reach_x = limb_reach_mm / geometry.spacing_mm[0], reach_y = limb_reach_mm / geometry.spacing_mm[1];
    box = {std::max(0, static_cast<int>(at[0] - reach_x)), std::min(slice.width, static_cast<int>(at[0] + reach_x)),
           std::max(0, static_cast<int>(at[1] - reach_y)), std::min(slice.height, static_cast<int>(at[1] + reach_y))};
  }
  double sum_x = 0, sum_y = 0, count = 0;
  for (int y = box[2]; y < box[3]; ++y)
    for (int x = box[0]; x < box[1]; ++x)
      if (is_limb(slice(x, y))) {
        sum_x += x;
        sum_y += y;
        ++count;
      }
  if (count < 4)
    return std::nullopt;
  return index_to_point(geometry, {sum_x / count, sum_y / count, static_cast<double>(z)});
}

/// Equal steps along a chain of points, its jitter smoothed out.
CenterLine resampled(const std::vector<Vec3>& chain, double smooth_mm) {
  CenterLine line;
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    const double length_mm = norm(chain[i + 1] - chain[i]);
    const int steps = std::max(1, static_cast<int>(std::lround(length_mm / line.step_mm)));
    for (int k = 0; k < steps; ++k)
      line.points_mm.push_back(chain[i] + (static_cast<double>(k) / steps) * (chain[i + 1] - chain[i]));
  }
  const auto reach = static_cast<std::ptrdiff_t>(smooth_mm / 2 / line.step_mm);
  const std::vector<Vec3> rough = line.points_mm;
  for (std::ptrdiff_t i = 0; i < std::ssize(rough); ++i) {
    const std::ptrdiff_t near = std::min({reach, i, std::ssize(rough) - 1 - i}); // evenly, or the ends would shrink
    Vec3 sum{0, 0, 0};
    for (std::ptrdiff_t k = i - near; k <= i + near; ++k)
      sum = sum + rough[static_cast<std::size_t>(k)];
    line.points_mm[static_cast<std::size_t>(i)] = (1.0 / static_cast<double>(2 * near + 1)) * sum;
  }
  return line;
}

} // namespace

CenterLine aorta_line(const Volume<LabelId>& labels) {
  std::vector<Vec3> chain; // from below: the abdominal aorta is one limb
  std::optional<Vec3> last;
  for (int z = 0; z < labels.size(2); ++z) {
    const std::optional<Vec3> middle = middle_in_slice(labels, z, last);
    if (!middle && last)
      break;
    if (middle) {
      chain.push_back(*middle);
      last = middle;
    }
  }
  std::ranges::reverse(chain);
  return resampled(chain, smoothing_mm);
}

CenterLine spine_line(const Volume<LabelId>& labels) {
  std::map<Vertebra, std::pair<Vec3, double>> wholes, bodies; // sums and counts of indices
  for (int z = 0; z < labels.size(2); ++z)
    for (int y = 0; y < labels.size(1); ++y)
      for (int x = 0; x < labels.size(0); ++x)
        if (const LabelId id = labels(x, y, z); id != 0) {
          const auto add = [&](auto& sums, const std::optional<Vertebra>& level) {
            if (level) {
              auto& [sum, count] = sums[*level];
              sum = sum + Vec3{double(x), double(y), double(z)};
              ++count;
            }
          };
          add(wholes, vertebra_from_whole_label(id));
          add(bodies, vertebra_from_body_label(id));
        }
  std::vector<Vec3> chain; // cranial to caudal, as the levels are ordered
  const auto& middles = bodies.size() > 1 ? bodies : wholes;
  for (const auto& [level, sums] : middles)
    chain.push_back(index_to_point(labels.geometry(), (1 / sums.second) * sums.first));
  return chain.size() > 1 ? resampled(chain, 2 * smoothing_mm) : CenterLine{};
}

} // namespace osteocalc::view
