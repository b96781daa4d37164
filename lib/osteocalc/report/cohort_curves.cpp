// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_figures.h"

#include "osteocalc/report/plot_axes.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace osteocalc::report {

namespace {

using cohort::CohortResult;
using cohort::Specification;

std::string exposure_axis(const CohortResult& result) {
  return result.per_sd ? result.exposure + " (SD from its mean)" : result.exposure;
}

std::string p_text(double p) {
  return p < 0.001 ? "< 0.001" : fmt::format("= {:.3f}", p);
}

/// By bisection: a picture needs no more, and cohort's own is not among the result structs.
double normal_quantile(double probability) {
  double low = -8, high = 8;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::sqrt(2.0)) < probability ? low : high) = middle;
  }
  return low;
}

std::vector<const Specification*> sorted_fits(const CohortResult& result, const std::string& family) {
  std::vector<const Specification*> fits;
  for (const Specification& one : result.specifications)
    if (one.failure.empty() && one.spec.family == family)
      fits.push_back(&one);
  std::stable_sort(fits.begin(), fits.end(), [](const Specification* a, const Specification* b) {
    return a->standardized.estimate < b->standardized.estimate;
  });
  return fits;
}

bool is_lead(const CohortResult& result, const Specification& one) {
  const cohort::ModelSpec& lead = cohort::lead_model(result).spec;
  return one.spec.outcome == lead.outcome && one.spec.design == lead.design && one.spec.terms == lead.terms;
}

/// The rows of choices below the curve: every value of a dimension that has more than one.
struct Choice {
  std::string label;
  std::string (*of)(const Specification&);
  std::string value;
};

std::vector<Choice> choices(const std::vector<const Specification*>& fits) {
  using Of = std::string (*)(const Specification&);
  const std::pair<const char*, Of> dimensions[] = {
      {"outcome", [](const Specification& one) { return one.spec.outcome; }},
      {"exposure", [](const Specification& one) { return one.spec.terms.front(); }},
      {"adjusted", [](const Specification& one) { return one.covariates; }},
      {"design", [](const Specification& one) { return one.spec.design; }}};
  std::vector<Choice> rows;
  for (const auto& [name, of] : dimensions) {
    std::vector<std::string> values;
    for (const Specification* one : fits)
      if (std::find(values.begin(), values.end(), of(*one)) == values.end())
        values.push_back(of(*one));
    std::sort(values.begin(), values.end());
    for (const std::string& value : values)
      rows.push_back({fmt::format("{}: {}", name, value), of, value});
  }
  return rows;
}

constexpr double left_px = 200, right_px = 626, curve_px = 190, row_px = 17;

double panel_height(const std::vector<const Specification*>& fits) {
  return fits.empty() ? 0 : 40 + curve_px + 14 + row_px * static_cast<double>(choices(fits).size()) + 20;
}

void draw_curve(Svg& svg, const CohortResult& result, const std::vector<const Specification*>& fits, double top,
                const std::string& title) {
  double low = 0, high = 0;
  for (const Specification* one : fits) {
    low = std::min(low, *one->standardized.ci_low);
    high = std::max(high, *one->standardized.ci_high);
  }
  const Scale y = padded_scale(low, high, top + 30 + curve_px, top + 30);
  const Scale x{-0.5, static_cast<double>(fits.size()) - 0.5, left_px, right_px};
  svg.text(14, top + 16, title, {.size_px = 15});
  for (const double tick : nice_ticks(y.low, y.high, 4)) {
    svg.line(left_px, y(tick), right_px, y(tick), {tick == 0 ? color::ink : color::faint});
    svg.text(left_px - 8, y(tick) + 5, tick_label(tick), {.anchor = Anchor::End});
  }
  const std::vector<Choice> rows = choices(fits);
  const double first = top + 30 + curve_px + 24;
  for (std::size_t r = 0; r < rows.size(); ++r)
    svg.text(left_px - 8, first + row_px * static_cast<double>(r) + 4, shortened(rows[r].label, 29),
             {.anchor = Anchor::End, .size_px = 12});
  const double dot = std::clamp(0.35 * (right_px - left_px) / static_cast<double>(fits.size()), 0.8, 3.5);
  for (std::size_t i = 0; i < fits.size(); ++i) {
    const cohort::Term& slope = fits[i]->standardized;
    const bool lead = is_lead(result, *fits[i]);
    const std::string_view fill = lead ? color::vermilion : cohort::covers_zero(slope) ? color::grey : color::blue;
    const double at = x(static_cast<double>(i));
    svg.line(at, y(*slope.ci_low), at, y(*slope.ci_high), {fill, lead ? 2.5 : std::max(1.0, dot / 2)});
    svg.circle(at, y(slope.estimate), lead ? 5 : std::max(1.5, dot), fill);
    for (std::size_t r = 0; r < rows.size(); ++r)
      if (rows[r].of(*fits[i]) == rows[r].value)
        svg.square(at, first + row_px * static_cast<double>(r), dot, fill);
  }
}

} // namespace

