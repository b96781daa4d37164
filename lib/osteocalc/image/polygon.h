// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

namespace osteocalc {

/// A point in a flat image, mm from its top left corner: x to the right, y down.
using Vec2 = std::array<double, 2>;

/// A simple closed polygon; the last corner joins the first.
using Polygon = std::vector<Vec2>;

[[nodiscard]] double area_mm2(const Polygon& polygon) noexcept;

/// The part of a polygon on the side of the line through `point` to which `inwards` points.
[[nodiscard]] Polygon clipped(const Polygon& polygon, const Vec2& point, const Vec2& inwards);

/// Share of one pixel that a polygon covers.
struct PixelShare {
  int x = 0, y = 0;
  double share = 0; ///< 0 < share <= 1
};

/// Every pixel a polygon touches, of an image of `width` x `height` pixels of the given size; exact for any polygon.
[[nodiscard]] std::vector<PixelShare> covered_pixels(const Polygon& polygon, int width, int height, double column_mm,
                                                     double row_mm);

} // namespace osteocalc
