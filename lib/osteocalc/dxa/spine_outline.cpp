// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/spine_outline.h"

#include "osteocalc/dxa/flat_image.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace osteocalc::dxa {
namespace {

constexpr double least_half_width_mm = 13, most_half_width_mm = 34;

double at_row(const std::vector<double>& line, double row) {
  const double last = static_cast<double>(line.size()) - 1, place = std::clamp(row, 0.0, last);
  const auto i = static_cast<std::size_t>(std::min(place, std::max(0.0, last - 1)));
  const double t = place - static_cast<double>(i);
  return i + 1 < line.size() ? std::lerp(line[i], line[i + 1], t) : line[i];
}

double value_at(const Volume<float>& image, double x_mm, double y_mm) {
  return interpolated(image, x_mm / image.geometry().spacing_mm[0] - 0.5, y_mm / image.geometry().spacing_mm[1] - 0.5);
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

/// One edge: `side` is -1 on the image's left.
std::vector<double> find_edge(const Volume<float>& map, const std::vector<double>& axis, int side) {
  const double step = 0.5; // mm
  const int offsets = static_cast<int>((most_half_width_mm - least_half_width_mm) / step) + 1, height = map.size(1);
  const double row_mm = map.geometry().spacing_mm[1];
  std::vector<double> cost(static_cast<std::size_t>(offsets) * static_cast<std::size_t>(height));
  const auto mean = [&](int y, double from, double to) {
    double sum = 0;
    int n = 0;
    for (double d = from; d <= to; d += step, ++n)
      sum += value_at(map, axis[static_cast<std::size_t>(y)] + side * d, (y + 0.5) * row_mm);
    return sum / n;
  };
  for (int y = 0; y < height; ++y)
    for (int k = 0; k < offsets; ++k) {
      const double d = least_half_width_mm + k * step;
      const double inside = mean(y, d - 2.5, d - 0.5), outside = mean(y, d + 0.5, d + 4);
      cost[static_cast<std::size_t>(y * offsets + k)] = outside - std::min(inside, 0.6);
    }
  const std::vector<int> path = cheapest_path(cost, offsets, 1, 0.05);
  std::vector<double> edge;
  for (int y = 0; y < height; ++y)
    edge.push_back(axis[static_cast<std::size_t>(y)] +
                   side * (least_half_width_mm + path[static_cast<std::size_t>(y)] * step));
  return smoothed(edge, 1.5 / row_mm);
}

/// Mineral along a line through the outline without what processes put over it: the mean of the lower half of samples
/// off the midline. `rise_mm` is how much lower the line's right end lies.
double clear_mean(const Volume<float>& map, const SpineOutline& outline, double y_mm, double rise_mm) {
  std::vector<double> samples;
  for (const double side : {-1.0, 1.0})
    for (double u = 0.2; u < 0.88; u += 0.06) {
      const double y = y_mm + 0.5 * side * u * rise_mm;
      const double x = outline.center_at(y) + 0.5 * side * u * (outline.right_at(y) - outline.left_at(y));
      samples.push_back(value_at(map, x, y));
    }
  const auto half = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::ranges::nth_element(samples, half);
  return std::accumulate(samples.begin(), half, 0.0) / static_cast<double>(half - samples.begin());
}

/// Mineral of the bodies above and below a gap.
struct Beside {
  double above = 0, below = 0;
};

Beside beside(const Volume<float>& map, const SpineOutline& outline, double y_mm, double rise_mm) {
  const auto mean = [&](double dy) { return clear_mean(map, outline, y_mm + dy, rise_mm); };
  return {0.25 * (mean(-14) + mean(-11) + mean(-9) + mean(-7)), 0.25 * (mean(14) + mean(11) + mean(9) + mean(7))};
}

DiscGap gap_line(const SpineOutline& outline, double y_mm, double rise_mm, double depth) {
  const double left_y = y_mm - 0.5 * rise_mm, right_y = y_mm + 0.5 * rise_mm;
  return {{outline.left_at(left_y), left_y}, {outline.right_at(right_y), right_y}, depth};
}

double depth_at(const Volume<float>& map, const SpineOutline& outline, double y_mm, double rise_mm) {
  const auto mean = [&](double dy) { return clear_mean(map, outline, y_mm + dy, rise_mm); };
  const auto [above, below] = beside(map, outline, y_mm, rise_mm);
  const double bodies = std::min(above, below) + 0.25 * std::abs(above - below);
  return bodies > 0.05 ? 1 - (mean(-1) + mean(0) + mean(1)) / (3 * bodies) : 0;
}

/// The same gap with the tilt at which it is widest, in the middle between the endplates: where mineral has risen
/// half-way on each side.
DiscGap refined(const Volume<float>& map, const SpineOutline& outline, double y_mm) {
  constexpr double tilt_must_gain = 0.05; // mm of width a mm of rise
  double best_width = 0;
  DiscGap best = gap_line(outline, y_mm, 0, depth_at(map, outline, y_mm, 0));
  for (double rise = -12; rise <= 12; rise += 1) {
    const auto [above, below] = beside(map, outline, y_mm, rise);
    const double floor = clear_mean(map, outline, y_mm, rise);
    const auto reach = [&](double direction, double body) {
      double dy = 0;
      while (dy < 9 && clear_mean(map, outline, y_mm + direction * dy, rise) < 0.5 * (floor + body))
        dy += 0.25;
      return dy;
    };
    const double up = reach(-1, above), down = reach(1, below);
    const double width = up + down - tilt_must_gain * std::abs(rise);
    if (width > best_width) {
      best_width = width;
      best = gap_line(outline, y_mm + 0.5 * (down - up), rise, depth_at(map, outline, y_mm, rise));
    }
  }
  return best;
}

/// How well two neighbouring gaps fit as the ends of one vertebra with its discs; nothing when they cannot.
std::optional<double> spacing_score(double spacing_mm) {
  if (spacing_mm < 20 || spacing_mm > 50)
    return std::nullopt;
  const double off = (spacing_mm - 35) / 14;
  return 1 - off * off;
}

/// The chain of gaps, each a vertebra below the one before, that is deepest and most evenly spaced.
std::vector<DiscGap> best_chain(const std::vector<DiscGap>& gaps) {
  std::vector<double> score(gaps.size());
  std::vector<std::size_t> before(gaps.size());
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    score[i] = gaps[i].depth;
    before[i] = i;
    for (std::size_t k = 0; k < i; ++k)
      if (const auto fit = spacing_score(gaps[i].y_mm() - gaps[k].y_mm());
          fit && score[k] + *fit + gaps[i].depth > score[i]) {
        score[i] = score[k] + *fit + gaps[i].depth;
        before[i] = k;
      }
  }
  std::vector<DiscGap> chain;
  if (gaps.empty())
    return chain;
  auto i = static_cast<std::size_t>(std::ranges::max_element(score) - score.begin());
  for (;; i = before[i]) {
    chain.insert(chain.begin(), gaps[i]);
    if (before[i] == i)
      return chain;
  }
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
  const Volume<float> map = blurred(bone, std::clamp(20 * noise_g_cm2, 0.5, 2.0));
  return {find_edge(map, axis, -1), find_edge(map, axis, 1), bone.geometry().spacing_mm[1]};
}

std::vector<DiscGap> find_disc_gaps(const Volume<float>& bone, const SpineOutline& outline) {
  const Volume<float> map = blurred(bone, 0.7);
  constexpr double least_depth = 0.05;
  const int steps = static_cast<int>(outline.height_mm());
  std::vector<double> depths;
  for (int y = 0; y < steps; ++y) {
    // Of three tilts the best: a bent spine's gaps would close on a level line.
    double best = 0;
    for (const double rise : {-6.0, 0.0, 6.0})
      best = std::max(best, depth_at(map, outline, y + 0.5, rise));
    depths.push_back(best);
  }
  std::vector<DiscGap> gaps;
  constexpr int apart = 5; // mm
  for (int y = 2; y < steps - 2; ++y) {
    const auto from = depths.begin() + std::max(0, y - apart), to = depths.begin() + std::min(steps, y + apart + 1);
    const double here = depths[static_cast<std::size_t>(y)];
    if (here >= least_depth && std::ranges::max_element(from, to) - depths.begin() == y)
      gaps.push_back(refined(map, outline, y + 0.5));
  }
  return best_chain(gaps);
}

} // namespace osteocalc::dxa
