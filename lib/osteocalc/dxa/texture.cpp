// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/texture.h"

#include <cmath>
#include <cstdint>

namespace osteocalc::dxa {

std::optional<VariogramTexture> variogram_texture(const Volume<float>& image, const Region& region) {
  constexpr int distances = 4;
  constexpr std::size_t least_pixels = 200;
  const auto& spacing = image.geometry().spacing_mm;
  const std::vector<PixelShare> pixels =
      covered_pixels(region.outline, image.size(0), image.size(1), spacing[0], spacing[1]);
  if (pixels.size() < least_pixels)
    return std::nullopt;
  Volume<std::uint8_t> inside(image.geometry(), 0);
  for (const PixelShare& p : pixels)
    inside(p.x, p.y, 0) = p.share > 0.99 ? 1 : 0;
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (int k = 1; k <= distances; ++k) {
    double squares = 0;
    int n = 0;
    for (const PixelShare& p : pixels)
      for (const auto& [dx, dy] : {std::pair{k, 0}, std::pair{0, k}})
        if (inside(p.x, p.y, 0) != 0 && image.contains(p.x + dx, p.y + dy, 0) && inside(p.x + dx, p.y + dy, 0) != 0) {
          squares += std::pow(static_cast<double>(image(p.x, p.y, 0) - image(p.x + dx, p.y + dy, 0)), 2);
          ++n;
        }
    if (n == 0 || squares <= 0)
      return std::nullopt;
    const double x = std::log(k * spacing[0]), y = std::log(squares / n);
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  return VariogramTexture{(distances * sxy - sx * sy) / (distances * sxx - sx * sx), spacing[0],
                          distances * spacing[0]};
}

} // namespace osteocalc::dxa
