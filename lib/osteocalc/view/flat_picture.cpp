// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/view/flat_picture.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace osteocalc::view {
namespace {

/// Pixel centres lie at whole numbers; half a pixel of margin takes the border's value.
float interpolated(const Volume<float>& image, double x, double y) {
  const double inside_x = std::clamp(x, 0.0, image.size(0) - 1.0), inside_y = std::clamp(y, 0.0, image.size(1) - 1.0);
  const int left = static_cast<int>(inside_x), top = static_cast<int>(inside_y);
  const int right = std::min(left + 1, image.size(0) - 1), bottom = std::min(top + 1, image.size(1) - 1);
  const auto u = static_cast<float>(inside_x - left), v = static_cast<float>(inside_y - top);
  const auto row = [&](int at) { return std::lerp(image(left, at, 0), image(right, at, 0), u); };
  return std::lerp(row(top), row(bottom), v);
}

} // namespace

FlatPlace place_of(const Volume<float>& image, int width, int height, double zoom, const Vec2& pan_mm) {
  const Vec3& spacing = image.geometry().spacing_mm;
  const double width_mm = image.size(0) * spacing[0], height_mm = image.size(1) * spacing[1];
  const double mm_per_px = std::max(width_mm / std::max(1, width), height_mm / std::max(1, height)) / zoom;
  return {{0.5 * (width_mm - width * mm_per_px) + pan_mm[0], 0.5 * (height_mm - height * mm_per_px) + pan_mm[1]},
          mm_per_px};
}

Picture flat_picture(const Volume<float>& image, const FlatPlace& place, const DisplayRange& range, int width,
                     int height) {
  Picture picture(width, height);
  const Vec3& spacing = image.geometry().spacing_mm;
  const double scale = 255 / (range.high - range.low);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const Vec2 at = place.point_at(x, y);
      const double column = at[0] / spacing[0] - 0.5, row = at[1] / spacing[1] - 0.5;
      if (column < -0.5 || row < -0.5 || column > image.size(0) - 0.5 || row > image.size(1) - 0.5) {
        picture.at(x, y) = {12, 13, 16};
        continue;
      }
      const auto gray = static_cast<std::uint8_t>(
          std::clamp((static_cast<double>(interpolated(image, column, row)) - range.low) * scale, 0.0, 255.0));
      picture.at(x, y) = {gray, gray, gray};
    }
  return picture;
}

const float* value_under(const Volume<float>& image, const Vec2& point_mm) {
  const Vec3& spacing = image.geometry().spacing_mm;
  const int x = static_cast<int>(std::floor(point_mm[0] / spacing[0])),
            y = static_cast<int>(std::floor(point_mm[1] / spacing[1]));
  return image.contains(x, y, 0) ? &image(x, y, 0) : nullptr;
}

} // namespace osteocalc::view