Figure cohort_specification_figure(const CohortResult& result) {
  const auto linear = sorted_fits(result, "linear"), logistic = sorted_fits(result, "logistic");
  const std::size_t fitted = linear.size() + logistic.size(), failed = result.specifications.size() - fitted;
  const double height = 10 + panel_height(linear) + panel_height(logistic);
  Svg svg(
      "specifications", 640, height, "Specification curve",
      "The slope of the exposure in every reasonable model, in order of size, with 95 % intervals; below, the choices "
      "that made each.");
  if (!linear.empty())
    draw_curve(svg, result, linear, 4, "linear: SD of the outcome per SD of the exposure");
  if (!logistic.empty())
    draw_curve(svg, result, logistic, 4 + panel_height(linear), "logistic: log odds per SD of the exposure");
  return {"specifications",
          fmt::format(
              "{} models in the order of their slope, with 95 % intervals. Blue: the interval excludes zero; grey: "
              "it covers zero; red: the model the report leads with. Squares below mark the choices of each. "
              "No interval is corrected for the number of models.{}",
              fitted,
              failed == 0 ? "" : fmt::format(" {} could not be fitted; tables/specifications.csv says why.", failed)),
          std::move(svg)};
}

Figure cohort_dose_figure(const CohortResult& result) {
  const cohort::DoseResponse& curve = *result.checks.dose_response;
  double low = 0, high = 0;
  for (const cohort::CurvePoint& point : curve.points) {
    low = std::min(low, point.low);
    high = std::max(high, point.high);
  }
  const cohort::FittedModel& lead = cohort::lead_model(result);
  const std::string what = cohort::is_log_ratio(lead.model) ? "log odds of " : "difference in ";
  Svg svg("dose-response", 640, 420, "Dose-response curve",
          fmt::format("{}{} against {}, relative to the median, with its 95 % band.", what, lead.spec.outcome,
                      result.exposure));
  const Axes axes{padded_scale(curve.points.front().x, curve.points.back().x, 76, 626, 0.02),
                  padded_scale(low, high, 360, 20)};
  draw_plain_axes(svg, axes, exposure_axis(result), what + lead.spec.outcome);
  std::vector<std::pair<double, double>> band;
  for (const cohort::CurvePoint& point : curve.points)
    band.emplace_back(axes.x(point.x), axes.y(point.high));
  for (auto point = curve.points.rbegin(); point != curve.points.rend(); ++point)
    band.emplace_back(axes.x(point->x), axes.y(point->low));
  svg.polygon(band, color::blue, 0.2);
  svg.line(axes.x.from_px, axes.y(0), axes.x.to_px, axes.y(0), {color::ink, 1.5, "4 4"});
  for (std::size_t i = 1; i < curve.points.size(); ++i)
    svg.line(axes.x(curve.points[i - 1].x), axes.y(curve.points[i - 1].estimate), axes.x(curve.points[i].x),
             axes.y(curve.points[i].estimate), {color::blue, 2.5});
  svg.circle(axes.x(curve.reference), axes.y(0), 4, color::ink);
  std::string tests;
  for (const cohort::ModelTest& test : curve.tests)
    tests +=
        fmt::format(" {} test: p {}.", test.name.starts_with("overall") ? "Overall" : "Non-linearity", p_text(test.p));
  return {"dose_response",
          fmt::format("The lead model with a restricted cubic spline of the exposure (4 knots), relative to the median "
                      "(point), 1st to 99th percentile, with its 95 % band.{}",
                      tests),
          std::move(svg)};
}

