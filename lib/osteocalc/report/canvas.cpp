// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/canvas.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <cairo/cairo.h>
#include <cmath>
#include <string>

namespace osteocalc::report {

struct Canvas::Surface {
  cairo_surface_t* image;
  cairo_t* context;
  unsigned char* pixels;
  int stride;

  Surface(int width, int height)
      : image(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)), context(cairo_create(image)),
        pixels(cairo_image_surface_get_data(image)), stride(cairo_image_surface_get_stride(image)) {
    cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  }
  Surface(const Surface&) = delete;
  Surface& operator=(const Surface&) = delete;
  ~Surface() {
    cairo_destroy(context);
    cairo_surface_destroy(image);
  }

  std::uint32_t& pixel(int x, int y) const {
    return reinterpret_cast<std::uint32_t*>(pixels + static_cast<std::ptrdiff_t>(y) * stride)[x];
  }
  /// Cairo holds drawing back and pixels of its own: it is told whenever pixels are touched after drawing, and back.
  void begin_pixels() {
    if (!pixels_are_ours)
      cairo_surface_flush(image);
    pixels_are_ours = true;
  }
  void begin_drawing() {
    if (pixels_are_ours)
      cairo_surface_mark_dirty(image);
    pixels_are_ours = false;
  }
  bool pixels_are_ours = false;
};

Canvas::Canvas(int width, int height)
    : surface_(std::make_unique<Surface>(width, height)), width_(width), height_(height) {}
Canvas::~Canvas() = default;
Canvas::Canvas(Canvas&&) noexcept = default;
Canvas& Canvas::operator=(Canvas&&) noexcept = default;

namespace {

std::uint32_t level(double value) {
  return static_cast<std::uint32_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
}

} // namespace

void Canvas::set_gray(int x, int y, double gray) {
  surface_->begin_pixels();
  surface_->pixel(x, y) = level(gray) * 0x010101U;
}

void Canvas::blend(int x, int y, const Rgb& color, double opacity) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_)
    return;
  surface_->begin_pixels();
  std::uint32_t& pixel = surface_->pixel(x, y);
  const auto mixed = [&](unsigned shift, double value) {
    const double old = ((pixel >> shift) & 0xFFU) / 255.0;
    return level((1 - opacity) * old + opacity * value) << shift;
  };
  pixel = mixed(16, color.r) | mixed(8, color.g) | mixed(0, color.b);
}

void Canvas::fill_rectangle(double x, double y, double width, double height, const Rgb& color) {
  surface_->begin_drawing();
  cairo_set_source_rgb(surface_->context, color.r, color.g, color.b);
  cairo_rectangle(surface_->context, x, y, width, height);
  cairo_fill(surface_->context);
}

void Canvas::line(double x1, double y1, double x2, double y2, const Rgb& color, double line_width) {
  surface_->begin_drawing();
  cairo_set_source_rgb(surface_->context, color.r, color.g, color.b);
  cairo_set_line_width(surface_->context, line_width);
  cairo_move_to(surface_->context, x1, y1);
  cairo_line_to(surface_->context, x2, y2);
  cairo_stroke(surface_->context);
}

void Canvas::text(double x, double y, std::string_view content, double size_px, const Rgb& color) {
  surface_->begin_drawing();
  cairo_t* context = surface_->context;
  cairo_set_font_size(context, size_px);
  cairo_move_to(context, x, y);
  cairo_text_path(context, std::string(content).c_str());
  cairo_set_source_rgb(context, 0, 0, 0);
  cairo_set_line_width(context, 0.22 * size_px);
  cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke_preserve(context);
  cairo_set_source_rgb(context, color.r, color.g, color.b);
  cairo_fill(context);
}

double Canvas::text_width(std::string_view content, double size_px) const {
  cairo_set_font_size(surface_->context, size_px);
  cairo_text_extents_t extents;
  cairo_text_extents(surface_->context, std::string(content).c_str(), &extents);
  return extents.x_advance;
}

void Canvas::write_png(const std::filesystem::path& file) const {
  surface_->begin_drawing();
  const cairo_status_t status = cairo_surface_write_to_png(surface_->image, file.c_str());
  if (status != CAIRO_STATUS_SUCCESS)
    throw IoError("cannot write the picture " + file.string() + ": " + cairo_status_to_string(status));
}

} // namespace osteocalc::report
