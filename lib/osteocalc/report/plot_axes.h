// SPDX-License-Identifier: Apache-2.0
#pragma once

// For .cpp files of this module only: axes that several figures share.
#include "osteocalc/report/svg.h"

#include <algorithm>
#include <string>
#include <vector>

namespace osteocalc::report {

struct Axes {
  Scale x, y;
};

/// A scale over the values with a margin, never of zero width.
[[nodiscard]] inline Scale padded_scale(double low, double high, double from_px, double to_px, double share = 0.05) {
  const double margin = high > low ? share * (high - low) : 0.5;
  return {low - margin, high + margin, from_px, to_px};
}

/// The x axis with round ticks, and both axes' names.
inline void draw_x_axis_and_names(Svg& svg, const Axes& axes, const std::string& x_name, const std::string& y_name) {
  const auto& [x, y] = axes;
  svg.line(x.from_px, y.from_px, x.to_px, y.from_px, {color::grey});
  for (const double tick : nice_ticks(x.low, x.high, 5)) {
    svg.line(x(tick), y.from_px, x(tick), y.from_px + 5, {color::grey});
    svg.text(x(tick), y.from_px + 21, tick_label(tick), {.anchor = Anchor::Middle});
  }
  svg.text((x.from_px + x.to_px) / 2, y.from_px + 44, x_name, {.anchor = Anchor::Middle, .size_px = 15});
  svg.text(18, (y.from_px + y.to_px) / 2, y_name, {.anchor = Anchor::Middle, .size_px = 15, .turn_deg = -90});
}

/// A faint line across the plot at a value of y, with its label.
inline void draw_y_tick(Svg& svg, const Axes& axes, double at, const std::string& label) {
  svg.line(axes.x.from_px, axes.y(at), axes.x.to_px, axes.y(at), {color::faint});
  svg.text(axes.x.from_px - 8, axes.y(at) + 5, label, {.anchor = Anchor::End});
}

/// Both axes with round ticks, faint horizontal lines and names.
inline void draw_plain_axes(Svg& svg, const Axes& axes, const std::string& x_name, const std::string& y_name) {
  for (const double tick : nice_ticks(std::min(axes.y.low, axes.y.high), std::max(axes.y.low, axes.y.high), 5))
    draw_y_tick(svg, axes, tick, tick_label(tick));
  draw_x_axis_and_names(svg, axes, x_name, y_name);
}

/// A text cut to a number of characters, so that it stays in the picture.
[[nodiscard]] inline std::string shortened(const std::string& text, std::size_t most) {
  return text.size() <= most ? text : text.substr(0, most - 3) + "...";
}

} // namespace osteocalc::report
