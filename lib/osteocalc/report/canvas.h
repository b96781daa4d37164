// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace osteocalc::report {

struct Rgb {
  double r = 0, g = 0, b = 0; ///< 0..1
};

/// A raster picture drawn on the CPU, without a display. Pixels from the top left corner.
class Canvas {
 public:
  Canvas(int width, int height);
  ~Canvas();
  Canvas(Canvas&&) noexcept;
  Canvas& operator=(Canvas&&) noexcept;

  [[nodiscard]] int width() const noexcept { return width_; }
  [[nodiscard]] int height() const noexcept { return height_; }

  void set_gray(int x, int y, double gray); ///< 0 black .. 1 white
  void blend(int x, int y, const Rgb& color, double opacity);
  void fill_rectangle(double x, double y, double width, double height, const Rgb& color);
  void line(double x1, double y1, double x2, double y2, const Rgb& color, double line_width);
  /// Text with a dark rim, so that it can be read on bone and on lung. (x, y) is the left end of the base line.
  void text(double x, double y, std::string_view content, double size_px, const Rgb& color = {1, 1, 1});
  [[nodiscard]] double text_width(std::string_view content, double size_px) const;

  /// \throw IoError when the file cannot be written
  void write_png(const std::filesystem::path& file) const;

 private:
  struct Surface;
  std::unique_ptr<Surface> surface_;
  int width_, height_;
};

} // namespace osteocalc::report
