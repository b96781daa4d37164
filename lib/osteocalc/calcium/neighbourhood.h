// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/calcium/score.h"

#include <array>
#include <vector>

namespace osteocalc::calcium {

/// A step between voxel centres and its length.
struct Step {
  std::array<int, 3> step{};
  double length_mm = 0;
};

/// All steps up to `reach_mm` long, the shortest first; the first is no step at all.
[[nodiscard]] std::vector<Step> steps_within(const Vec3& spacing_mm, double reach_mm);

/// The voxels within a distance of a lesion, each with its distance to the nearest of the lesion's voxels (0 for
/// those themselves), between voxel centres.
class Neighbourhood {
 public:
  Neighbourhood(const VolumeGeometry& geometry, const Lesion& lesion, double reach_mm);

  /// visit(x, y, z, distance_mm) in the order z, y, x.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (int z = 0; z < size_[2]; ++z)
      for (int y = 0; y < size_[1]; ++y)
        for (int x = 0; x < size_[0]; ++x)
          if (const float distance_mm = distance_mm_[index(x, y, z)]; distance_mm >= 0)
            visit(low_[0] + x, low_[1] + y, low_[2] + z, static_cast<double>(distance_mm));
  }

 private:
  [[nodiscard]] std::size_t index(int x, int y, int z) const noexcept {
    return (static_cast<std::size_t>(z) * static_cast<std::size_t>(size_[1]) + static_cast<std::size_t>(y)) *
               static_cast<std::size_t>(size_[0]) +
           static_cast<std::size_t>(x);
  }
  std::array<int, 3> low_{}, size_{};
  std::vector<float> distance_mm_; ///< < 0: out of reach
};

} // namespace osteocalc::calcium
