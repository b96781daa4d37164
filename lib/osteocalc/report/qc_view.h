// SPDX-License-Identifier: Apache-2.0
#pragma once

// A flat picture of a scan in mm: what the QC pictures are drawn on. For .cpp files of this module only.
#include "osteocalc/image/volume.h"
#include "osteocalc/report/canvas.h"

#include <cstdint>
#include <functional>
#include <string_view>

namespace osteocalc::report {

/// Grey window: low_hu is black, high_hu is white.
struct Window {
  double low_hu, high_hu;
  [[nodiscard]] double gray(double hu) const { return (hu - low_hu) / (high_hu - low_hu); }
};

/// Letters at the four sides of a picture.
struct Orientation {
  std::string_view left, right, top, bottom;
};

/// Millimetres to pixels of a picture with square pixels; a margin on the right holds text.
struct QcView {
  double width_mm, height_mm, mm_per_px;
  int margin_px;
  [[nodiscard]] int width_px() const { return static_cast<int>(width_mm / mm_per_px) + 1; }
  [[nodiscard]] int height_px() const { return static_cast<int>(height_mm / mm_per_px) + 1; }
};

/// A view of the given size that is about 700 pixels high or wide, never finer than 0.4 mm.
[[nodiscard]] QcView fitted_view(double width_mm, double height_mm, int margin_px);

/// Draws hu_at(x_mm, y_mm), measured from the top left corner, with orientation letters and a 50 mm scale bar.
[[nodiscard]] Canvas draw_view(const QcView& view, const Window& window, const Orientation& letters,
                               const std::function<double(double x_mm, double y_mm)>& hu_at);

} // namespace osteocalc::report
