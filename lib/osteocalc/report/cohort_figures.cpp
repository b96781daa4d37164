// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_figures.h"

#include "osteocalc/report/svg.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::report {

namespace {

using cohort::Association;
using cohort::CohortResult;
using cohort::ScatterPoint;

constexpr Stroke crude_stroke{color::ink, 2.5, "8 5"}, adjusted_stroke{color::ink, 2.5};

struct Axes {
  Scale x, y;
};

/// Range of the points with a margin, so that none sits on an axis.
Scale scale_of(const std::vector<ScatterPoint>& points, double ScatterPoint::*value, double from_px, double to_px) {
  const auto [low, high] = std::minmax_element(points.begin(), points.end(),
                                               [value](const auto& a, const auto& b) { return a.*value < b.*value; });
  const double margin = 0.04 * ((*high).*value - (*low).*value);
  return {(*low).*value - margin, (*high).*value + margin, from_px, to_px};
}

/// Scores 0, 1, 3, 10, 30 ... that lie on a ln(score + 1) axis; every second when they would crowd.
std::vector<double> score_ticks(const Scale& y) {
  std::vector<double> ticks;
  for (double decade = 1; std::log1p(decade) <= y.high; decade *= 10)
    for (const double score : {decade, 3 * decade})
      ticks.push_back(score);
  ticks.insert(ticks.begin(), 0);
  std::erase_if(ticks, [&](double score) { return std::log1p(score) < y.low || std::log1p(score) > y.high; });
  return ticks;
}

void draw_axes(Svg& svg, const Axes& axes, const std::string& x_name, const std::string& y_name) {
  const auto& [x, y] = axes;
  for (const double score : score_ticks(y)) {
    const double at = y(std::log1p(score));
    svg.line(x.from_px, at, x.to_px, at, {color::faint});
    svg.text(x.from_px - 8, at + 5, tick_label(score), {.anchor = Anchor::End});
  }
  svg.line(x.from_px, y.from_px, x.to_px, y.from_px, {color::grey});
  for (const double tick : nice_ticks(x.low, x.high, 5)) {
    svg.line(x(tick), y.from_px, x(tick), y.from_px + 5, {color::grey});
    svg.text(x(tick), y.from_px + 21, tick_label(tick), {.anchor = Anchor::Middle});
  }
  svg.text((x.from_px + x.to_px) / 2, y.from_px + 44, x_name, {.anchor = Anchor::Middle, .size_px = 15});
  svg.text(18, (y.from_px + y.to_px) / 2, y_name, {.anchor = Anchor::Middle, .size_px = 15, .turn_deg = -90});
}

/// Colour and shape both tell the groups apart.
void draw_point(Svg& svg, double x, double y, bool second_group, double opacity) {
  if (second_group)
    svg.square(x, y, 2.6, color::vermilion, opacity);
  else
    svg.circle(x, y, 3, color::blue, opacity);
}

/// The line through the means of the model's own rows, cut where it leaves the plot.
void draw_line(Svg& svg, const Axes& axes, const Association& association, const Stroke& stroke) {
  const double slope = cohort::exposure_slope(association.per_unit).estimate;
  const auto at = [&](double x) { return association.mean_y + slope * (x - association.mean_x); };
  double left = axes.x.low, right = axes.x.high;
  if (slope != 0) {
    const auto [a, b] = std::minmax({association.mean_x + (axes.y.low - association.mean_y) / slope,
                                     association.mean_x + (axes.y.high - association.mean_y) / slope});
    left = std::max(left, a);
    right = std::min(right, b);
  }
  svg.line(axes.x(left), axes.y(at(left)), axes.x(right), axes.y(at(right)), stroke);
}

std::string group_label(const CohortResult& result, const std::string& level) {
  if (result.group_column == "sex" && (level == "F" || level == "M"))
    return level == "F" ? "women" : "men";
  return result.group_column + " " + level;
}

/// In one row above the plot, where no point can lie under it.
void draw_legend(Svg& svg, const CohortResult& result, const std::vector<std::string>& groups, double x) {
  constexpr double y = 20, letter = 8.4;
  const auto entry = [&](const std::string& label, double symbol_width, const auto& symbol) {
    symbol(x);
    svg.text(x + symbol_width + 6, y + 5, label);
    x += symbol_width + 24 + letter * static_cast<double>(label.size());
  };
  for (std::size_t i = 0; i < groups.size(); ++i)
    entry(group_label(result, groups[i]), 8, [&](double at) { draw_point(svg, at + 4, y, i > 0, 1); });
  const auto line = [&](const Stroke& stroke) {
    return [&, stroke](double at) { svg.line(at, y, at + 34, y, stroke); };
  };
  entry("crude", 34, line(crude_stroke));
  if (!result.adjusted.empty())
    entry("adjusted", 34, line(adjusted_stroke));
}

std::vector<std::string> group_levels(const CohortResult& result) {
  std::vector<std::string> levels;
  for (const ScatterPoint& point : result.points)
    if (!point.group.empty() && std::find(levels.begin(), levels.end(), point.group) == levels.end())
      levels.push_back(point.group);
  std::sort(levels.begin(), levels.end());
  return levels;
}

} // namespace

