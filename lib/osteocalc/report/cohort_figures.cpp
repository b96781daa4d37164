// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_figures.h"

#include "osteocalc/cohort/agreement_models.h"
#include "osteocalc/cohort/findings.h"
#include "osteocalc/report/plot_axes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <optional>

namespace osteocalc::report {

namespace {

using cohort::CohortResult;
using cohort::FittedModel;
using cohort::ScatterPoint;

constexpr Stroke crude_stroke{color::ink, 2.5, "8 5"}, adjusted_stroke{color::ink, 2.5};

/// Range of the points with a margin, so that none sits on an axis.
Scale scale_of(const std::vector<ScatterPoint>& points, double ScatterPoint::*value, double from_px, double to_px) {
  const auto [low, high] = std::minmax_element(points.begin(), points.end(),
                                               [value](const auto& a, const auto& b) { return a.*value < b.*value; });
  return padded_scale((*low).*value, (*high).*value, from_px, to_px, 0.04);
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

void draw_log_axes(Svg& svg, const Axes& axes, const std::string& x_name, const std::string& y_name) {
  for (const double score : score_ticks(axes.y))
    draw_y_tick(svg, axes, std::log1p(score), tick_label(score));
  draw_x_axis_and_names(svg, axes, x_name, y_name);
}

/// Colour and shape both tell the groups apart.
void draw_point(Svg& svg, double x, double y, bool second_group, double opacity) {
  if (second_group)
    svg.square(x, y, 2.6, color::vermilion, opacity);
  else
    svg.circle(x, y, 3, color::blue, opacity);
}

/// The line through the means, cut where it leaves the plot.
void draw_line(Svg& svg, const Axes& axes, const CohortResult& result, double slope, const Stroke& stroke) {
  const auto at = [&](double x) { return result.mean_y + slope * (x - result.mean_x); };
  double left = axes.x.low, right = axes.x.high;
  if (slope != 0) {
    const auto [a, b] = std::minmax(
        {result.mean_x + (axes.y.low - result.mean_y) / slope, result.mean_x + (axes.y.high - result.mean_y) / slope});
    left = std::max(left, a);
    right = std::min(right, b);
  }
  svg.line(axes.x(left), axes.y(at(left)), axes.x(right), axes.y(at(right)), stroke);
}

/// Slopes in the unit of the points; empty unless the lead is a straight line through them.
std::optional<double> slope_of_points(const CohortResult& result, const FittedModel& model) {
  if (model.spec.family != "linear")
    return std::nullopt;
  return cohort::exposure_slope(model).estimate / (result.per_sd ? result.exposure_sd : 1);
}

std::string group_label(const CohortResult& result, const std::string& level) {
  if (result.group_column == "sex" && (level == "F" || level == "M"))
    return level == "F" ? "women" : "men";
  return result.group_column + " " + level;
}

struct LegendEntry {
  std::string label;
  double symbol_width;
  std::function<void(Svg&, double x, double y)> symbol;
};

/// In one row above the plot, where no point can lie under it.
void draw_legend(Svg& svg, const std::vector<LegendEntry>& entries, double x) {
  constexpr double y = 20, letter = 8.4;
  for (const LegendEntry& entry : entries) {
    entry.symbol(svg, x, y);
    svg.text(x + entry.symbol_width + 6, y + 5, entry.label);
    x += entry.symbol_width + 24 + letter * static_cast<double>(entry.label.size());
  }
}

std::vector<std::string> group_levels(const CohortResult& result) {
  std::vector<std::string> levels;
  for (const ScatterPoint& point : result.points)
    if (!point.group.empty() && std::find(levels.begin(), levels.end(), point.group) == levels.end())
      levels.push_back(point.group);
  std::sort(levels.begin(), levels.end());
  return levels;
}

LegendEntry line_entry(const std::string& label, const Stroke& stroke) {
  return {label, 34, [stroke](Svg& svg, double x, double y) { svg.line(x, y, x + 34, y, stroke); }};
}

/// Models whose slopes share an axis.
struct Panel {
  std::string title;
  bool ratio = false; ///< drawn as logarithms, labelled as ratios
  std::vector<const FittedModel*> rows;
};

bool belongs_on_panel(const FittedModel& model) {
  const cohort::Term& slope = cohort::exposure_slope(model);
  return model.role != "groups" && !cohort::is_agreement(model.spec.family) && cohort::has_one_slope(model.spec) &&
         slope.ci_low && slope.ci_high && std::isfinite(*slope.ci_low) && std::isfinite(*slope.ci_high);
}

Panel empty_panel(const FittedModel& model) {
  std::string family = model.spec.family;
  std::replace(family.begin(), family.end(), '_', ' ');
  return {fmt::format("{}{}: {} on {}", family, model.spec.design == "survey" ? ", survey" : "", model.spec.outcome,
                      model.spec.terms.front()),
          cohort::is_log_ratio(model.model),
          {}};
}

/// One panel for each family, design, outcome and exposure; in each the crude model stands above its adjusted one.
std::vector<Panel> make_panels(const CohortResult& result) {
  std::vector<Panel> panels;
  for (const FittedModel& model : result.models) {
    if (model.role == "crude" || !belongs_on_panel(model))
      continue;
    Panel wanted = empty_panel(model);
    auto panel =
        std::find_if(panels.begin(), panels.end(), [&](const Panel& known) { return known.title == wanted.title; });
    if (panel == panels.end())
      panel = panels.insert(panels.end(), std::move(wanted));
    for (const FittedModel& crude : result.models)
      if (crude.role == "crude" && crude.companion_of == model.spec.id && belongs_on_panel(crude))
        panel->rows.push_back(&crude);
    panel->rows.push_back(&model);
  }
  return panels;
}

constexpr double row_px = 40;

double panel_height(const Panel& panel) {
  return 62 + row_px * static_cast<double>(panel.rows.size());
}

void draw_row(Svg& svg, const FittedModel& row, const CohortResult& result, const Scale& x, double y) {
  const cohort::Term& slope = cohort::exposure_slope(row);
  const bool is_crude = row.spec.terms.size() == 1;
  const std::string_view fill = row.spec.id == result.lead ? color::blue : is_crude ? color::grey : color::green;
  const bool narrow = x.to_px - x.from_px < 400;
  svg.text(x.from_px, y - 10,
           fmt::format("{}{}: {}", shortened(row.spec.id, narrow ? 24 : 40),
                       narrow ? "" : fmt::format(", n = {}", row.model.n), cohort::effect_number(result, row)),
           {.size_px = 12});
  svg.line(x(*slope.ci_low), y, x(*slope.ci_high), y, {fill, 3});
  if (is_crude)
    svg.circle(x(slope.estimate), y, 5, fill);
  else
    svg.square(x(slope.estimate), y, 5, fill);
}

void draw_panel(Svg& svg, const Panel& panel, const CohortResult& result, double left, double right, double top) {
  double low = 0, high = 0;
  for (const FittedModel* row : panel.rows) {
    low = std::min(low, *cohort::exposure_slope(*row).ci_low);
    high = std::max(high, *cohort::exposure_slope(*row).ci_high);
  }
  const double bottom = top + 22 + row_px * static_cast<double>(panel.rows.size());
  const Scale x = padded_scale(low, high, left, right);
  svg.text(left, top + 12, shortened(panel.title, static_cast<std::size_t>((right - left) / 7)), {.size_px = 14});
  for (const double tick : nice_ticks(x.low, x.high, right - left > 400 ? 5 : 3)) {
    svg.line(x(tick), top + 20, x(tick), bottom, {color::faint});
    svg.text(x(tick), bottom + 16, panel.ratio ? fmt::format("{:.2f}", std::exp(tick)) : tick_label(tick),
             {.anchor = Anchor::Middle, .size_px = 12});
  }
  svg.line(x(0), top + 20, x(0), bottom, {color::ink, 1.5, "4 4"});
  for (std::size_t i = 0; i < panel.rows.size(); ++i)
    draw_row(svg, *panel.rows[i], result, x, top + 52 + row_px * static_cast<double>(i));
}

} // namespace

Figure cohort_scatter_figure(const CohortResult& result) {
  constexpr std::size_t most_points = 4000;
  const std::size_t step = (result.points.size() + most_points - 1) / most_points;
  const FittedModel& lead = cohort::lead_model(result);
  const FittedModel* crude = cohort::crude_model(result);
  const std::optional<double> lead_slope = slope_of_points(result, lead);
  Svg svg("scatter", 640, 480, fmt::format("{} against {}", result.outcome, result.exposure),
          fmt::format("One point a person, {} people.{}{}", result.points.size(),
                      !lead_slope ? ""
                      : crude     ? " With the crude line and the adjusted line."
                                  : " With the crude line.",
                      result.log_of.empty() ? "" : " The vertical axis is logarithmic in the score + 1."));
  const Axes axes{scale_of(result.points, &ScatterPoint::exposure, 76, 626),
                  scale_of(result.points, &ScatterPoint::outcome, 420, 40)};
  const std::string x_name = result.exposure + (step > 1 ? fmt::format(" (1 in {} people shown)", step) : "");
  if (result.log_of.empty())
    draw_plain_axes(svg, axes, x_name, result.outcome);
  else
    draw_log_axes(svg, axes, x_name, result.outcome + " (ln(score + 1) scale)");
  const std::vector<std::string> groups = group_levels(result);
  const double opacity = result.points.size() > 300 ? 0.3 : 0.65;
  for (std::size_t i = 0; i < result.points.size(); i += step) {
    const ScatterPoint& point = result.points[i];
    draw_point(svg, axes.x(point.exposure), axes.y(point.outcome), groups.size() > 1 && point.group != groups.front(),
               opacity);
  }
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < groups.size(); ++i)
    legend.push_back({group_label(result, groups[i]), 8,
                      [i](Svg& drawing, double x, double y) { draw_point(drawing, x + 4, y, i > 0, 1); }});
  if (lead_slope) {
    draw_line(svg, axes, result, crude ? *slope_of_points(result, *crude) : *lead_slope, crude_stroke);
    legend.push_back(line_entry("crude", crude_stroke));
    if (crude) {
      draw_line(svg, axes, result, *lead_slope, adjusted_stroke);
      legend.push_back(line_entry("adjusted", adjusted_stroke));
    }
  }
  draw_legend(svg, legend, axes.x.from_px);
  return {"scatter",
          fmt::format("One point a person.{}", lead_slope ? " Dashed line: crude; solid line: adjusted, drawn for the "
                                                            "average of the variables adjusted for."
                                                          : ""),
          std::move(svg)};
}

/// Two columns when there are many panels; each goes where there is more room.
Figure cohort_change_figure(const CohortResult& result) {
  const std::vector<Panel> panels = make_panels(result);
  const bool two = panels.size() > 2;
  std::array<double, 2> filled{8, 8};
  std::vector<std::pair<std::size_t, double>> places; // column and top
  for (const Panel& panel : panels) {
    const std::size_t column = two && filled[1] < filled[0] ? 1 : 0;
    places.emplace_back(column, filled[column]);
    filled[column] += panel_height(panel);
  }
  Svg svg("change", 640, std::max({filled[0], filled[1], 60.0}), "The slope before and after adjustment",
          fmt::format("Estimates for {} with their 95 % intervals, crude above adjusted, one panel a scale; no "
                      "association is marked.",
                      result.exposure));
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const auto [column, top] = places[i];
    const double left = column == 0 ? 14 : 334;
    draw_panel(svg, panels[i], result, left, two ? left + 290 : 626, top);
  }
  return {
      "change",
      "The exposure in each model with its 95 % interval. Circle: crude; square: adjusted; blue: the model the report "
      "leads with; dashed line: no association (slope 0 or ratio 1). Panels have scales of their own.",
      std::move(svg)};
}

std::vector<Figure> cohort_figures(const CohortResult& result) {
  std::vector<Figure> figures;
  figures.push_back(cohort_change_figure(result));
  if (result.checks.dose_response)
    figures.push_back(cohort_dose_figure(result));
  if (!result.points.empty())
    figures.push_back(cohort_scatter_figure(result));
  if (result.quadrants)
    figures.push_back(cohort_quadrant_figure(result));
  if (std::count_if(result.specifications.begin(), result.specifications.end(),
                    [](const auto& one) { return one.failure.empty(); }) > 1)
    figures.push_back(cohort_specification_figure(result));
  if (!result.checks.fitted_and_residual.empty())
    figures.push_back(cohort_residual_figure(result));
  return figures;
}

} // namespace osteocalc::report
