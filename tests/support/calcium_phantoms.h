// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/quantity.h"
#include "osteocalc/image/volume.h"

#include <array>
#include <cstdint>
#include <optional>
#include <random>

namespace osteocalc::test {

/// Boxes of constant HU in air, on a small grid: every score can be worked out by hand.
class Phantom {
 public:
  Phantom(double pixel_mm, double increment_mm, int slices, std::optional<double> thickness_mm = {}, int width = 16)
      : hu_(VolumeGeometry{{width, width, slices}, {pixel_mm, pixel_mm, increment_mm}, {0, 0, 0}}, -1000) {
    if (thickness_mm)
      thickness_ = SliceThickness{*thickness_mm};
  }
  Phantom(const Phantom& other) : hu_(other.hu_.clone()), thickness_(other.thickness_) {}
  Phantom(Phantom&&) = default;

  [[nodiscard]] Phantom box(std::array<int, 3> low, std::array<int, 3> size, std::int16_t hu) const {
    Phantom result(*this);
    for (int z = low[2]; z < low[2] + size[2]; ++z)
      for (int y = low[1]; y < low[1] + size[1]; ++y)
        for (int x = low[0]; x < low[0] + size[0]; ++x)
          result.hu_(x, y, z) = hu;
    return result;
  }

  [[nodiscard]] const Volume<std::int16_t>& volume() const { return hu_; }
  [[nodiscard]] Volume<std::int16_t>& volume() { return hu_; }
  [[nodiscard]] std::optional<SliceThickness> thickness() const { return thickness_; }

 private:
  Volume<std::int16_t> hu_;
  std::optional<SliceThickness> thickness_;
};

/// Voxels of random HU, `fill` of them bright (100..500 HU), the rest air; 0.5 mm pixels, 3 mm slices.
inline Phantom random_phantom(std::uint32_t seed, std::array<int, 3> size, double fill) {
  std::mt19937 random(seed);
  Phantom phantom(0.5, 3, size[2]);
  phantom.volume() = Volume<std::int16_t>(VolumeGeometry{size, {0.5, 0.5, 3}, {0, 0, 0}});
  for (std::int16_t& hu : phantom.volume().voxels())
    hu = static_cast<double>(random()) < fill * 4294967295.0 ? static_cast<std::int16_t>(100 + random() % 401)
                                                             : std::int16_t{-1000};
  return phantom;
}

} // namespace osteocalc::test
