// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/disc_gaps.h"

#include "osteocalc/dxa/flat_image.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace osteocalc::dxa {
namespace {

/// Mineral at places along a line through the outline, off the midline where spinous processes are. `rise_mm` is how
/// much lower the line's right end lies.
std::vector<double> along_line(const Volume<float>& map, const SpineOutline& outline, double y_mm, double rise_mm) {
  std::vector<double> samples;
  for (const double side : {-1.0, 1.0})
    for (double u = 0.2; u < 0.88; u += 0.06) {
      const double y = y_mm + 0.5 * side * u * rise_mm;
      const double x = outline.center_at(y) + 0.5 * side * u * (outline.right_at(y) - outline.left_at(y));
      samples.push_back(value_at(map, x, y));
    }
  return samples;
}

/// Without what processes put over the line: the mean of the lower half of each side. Both sides count alike, or a line
/// that runs from a body into a gap would be as clear as the gap.
double clear_mean(const Volume<float>& map, const SpineOutline& outline, double y_mm, double rise_mm) {
  std::vector<double> samples = along_line(map, outline, y_mm, rise_mm);
  const auto side = static_cast<std::ptrdiff_t>(samples.size() / 2), half = side / 2;
  double sum = 0;
  for (const auto begin : {samples.begin(), samples.begin() + side}) {
    std::nth_element(begin, begin + half, begin + side);
    sum += std::accumulate(begin, begin + half, 0.0);
  }
  return sum / static_cast<double>(2 * half);
}

/// Mineral of the bodies above and below a gap.
struct Beside {
  double above = 0, below = 0;
};

Beside beside(const Volume<float>& map, const SpineOutline& outline, double y_mm, double rise_mm) {
  const auto mean = [&](double dy) { return clear_mean(map, outline, y_mm + dy, rise_mm); };
  return {0.25 * (mean(-14) + mean(-11) + mean(-9) + mean(-7)), 0.25 * (mean(14) + mean(11) + mean(9) + mean(7))};
}

DiscGap gap_line(const SpineOutline& outline, double y_mm, double rise_mm, double half_height_mm, double depth) {
  const double left_y = y_mm - 0.5 * rise_mm, right_y = y_mm + 0.5 * rise_mm;
  return {{outline.left_at(left_y), left_y}, {outline.right_at(right_y), right_y}, half_height_mm, depth};
}

double depth_at(const Volume<float>& map, const SpineOutline& outline, double y_mm, double rise_mm) {
  const auto mean = [&](double dy) { return clear_mean(map, outline, y_mm + dy, rise_mm); };
  const auto [above, below] = beside(map, outline, y_mm, rise_mm);
  const double bodies = std::min(above, below) + 0.25 * std::abs(above - below);
  return bodies > 0.05 ? 1 - (mean(-1) + mean(0) + mean(1)) / (3 * bodies) : 0;
}

/// How much lower the right end of a line across the spine lies, from the bend of its middle.
double level_rise(const SpineOutline& outline, double y_mm) {
  constexpr double around_mm = 25;
  const double slope = (outline.center_at(y_mm + around_mm) - outline.center_at(y_mm - around_mm)) / (2 * around_mm);
  return -slope * (outline.right_at(y_mm) - outline.left_at(y_mm));
}

/// The tilt of the line that meets least mineral over its whole length and a disc's height. The one that the spine's
/// bend suggests wins a tie.
double best_rise(const Volume<float>& map, const SpineOutline& outline, double y_mm, double expected_mm) {
  constexpr double must_gain = 0.002; // of the expected line's mineral, a mm
  double best = expected_mm, least = 1e9, start = 0;
  for (double off = 0; off <= 12; off += 1)
    for (const double tilt : {expected_mm + off, expected_mm - off}) {
      double sum = 0;
      for (double dy = -3; dy <= 3; dy += 1)
        for (const double value : along_line(map, outline, y_mm + dy, tilt))
          sum += std::max(0.0, value);
      if (off == 0)
        start = sum;
      if (sum + must_gain * start * off < least) {
        least = sum + must_gain * start * off;
        best = tilt;
      }
    }
  return best;
}

/// The same gap with its best tilt, in the middle between the endplates: where mineral has risen half-way on each side.
DiscGap refined(const Volume<float>& map, const SpineOutline& outline, double y_mm) {
  const double rise = best_rise(map, outline, y_mm, level_rise(outline, y_mm));
  const auto [above, below] = beside(map, outline, y_mm, rise);
  const double floor = clear_mean(map, outline, y_mm, rise);
  const auto reach = [&](double direction, double body) {
    double dy = 0;
    while (dy < 9 && clear_mean(map, outline, y_mm + direction * dy, rise) < 0.5 * (floor + body))
      dy += 0.25;
    return dy;
  };
  const double depth = depth_at(map, outline, y_mm, rise);
  // A closed gap shows neither tilt nor endplates.
  constexpr double least_depth = 0.3, usual_half_height_mm = 3;
  if (depth < least_depth)
    return gap_line(outline, y_mm, level_rise(outline, y_mm), usual_half_height_mm, depth);
  const double up = reach(-1, above), down = reach(1, below);
  return gap_line(outline, y_mm + 0.5 * (down - up), rise, 0.5 * (up + down), depth);
}

constexpr int shortest_mm = 20, longest_mm = 50; ///< of a vertebra with its two half discs

/// How much each mm of the column looks like a gap.
std::vector<double> depths(const Volume<float>& map, const SpineOutline& outline) {
  std::vector<double> depths;
  for (double y = 0.5; y < outline.height_mm(); y += 1) {
    double best = 0;
    for (const double more : {-5.0, 0.0, 5.0})
      best = std::max(best, depth_at(map, outline, y, level_rise(outline, y) + more));
    depths.push_back(best);
  }
  return depths;
}

/// How well a vertebra fits below one of another height: it is a little higher, unless one of both is crushed.
double growth_score(int above_mm, int below_mm) {
  constexpr double usual = 0.03, sd = 0.06, least = -3;
  return std::max(least, -0.5 * std::pow((std::log(static_cast<double>(below_mm) / above_mm) - usual) / sd, 2));
}

/// The places of the best chain of gaps down the whole column.
class Chain {
 public:
  explicit Chain(std::vector<double> depths) : depths_(std::move(depths)), states_(depths_.size() * heights) {
    for (int y = margin_mm; y < last(); ++y)
      for (int height = shortest_mm; height <= longest_mm; ++height)
        reach(y, height);
  }
  [[nodiscard]] std::vector<int> places() const {
    double best = impossible;
    int y = 0, height = 0;
    for (int end = std::max(margin_mm, last() - longest_mm); end < last(); ++end)
      for (int above = shortest_mm; above <= longest_mm; ++above)
        if (end + above >= last() && at(end, above).score > best) {
          best = at(end, above).score;
          y = end;
          height = above;
        }
    std::vector<int> places;
    while (height > 0) {
      places.insert(places.begin(), y);
      const int before = at(y, height).height_before;
      y -= height;
      height = before;
    }
    return places;
  }

