// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/polygon.h"

#include <algorithm>
#include <cmath>

namespace osteocalc {
namespace {

double signed_area(const Polygon& polygon) noexcept {
  double twice = 0;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Vec2& a = polygon[i];
    const Vec2& b = polygon[(i + 1) % polygon.size()];
    twice += a[0] * b[1] - b[0] * a[1];
  }
  return 0.5 * twice;
}

} // namespace

double area_mm2(const Polygon& polygon) noexcept {
  return std::abs(signed_area(polygon));
}

Polygon clipped(const Polygon& polygon, const Vec2& point, const Vec2& inwards) {
  const auto depth = [&](const Vec2& p) { return (p[0] - point[0]) * inwards[0] + (p[1] - point[1]) * inwards[1]; };
  Polygon out;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Vec2& a = polygon[i];
    const Vec2& b = polygon[(i + 1) % polygon.size()];
    const double da = depth(a), db = depth(b);
    if (da >= 0)
      out.push_back(a);
    if ((da >= 0) != (db >= 0)) {
      const double t = da / (da - db);
      out.push_back({std::lerp(a[0], b[0], t), std::lerp(a[1], b[1], t)});
    }
  }
  return out;
}

std::vector<PixelShare> covered_pixels(const Polygon& polygon, int width, int height, double column_mm, double row_mm) {
  std::vector<PixelShare> pixels;
  if (polygon.size() < 3)
    return pixels;
  const auto index = [](double position, int limit) {
    return static_cast<int>(std::clamp(std::floor(position), 0.0, static_cast<double>(limit)));
  };
  // Signed areas of clipped pieces stay right for polygons that are not convex: what the clipping joins along its
  // lines encloses nothing.
  const double sign = signed_area(polygon) < 0 ? -1 : 1;
  const auto range = [](const Polygon& p, std::size_t axis) {
    const auto [low, high] = std::ranges::minmax(p, {}, [axis](const Vec2& v) { return v[axis]; });
    return std::array{low[axis], high[axis]};
  };
  const auto [top, bottom] = range(polygon, 1);
  for (int y = index(top / row_mm, height); y < std::min(height, index(bottom / row_mm, height) + 1); ++y) {
    const Polygon strip = clipped(clipped(polygon, {0, y * row_mm}, {0, 1}), {0, (y + 1) * row_mm}, {0, -1});
    if (strip.size() < 3)
      continue;
    const auto [left, right] = range(strip, 0);
    for (int x = index(left / column_mm, width); x < std::min(width, index(right / column_mm, width) + 1); ++x) {
      const Polygon cell = clipped(clipped(strip, {x * column_mm, 0}, {1, 0}), {(x + 1) * column_mm, 0}, {-1, 0});
      const double share = sign * signed_area(cell) / (column_mm * row_mm);
      if (share > 1e-9)
        pixels.push_back({x, y, std::min(share, 1.0)});
    }
  }
  return pixels;
}

} // namespace osteocalc
