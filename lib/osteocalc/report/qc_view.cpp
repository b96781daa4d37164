// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/qc_view.h"

#include <algorithm>

namespace osteocalc::report {

QcView fitted_view(double width_mm, double height_mm, int margin_px) {
  constexpr double wanted_px = 700, finest_mm = 0.4;
  return {width_mm, height_mm, std::max(finest_mm, std::max(width_mm, height_mm) / wanted_px), margin_px};
}

Canvas draw_view(const QcView& view, const Window& window, const Orientation& letters,
                 const std::function<double(double x_mm, double y_mm)>& hu_at) {
  const int width = view.width_px(), height = view.height_px();
  Canvas canvas(width + view.margin_px, height);
  canvas.fill_rectangle(0, 0, canvas.width(), canvas.height(), {0.08, 0.08, 0.08});
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      canvas.set_gray(x, y, window.gray(hu_at(x * view.mm_per_px, y * view.mm_per_px)));
  constexpr double letter_px = 16;
  canvas.text(4, height / 2.0, letters.left, letter_px);
  canvas.text(width - 18.0, height / 2.0, letters.right, letter_px);
  canvas.text(width / 2.0, 18, letters.top, letter_px);
  canvas.text(width / 2.0, height - 6.0, letters.bottom, letter_px);
  const double bar_px = 50 / view.mm_per_px;
  canvas.line(10, height - 12.0, 10 + bar_px, height - 12.0, {1, 1, 1}, 3);
  canvas.text(10, height - 18.0, "50 mm", 12);
  return canvas;
}

} // namespace osteocalc::report
