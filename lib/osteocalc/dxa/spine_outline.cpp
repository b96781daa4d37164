// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/spine_outline.h"

#include "osteocalc/dxa/disc_gaps.h"
#include "osteocalc/dxa/flat_image.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace osteocalc::dxa {
namespace {

constexpr double least_half_width_mm = 13, most_half_width_mm = 34;

/// Of the mineral in the spine's middle: above it, more tells nothing about an edge.
constexpr double rough_body_share = 1.0, body_share = 0.7;

double at_row(const std::vector<double>& line, double row) {
  const double last = static_cast<double>(line.size()) - 1, place = std::clamp(row, 0.0, last);
  const auto i = static_cast<std::size_t>(std::min(place, std::max(0.0, last - 1)));
  const double t = place - static_cast<double>(i);
  return i + 1 < line.size() ? std::lerp(line[i], line[i + 1], t) : line[i];
}

std::vector<double> smoothed(const std::vector<double>& line, double sigma) {
  std::vector<double> out(line.size());
  const int reach = static_cast<int>(std::ceil(3 * sigma)), last = static_cast<int>(line.size()) - 1;
  for (int i = 0; i <= last; ++i) {
    double sum = 0, weights = 0;
    for (int k = std::max(-reach, -i); k <= std::min(reach, last - i); ++k) {
      const double weight = std::exp(-0.5 * k * k / (sigma * sigma));
      weights += weight;
      sum += weight * line[static_cast<std::size_t>(i + k)];
    }
    out[static_cast<std::size_t>(i)] = sum / weights;
  }
  return out;
}

/// The middle of the spine in each row: where a window as wide as a body holds most mineral.
std::vector<double> find_axis(const Volume<float>& bone) {
  const int width = bone.size(0), height = bone.size(1);
  const double pixel = bone.geometry().spacing_mm[0];
  const Volume<float> map = blurred(bone, 4);
  const int half = static_cast<int>(20 / pixel);
  std::vector<double> cost(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      double sum = 0;
      for (int k = std::max(0, x - half); k <= std::min(width - 1, x + half); ++k)
        sum += std::min(0.8, static_cast<double>(map(k, y, 0)));
      // Both sides of a window are mirror images in a spine, and not where it is off the middle.
      double uneven = 0;
      for (int k = 1; k <= half; ++k)
        if (x - k >= 0 && x + k < width)
          uneven += std::abs(static_cast<double>(map(x + k, y, 0) - map(x - k, y, 0)));
        else
          uneven += 0.8;
      cost[static_cast<std::size_t>(y * width + x)] = (0.3 * uneven - sum) * pixel;
    }
  const std::vector<int> path = cheapest_path(cost, width, 1, 3);
  std::vector<double> axis;
  for (const int x : path)
    axis.push_back((x + 0.5) * pixel);
  return smoothed(axis, 8 / bone.geometry().spacing_mm[1]);
}

/// Median mineral in the middle of the spine.
double middle_mineral(const Volume<float>& map, const std::vector<double>& axis) {
  std::vector<double> values;
  for (std::size_t y = 0; y < axis.size(); ++y)
    for (double d = -12; d <= 12; d += 2)
      values.push_back(value_at(map, axis[y] + d, (static_cast<double>(y) + 0.5) * map.geometry().spacing_mm[1]));
  const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, half);
  return *half;
}

/// How badly each place beside the spine's middle does as a body's edge, row by row; `side` is -1 on the image's left.
class EdgeCost {
 public:
  static constexpr double step_mm = 0.5;

  EdgeCost(const Volume<float>& map, const std::vector<double>& axis, int side, double share)
      : axis_(axis), side_(side), row_mm_(map.geometry().spacing_mm[1]) {
    // More mineral than a thin part of a body holds tells nothing: processes within the outline have edges, too.
    most_ = share * middle_mineral(map, axis);
    for (std::size_t y = 0; y < axis.size(); ++y)
      for (int k = 0; k < offsets; ++k) {
        const double d = least_half_width_mm + k * step_mm;
        const double inside = mean(map, y, d - 2.2, d - 0.2), outside = mean(map, y, d + 0.8, d + 4.3);
        cost_.push_back(std::min(outside, most_) - std::min(inside, most_));
      }
  }
  [[nodiscard]] double at(double x_mm, double y_mm) const {
    const auto y =
        static_cast<std::size_t>(std::clamp(y_mm / row_mm_ - 0.5, 0.0, static_cast<double>(axis_.size()) - 1) + 0.5);
    const double k = std::clamp((side_ * (x_mm - axis_[y]) - least_half_width_mm) / step_mm, 0.0, offsets - 1.001);
    const std::size_t i = y * offsets + static_cast<std::size_t>(k);
    return std::lerp(cost_[i], cost_[i + 1], k - std::floor(k));
  }
  /// The cheapest smooth line, mm.
  [[nodiscard]] std::vector<double> line() const {
    const std::vector<int> path = cheapest_path(cost_, offsets, 1, 0.12 * most_);
    std::vector<double> edge;
    for (std::size_t y = 0; y < path.size(); ++y)
      edge.push_back(axis_[y] + side_ * (least_half_width_mm + path[y] * step_mm));
    return smoothed(edge, 1.5 / row_mm_);
  }

