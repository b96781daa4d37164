// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace osteocalc::report {

/// Colours that stay apart for readers who see few of them (Okabe and Ito), and greys.
namespace color {
inline constexpr std::string_view blue = "#0072b2", vermilion = "#d55e00", green = "#009e73", ink = "#222222",
                                  grey = "#6b6b6b", faint = "#dddddd";
} // namespace color

/// Text with & < > " ' written as entities: safe in XML content and attributes.
[[nodiscard]] std::string escape_xml(std::string_view text);

/// About `count` round numbers (1, 2 or 5 times a power of ten apart) in [low, high]. \pre low < high, count >= 2
[[nodiscard]] std::vector<double> nice_ticks(double low, double high, int count);

/// The shortest of the usual ways to write a tick: "0.5", "-20", "1000".
[[nodiscard]] std::string tick_label(double value);

/// Linear map from data to pixels. \pre low != high
struct Scale {
  double low = 0, high = 1, from_px = 0, to_px = 1;
  [[nodiscard]] double operator()(double value) const {
    return from_px + (value - low) / (high - low) * (to_px - from_px);
  }
};

struct Stroke {
  std::string_view color = color::ink;
  double width = 1;
  std::string_view dashes = ""; ///< e.g. "6 4"; empty = solid
};

enum class Anchor { Start, Middle, End };

struct TextStyle {
  Anchor anchor = Anchor::Start;
  double size_px = 14;
  std::string_view color = color::ink;
  double turn_deg = 0; ///< about the anchor, clockwise
};

/// What was drawn, for those who draw it again as pixels.
struct SvgShape {
  enum class Kind { Line, Circle, Square, Polygon, Text } kind = Kind::Line;
  std::vector<std::pair<double, double>> points{};
  double size = 0; ///< radius, half side
  std::string color{}, dashes{}, text{};
  double width = 1, opacity = 1;
  TextStyle style{};
};

/// One drawing, in pixels from the top left corner. It scales to the width it is given and names itself to readers who
/// cannot see it.
class Svg {
 public:
  /// `id` is unique on the page the drawing may be put into.
  Svg(std::string_view id, double width, double height, std::string_view title, std::string_view description);

  void line(double x1, double y1, double x2, double y2, const Stroke& stroke = {});
  void circle(double x, double y, double radius, std::string_view fill, double opacity = 1);
  void square(double x, double y, double half_side, std::string_view fill, double opacity = 1); ///< by its centre
  void polygon(const std::vector<std::pair<double, double>>& points, std::string_view fill, double opacity = 1);
  void text(double x, double y, std::string_view content, const TextStyle& style = {});

  [[nodiscard]] std::string str() const;
  [[nodiscard]] const std::vector<SvgShape>& shapes() const noexcept { return shapes_; }
  [[nodiscard]] double width() const noexcept { return width_; }
  [[nodiscard]] double height() const noexcept { return height_; }

 private:
  std::string body_;
  std::vector<SvgShape> shapes_;
  double width_, height_;
};

} // namespace osteocalc::report
