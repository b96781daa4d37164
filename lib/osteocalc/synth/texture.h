// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

namespace osteocalc::synth {

/// The uneven density of trabecular bone: smooth random values on a 1.5 mm lattice fixed in the body, zero on average.
/// A function of seed and place alone, so that it does not depend on the grid or on which thread paints it.
class Texture {
 public:
  Texture(float sd_hu, std::uint32_t seed, double z_mm)
      : scale_(sd_hu * 3.2F), z_(static_cast<float>(z_mm) / cell_mm), seed_(seed * 0x9e3779b9U) {}

  [[nodiscard]] float operator()(float x_mm, float y_mm) const {
    const float x = x_mm / cell_mm, y = y_mm / cell_mm;
    const float fx = std::floor(x), fy = std::floor(y), fz = std::floor(z_);
    float sum = 0;
    for (int corner = 0; corner < 8; ++corner) {
      const auto i = static_cast<float>(corner & 1), j = static_cast<float>((corner >> 1) & 1),
                 k = static_cast<float>(corner >> 2);
      sum += (1 - std::abs(x - fx - i)) * (1 - std::abs(y - fy - j)) * (1 - std::abs(z_ - fz - k)) *
             value(static_cast<int>(fx + i), static_cast<int>(fy + j), static_cast<int>(fz + k));
    }
    return scale_ * sum;
  }

 private:
  static constexpr float cell_mm = 1.5F;

  /// Uniform in -1..1 from the lattice point's coordinates (an integer hash).
  [[nodiscard]] float value(int x, int y, int z) const {
    std::uint32_t h = static_cast<std::uint32_t>(x) * 0x8da6b343U ^ static_cast<std::uint32_t>(y) * 0xd8163841U ^
                      static_cast<std::uint32_t>(z) * 0xcb1ab31fU ^ seed_;
    h = (h ^ (h >> 15)) * 0x2c1b3c6dU;
    h = (h ^ (h >> 12)) * 0x297a2d39U;
    h ^= h >> 15;
    return static_cast<float>(h) / 2147483648.0F - 1.0F;
  }

  float scale_, z_;
  std::uint32_t seed_;
};

} // namespace osteocalc::synth