 private:
  static constexpr double impossible = -1e9;
  static constexpr int margin_mm = 10, heights = longest_mm - shortest_mm + 1;

  /// The best chain that ends in a gap below a vertebra of some height.
  struct State {
    double score = impossible;
    int height_before = 0; ///< of the vertebra before; 0 at the chain's upper end
  };

  [[nodiscard]] int last() const { return static_cast<int>(depths_.size()) - margin_mm; }
  [[nodiscard]] const State& at(int y, int height) const {
    return states_[static_cast<std::size_t>(y * heights + height - shortest_mm)];
  }
  void reach(int y, int height) {
    constexpr double depth_weight = 7, usual_mm = 35, sd_mm = 9;
    State best;
    if (y - height < margin_mm)
      best.score = 0; // its vertebra is cut by the image's edge
    else
      for (int before = shortest_mm; before <= longest_mm; ++before)
        if (const double score = at(y - height, before).score + growth_score(before, height); score > best.score)
          best = {score, before};
    best.score += depth_weight * depths_[static_cast<std::size_t>(y)] - 0.5 * std::pow((height - usual_mm) / sd_mm, 2);
    states_[static_cast<std::size_t>(y * heights + height - shortest_mm)] = best;
  }

  std::vector<double> depths_;
  std::vector<State> states_;
};

} // namespace

std::vector<DiscGap> find_disc_gaps(const Volume<float>& bone, const SpineOutline& outline) {
  const Volume<float> map = blurred(bone, 0.7);
  std::vector<DiscGap> gaps;
  for (const int y : Chain(depths(map, outline)).places())
    gaps.push_back(refined(map, outline, y + 0.5));
  return gaps;
}

} // namespace osteocalc::dxa
