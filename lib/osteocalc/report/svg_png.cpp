// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/svg_png.h"

#include "osteocalc/core/error.h"

#include <cairo/cairo.h>
#include <charconv>
#include <memory>
#include <numbers>
#include <sstream>

namespace osteocalc::report {

namespace {

/// "#0072b2"
void set_color(cairo_t* context, const std::string& color, double opacity) {
  const auto part = [&](std::size_t at) {
    unsigned value = 0;
    std::from_chars(color.data() + at, color.data() + at + 2, value, 16);
    return value / 255.0;
  };
  cairo_set_source_rgba(context, part(1), part(3), part(5), opacity);
}

void draw_line(cairo_t* context, const SvgShape& shape) {
  std::istringstream text(shape.dashes);
  std::vector<double> dashes;
  for (double length = 0; text >> length;)
    dashes.push_back(length);
  cairo_set_dash(context, dashes.data(), static_cast<int>(dashes.size()), 0);
  cairo_set_line_width(context, shape.width);
  cairo_move_to(context, shape.points[0].first, shape.points[0].second);
  cairo_line_to(context, shape.points[1].first, shape.points[1].second);
  cairo_stroke(context);
}

void draw_text(cairo_t* context, const SvgShape& shape) {
  cairo_text_extents_t extents;
  cairo_set_font_size(context, shape.style.size_px);
  cairo_text_extents(context, shape.text.c_str(), &extents);
  const double shift = shape.style.anchor == Anchor::Start ? 0 : shape.style.anchor == Anchor::End ? 1 : 0.5;
  cairo_save(context);
  cairo_translate(context, shape.points[0].first, shape.points[0].second);
  cairo_rotate(context, shape.style.turn_deg * std::numbers::pi / 180);
  cairo_move_to(context, -shift * extents.x_advance, 0);
  cairo_show_text(context, shape.text.c_str());
  cairo_restore(context);
}

void draw(cairo_t* context, const SvgShape& shape) {
  set_color(context, shape.color, shape.opacity);
  const auto [x, y] = shape.points.front();
  switch (shape.kind) {
  case SvgShape::Kind::Line:
    return draw_line(context, shape);
  case SvgShape::Kind::Text:
    return draw_text(context, shape);
  case SvgShape::Kind::Circle:
    cairo_arc(context, x, y, shape.size, 0, 2 * std::numbers::pi);
    break;
  case SvgShape::Kind::Square:
    cairo_rectangle(context, x - shape.size, y - shape.size, 2 * shape.size, 2 * shape.size);
    break;
  case SvgShape::Kind::Polygon:
    for (const auto& [corner_x, corner_y] : shape.points)
      cairo_line_to(context, corner_x, corner_y);
    cairo_close_path(context);
    break;
  }
  cairo_fill(context);
}

} // namespace

void write_png(const Svg& drawing, const std::filesystem::path& file, double scale) {
  std::filesystem::create_directories(file.parent_path());
  const std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(drawing.width() * scale),
                                 static_cast<int>(drawing.height() * scale)),
      cairo_surface_destroy);
  const std::unique_ptr<cairo_t, void (*)(cairo_t*)> context(cairo_create(surface.get()), cairo_destroy);
  cairo_scale(context.get(), scale, scale);
  cairo_set_source_rgb(context.get(), 1, 1, 1);
  cairo_paint(context.get());
  cairo_select_font_face(context.get(), "Liberation Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  for (const SvgShape& shape : drawing.shapes())
    draw(context.get(), shape);
  const cairo_status_t status = cairo_surface_write_to_png(surface.get(), file.c_str());
  if (status != CAIRO_STATUS_SUCCESS)
    throw IoError("cannot write the picture " + file.string() + ": " + cairo_status_to_string(status));
}

} // namespace osteocalc::report