 private:
  static constexpr int offsets = static_cast<int>((most_half_width_mm - least_half_width_mm) / step_mm) + 1;

  [[nodiscard]] double mean(const Volume<float>& map, std::size_t y, double from, double to) const {
    double sum = 0;
    int n = 0;
    for (double d = from; d <= to; d += step_mm, ++n)
      sum += value_at(map, axis_[y] + side_ * d, (static_cast<double>(y) + 0.5) * row_mm_);
    return sum / n;
  }

  std::vector<double> axis_;
  int side_;
  double row_mm_, most_ = 0;
  std::vector<double> cost_;
};

/// One side of a vertebra as three numbers: where the edge is at the upper and lower rim, and how hollow it is between.
struct SideForm {
  double top_mm = 0, bottom_mm = 0, waist_mm = 0;
  /// \param t 0 at the upper rim, 1 at the lower one; straight on beyond them
  [[nodiscard]] double at(double t, int side) const {
    const double inside = std::clamp(t, 0.0, 1.0), w = 2 * inside - 1;
    return std::lerp(top_mm, bottom_mm, inside) - side * waist_mm * (1 - w * w);
  }
};

SideForm best_side(const EdgeCost& cost, const SpineOutline& outline, int side, double top_y, double bottom_y) {
  constexpr double reach_mm = 7, most_waist_mm = 4;
  const double middle = 0.5 * (top_y + bottom_y), half = 0.5 * (bottom_y - top_y);
  const auto seen = [&](double y) { return side < 0 ? outline.left_at(y) : outline.right_at(y); };
  const double start = 0.5 * (seen(middle - 0.5 * half) + seen(middle + 0.5 * half));
  const int rows = std::max(4, static_cast<int>(bottom_y - top_y));
  const std::ptrdiff_t clearest = (2 * rows + 2) / 3;
  std::vector<double> costs(static_cast<std::size_t>(rows) + 1);
  SideForm best;
  double least = 1e9;
  for (double top = start - reach_mm; top <= start + reach_mm; top += EdgeCost::step_mm)
    for (double bottom = start - reach_mm; bottom <= start + reach_mm; bottom += EdgeCost::step_mm)
      for (double waist = 0; waist <= most_waist_mm; waist += EdgeCost::step_mm) {
        const SideForm form{top, bottom, waist};
        for (int i = 0; i <= rows; ++i) {
          const double t = static_cast<double>(i) / rows;
          costs[static_cast<std::size_t>(i)] = cost.at(form.at(t, side), std::lerp(top_y, bottom_y, t));
        }
        // Where a transverse process leaves the body there is no edge to see: the clearest rows decide.
        std::ranges::nth_element(costs, costs.begin() + clearest);
        const double sum = std::accumulate(costs.begin(), costs.begin() + clearest, 0.0);
        if (sum < least) {
          least = sum;
          best = form;
        }
      }
  return best;
}

/// The map edges are looked for on.
Volume<float> edge_map(const Volume<float>& bone, double noise_g_cm2) {
  return blurred(bone, std::clamp(6 * noise_g_cm2, 0.5, 1.0));
}

} // namespace

double SpineOutline::left_at(double y_mm) const {
  return at_row(left_mm, y_mm / row_mm - 0.5);
}

double SpineOutline::right_at(double y_mm) const {
  return at_row(right_mm, y_mm / row_mm - 0.5);
}

SpineOutline find_spine_outline(const Volume<float>& bone, double noise_g_cm2) {
  const std::vector<double> axis = find_axis(bone);
  const Volume<float> map = edge_map(bone, noise_g_cm2);
  return {EdgeCost(map, axis, -1, rough_body_share).line(), EdgeCost(map, axis, 1, rough_body_share).line(),
          bone.geometry().spacing_mm[1]};
}

Polygon vertebra_outline(const Volume<float>& bone, double noise_g_cm2, const SpineOutline& outline,
                         const DiscGap& above, const DiscGap& below) {
  const Volume<float> map = edge_map(bone, noise_g_cm2);
  std::vector<double> axis;
  for (std::size_t y = 0; y < outline.left_mm.size(); ++y)
    axis.push_back(0.5 * (outline.left_mm[y] + outline.right_mm[y]));
  axis = smoothed(axis, 8 / outline.row_mm);
  Polygon polygon;
  for (const int side : {1, -1}) {
    const double from = (side < 0 ? above.left : above.right)[1], to = (side < 0 ? below.left : below.right)[1];
    const double top = from + above.half_height_mm, bottom = to - below.half_height_mm;
    const SideForm form = best_side(EdgeCost(map, axis, side, body_share), outline, side, top, bottom);
    const int steps = std::max(1, static_cast<int>(to - from));
    std::vector<Vec2> points;
    for (int i = 0; i <= steps; ++i) {
      const double y = std::lerp(from, to, static_cast<double>(i) / steps);
      points.push_back({form.at((y - top) / (bottom - top), side), y});
    }
    if (side < 0)
      std::ranges::reverse(points);
    polygon.insert(polygon.end(), points.begin(), points.end());
  }
  return polygon;
}

} // namespace osteocalc::dxa
