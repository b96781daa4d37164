// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/display_range.h"
#include "osteocalc/image/polygon.h"
#include "osteocalc/image/volume.h"
#include "osteocalc/view/picture.h"

namespace osteocalc::view {

/// Which part of a flat image a picture shows.
struct FlatPlace {
  Vec2 top_left_mm{}; ///< of the picture's first pixel's corner, from the image's top left corner
  double mm_per_px = 1;

  [[nodiscard]] Vec2 point_at(double x, double y) const noexcept {
    return {top_left_mm[0] + (x + 0.5) * mm_per_px, top_left_mm[1] + (y + 0.5) * mm_per_px};
  }
  [[nodiscard]] Vec2 pixel_of(const Vec2& point_mm) const noexcept {
    return {(point_mm[0] - top_left_mm[0]) / mm_per_px - 0.5, (point_mm[1] - top_left_mm[1]) / mm_per_px - 0.5};
  }
};

/// All of an image in the middle of a picture, `zoom` times larger about its middle, moved by `pan_mm`.
[[nodiscard]] FlatPlace place_of(const Volume<float>& image, int width, int height, double zoom, const Vec2& pan_mm);

/// An image of one slice, bilinear between pixels; beyond it dark. \pre range.high > range.low
[[nodiscard]] Picture flat_picture(const Volume<float>& image, const FlatPlace& place, const DisplayRange& range,
                                   int width, int height);

/// The value under a point; nothing beyond the image.
[[nodiscard]] const float* value_under(const Volume<float>& image, const Vec2& point_mm);

} // namespace osteocalc::view