Figure cohort_quadrant_figure(const CohortResult& result) {
  const cohort::Quadrants& q = *result.quadrants;
  Svg svg("quadrants", 640, 360, "Low bone and much calcium",
          fmt::format("Counts of people by {} and {}.", result.exposure, result.outcome));
  const double total = static_cast<double>(q.neither + q.calcium + q.bone + q.both);
  struct Cell {
    double x, y;
    const char* label;
    std::size_t count;
    std::string_view fill;
  };
  const Cell cells[] = {{90, 20, "low bone and much calcium", q.both, color::vermilion},
                        {360, 20, "much calcium only", q.calcium, color::blue},
                        {90, 165, "low bone only", q.bone, color::green},
                        {360, 165, "neither", q.neither, color::grey}};
  for (const Cell& cell : cells) {
    const double share = static_cast<double>(cell.count) / total;
    svg.polygon({{cell.x, cell.y}, {cell.x + 260, cell.y}, {cell.x + 260, cell.y + 135}, {cell.x, cell.y + 135}},
                cell.fill, 0.08 + 0.5 * share);
    svg.text(cell.x + 130, cell.y + 55, cell.label, {.anchor = Anchor::Middle, .size_px = 16});
    svg.text(cell.x + 130, cell.y + 85, fmt::format("{} ({:.1f} %)", cell.count, 100 * share),
             {.anchor = Anchor::Middle, .size_px = 18});
  }
  svg.text(220, 322, fmt::format("below {:.4g}", q.exposure_cut), {.anchor = Anchor::Middle});
  svg.text(490, 322, fmt::format("{:.4g} and above", q.exposure_cut), {.anchor = Anchor::Middle});
  svg.text(355, 346, result.exposure, {.anchor = Anchor::Middle, .size_px = 15});
  svg.text(76, 87, fmt::format("{:.4g} and above", q.outcome_cut), {.anchor = Anchor::Middle, .turn_deg = -90});
  svg.text(76, 232, fmt::format("below {:.4g}", q.outcome_cut), {.anchor = Anchor::Middle, .turn_deg = -90});
  svg.text(48, 160, result.outcome, {.anchor = Anchor::Middle, .size_px = 15, .turn_deg = -90});
  return {
      "quadrants",
      fmt::format("Both in {} of {:.0f} people; {:.1f} would be expected were the two unrelated (crude: both go with "
                  "age). Cut-offs: {}.",
                  q.both, total, q.expected_both,
                  q.cuts_from_plan ? "the plan's"
                                   : "lowest quarter of bone, highest quarter of calcium, unless the "
                                     "plan gives one; calcium above 0"),
      std::move(svg)};
}

Figure cohort_residual_figure(const CohortResult& result) {
  std::vector<double> residuals;
  double low = 0, high = 0;
  for (const auto& [fitted, residual] : result.checks.fitted_and_residual) {
    residuals.push_back(residual);
    low = std::min(low, fitted);
    high = std::max(high, fitted);
  }
  std::sort(residuals.begin(), residuals.end());
  Svg svg("residuals", 640, 340, "Residuals of the lead model",
          "Left, residuals against fitted values; right, against "
          "normal quantiles.");
  const Scale y = padded_scale(residuals.front(), residuals.back(), 270, 20);
  const Axes left{padded_scale(low, high, 70, 330), y}, right{{-4, 4, 390, 626}, y};
  draw_plain_axes(svg, left, "fitted", "residual");
  svg.line(left.x.from_px, y(0), left.x.to_px, y(0), {color::ink, 1.5, "4 4"});
  for (const auto& [fitted, residual] : result.checks.fitted_and_residual)
    svg.circle(left.x(fitted), y(residual), 2, color::blue, 0.35);
  svg.line(right.x.from_px, y.from_px, right.x.to_px, y.from_px, {color::grey});
  for (const double tick : {-3.0, 0.0, 3.0})
    svg.text(right.x(tick), y.from_px + 21, tick_label(tick), {.anchor = Anchor::Middle});
  svg.text(508, y.from_px + 44, "normal quantile", {.anchor = Anchor::Middle, .size_px = 15});
  const auto n = static_cast<double>(residuals.size());
  double squares = 0;
  for (const double residual : residuals)
    squares += residual * residual;
  const double sd = std::sqrt(squares / n), end = std::min({3.5, y.high / sd, -y.low / sd});
  svg.line(right.x(-end), y(-end * sd), right.x(end), y(end * sd), {color::ink, 1.5, "4 4"});
  for (std::size_t i = 0; i < residuals.size(); ++i)
    svg.circle(right.x(normal_quantile((static_cast<double>(i) + 0.5) / n)), y(residuals[i]), 2, color::blue, 0.35);
  return {"residuals",
          "Left: residuals of the lead model against its fitted values. Right: against normal quantiles; on "
          "the dashed line they would be normal. At most 1500 people are drawn.",
          std::move(svg)};
}

} // namespace osteocalc::report
