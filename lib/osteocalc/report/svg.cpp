// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/svg.h"

#include "osteocalc/core/contract.h"

#include <cmath>
#include <fmt/format.h>

namespace osteocalc::report {

namespace {

/// A tenth of a pixel is enough, and keeps a drawing of thousands of points small.
std::string px(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0"))
    text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string_view to_string(Anchor anchor) {
  return anchor == Anchor::Start ? "start" : anchor == Anchor::Middle ? "middle" : "end";
}

std::string opacity_attribute(double opacity) {
  return opacity < 1 ? fmt::format(" fill-opacity=\"{}\"", opacity) : "";
}

} // namespace

std::string escape_xml(std::string_view text) {
  std::string escaped;
  for (const char c : text)
    switch (c) {
    case '&':
      escaped += "&amp;";
      break;
    case '<':
      escaped += "&lt;";
      break;
    case '>':
      escaped += "&gt;";
      break;
    case '"':
      escaped += "&quot;";
      break;
    case '\'':
      escaped += "&#39;";
      break;
    default:
      escaped += c;
    }
  return escaped;
}

std::vector<double> nice_ticks(double low, double high, int count) {
  OSTEOCALC_EXPECT(low < high && count >= 2);
  const double rough = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double lead = rough / power;
  const double step = power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
  std::vector<double> ticks;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i)
    ticks.push_back(i == 0 ? 0.0 : i * step); // no -0
  return ticks;
}

std::string tick_label(double value) {
  return fmt::format("{:.6g}", value);
}

Svg::Svg(std::string_view id, double width, double height, std::string_view title, std::string_view description)
    : body_(
          fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
                      "role=\"img\" aria-labelledby=\"{2}-title {2}-desc\" "
                      "font-family=\"Liberation Sans, Arial, Helvetica, sans-serif\">\n"
                      "<title id=\"{2}-title\">{3}</title>\n<desc id=\"{2}-desc\">{4}</desc>\n",
                      px(width), px(height), escape_xml(id), escape_xml(title), escape_xml(description))),
      width_(width), height_(height) {}

void Svg::line(double x1, double y1, double x2, double y2, const Stroke& stroke) {
  shapes_.push_back({.kind = SvgShape::Kind::Line,
                     .points = {{x1, y1}, {x2, y2}},
                     .color = std::string(stroke.color),
                     .dashes = std::string(stroke.dashes),
                     .width = stroke.width});
  body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"{}\"{}/>\n", px(x1),
                       px(y1), px(x2), px(y2), stroke.color, px(stroke.width),
                       stroke.dashes.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", stroke.dashes));
}

void Svg::circle(double x, double y, double radius, std::string_view fill, double opacity) {
  shapes_.push_back({.kind = SvgShape::Kind::Circle,
                     .points = {{x, y}},
                     .size = radius,
                     .color = std::string(fill),
                     .opacity = opacity});
  body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"{}/>\n", px(x), px(y), px(radius), fill,
                       opacity_attribute(opacity));
}

void Svg::square(double x, double y, double half_side, std::string_view fill, double opacity) {
  shapes_.push_back({.kind = SvgShape::Kind::Square,
                     .points = {{x, y}},
                     .size = half_side,
                     .color = std::string(fill),
                     .opacity = opacity});
  body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"{}/>\n", px(x - half_side),
                       px(y - half_side), px(2 * half_side), px(2 * half_side), fill, opacity_attribute(opacity));
}

void Svg::polygon(const std::vector<std::pair<double, double>>& points, std::string_view fill, double opacity) {
  shapes_.push_back(
      {.kind = SvgShape::Kind::Polygon, .points = points, .color = std::string(fill), .opacity = opacity});
  std::string corners;
  for (const auto& [x, y] : points)
    corners += fmt::format("{}{},{}", corners.empty() ? "" : " ", px(x), px(y));
  body_ += fmt::format("<polygon points=\"{}\" fill=\"{}\"{}/>\n", corners, fill, opacity_attribute(opacity));
}

void Svg::text(double x, double y, std::string_view content, const TextStyle& style) {
  shapes_.push_back({.kind = SvgShape::Kind::Text,
                     .points = {{x, y}},
                     .color = std::string(style.color),
                     .text = std::string(content),
                     .style = style});
  const std::string turn =
      style.turn_deg == 0 ? "" : fmt::format(" transform=\"rotate({} {} {})\"", px(style.turn_deg), px(x), px(y));
  body_ += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" font-size=\"{}\" fill=\"{}\"{}>{}</text>\n", px(x),
                       px(y), to_string(style.anchor), px(style.size_px), style.color, turn, escape_xml(content));
}

std::string Svg::str() const {
  return body_ + "</svg>\n";
}

} // namespace osteocalc::report