std::string cohort_scatter_svg(const CohortResult& result) {
  constexpr std::size_t most_points = 4000;
  const std::size_t step = (result.points.size() + most_points - 1) / most_points;
  Svg svg(
      "scatter", 640, 480, fmt::format("{} against {}", result.request.outcome, result.request.exposure),
      fmt::format(
          "One point a person, {} people, with the crude line{}. The vertical axis is logarithmic in the score + 1.",
          result.points.size(), result.adjusted.empty() ? "" : " and the adjusted line"));
  const Axes axes{scale_of(result.points, &ScatterPoint::exposure, 76, 626),
                  scale_of(result.points, &ScatterPoint::log_outcome, 420, 40)};
  draw_axes(svg, axes, result.request.exposure + (step > 1 ? fmt::format(" (1 in {} people shown)", step) : ""),
            result.request.outcome + " (ln(score + 1) scale)");
  const std::vector<std::string> groups = group_levels(result);
  const double opacity = result.points.size() > 300 ? 0.3 : 0.65;
  for (std::size_t i = 0; i < result.points.size(); i += step) {
    const ScatterPoint& point = result.points[i];
    draw_point(svg, axes.x(point.exposure), axes.y(point.log_outcome),
               groups.size() > 1 && point.group != groups.front(), opacity);
  }
  draw_line(svg, axes, cohort::comparable_crude(result), crude_stroke);
  for (const Association& adjusted : result.adjusted)
    draw_line(svg, axes, adjusted, adjusted_stroke);
  draw_legend(svg, result, groups, axes.x.from_px);
  return svg.str();
}

std::string cohort_change_svg(const CohortResult& result) {
  std::vector<const Association*> rows{&result.crude};
  for (const auto* more : {&result.same_people, &result.adjusted})
    for (const Association& association : *more)
      rows.push_back(&association);
  double low = 0, high = 0;
  for (const Association* row : rows) {
    low = std::min(low, *cohort::exposure_slope(row->per_sd).ci_low);
    high = std::max(high, *cohort::exposure_slope(row->per_sd).ci_high);
  }
  const double margin = 0.06 * (high - low);
  const double bottom = 20 + 62 * static_cast<double>(rows.size());
  const Scale x{low - margin, high + margin, 20, 620};
  Svg svg("change", 640, bottom + 60, "The slope before and after adjustment",
          fmt::format("Slope of ln({} + 1) per SD of {} with its 95 % interval, crude and adjusted; zero is marked.",
                      result.request.outcome, result.request.exposure));
  for (const double tick : nice_ticks(x.low, x.high, 5)) {
    svg.line(x(tick), 10, x(tick), bottom, {color::faint});
    svg.text(x(tick), bottom + 20, tick_label(tick), {.anchor = Anchor::Middle});
  }
  svg.line(x(0), 6, x(0), bottom, {color::ink, 1.5, "4 4"});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const cohort::Term& slope = cohort::exposure_slope(rows[i]->per_sd);
    const double y = 50 + 62 * static_cast<double>(i);
    const std::string_view fill = i + 1 == rows.size() && i > 0 ? color::blue : color::grey;
    svg.text(20, y - 16,
             fmt::format("{} (n = {}): {:.3f} ({:.3f} to {:.3f})", rows[i]->label, rows[i]->per_sd.n, slope.estimate,
                         *slope.ci_low, *slope.ci_high));
    svg.line(x(*slope.ci_low), y, x(*slope.ci_high), y, {fill, 3});
    svg.circle(x(slope.estimate), y, 6, fill);
  }
  svg.text(320, bottom + 44,
           fmt::format("slope of ln({} + 1) per SD of {}", result.request.outcome, result.request.exposure),
           {.anchor = Anchor::Middle, .size_px = 15});
  return svg.str();
}

} // namespace osteocalc::report
