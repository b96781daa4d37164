// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/lateral_column.h"

#include "osteocalc/dxa/flat_image.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace osteocalc::dxa {
namespace {

/// Means over stretches of rows, of mineral between nothing and `most`: more tells nothing about an edge.
class RowMeans {
 public:
  RowMeans(const Volume<float>& image, double most)
      : columns_(image.size(0)), pixel_mm_(image.geometry().spacing_mm[0]) {
    for (int y = 0; y < image.size(1); ++y) {
      double sum = 0;
      sums_.push_back(sum);
      for (int x = 0; x < columns_; ++x)
        sums_.push_back(sum += std::clamp(static_cast<double>(image(x, y, 0)), 0.0, most));
    }
  }
  [[nodiscard]] double mean(int y, double from_mm, double to_mm) const {
    const auto column = [&](double x_mm) {
      return static_cast<std::size_t>(std::clamp(static_cast<int>(std::lround(x_mm / pixel_mm_)), 0, columns_));
    };
    const std::size_t row = static_cast<std::size_t>(y) * static_cast<std::size_t>(columns_ + 1),
                      from = column(from_mm), to = column(to_mm);
    return to > from ? (sums_[row + to] - sums_[row + from]) / static_cast<double>(to - from) : 0;
  }

 private:
  int columns_;
  double pixel_mm_;
  std::vector<double> sums_;
};

double bright_level(const Volume<float>& image) {
  constexpr double share = 0.8;
  std::vector<float> values(image.voxels().begin(), image.voxels().end());
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size()));
  std::ranges::nth_element(values, place);
  return *place;
}

/// A cubic through most of a line: ribs and the pelvis may lead its ends astray.
std::vector<double> smooth_curve(const std::vector<double>& line) {
  constexpr double usual_error_mm = 1.4;
  const auto n = static_cast<Eigen::Index>(line.size());
  Eigen::MatrixXd powers(n, 4);
  const Eigen::Map<const Eigen::VectorXd> values(line.data(), n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const double t = 2 * static_cast<double>(i) / static_cast<double>(n - 1) - 1;
    powers.row(i) << 1, t, t * t, t * t * t;
  }
  Eigen::VectorXd curve = Eigen::VectorXd::Constant(n, 0), weights = Eigen::VectorXd::Ones(n);
  for (int round = 0; round < 10; ++round) {
    const Eigen::MatrixXd weighted = powers.transpose() * weights.asDiagonal();
    curve = powers * (weighted * powers).ldlt().solve(weighted * values);
    weights = (values - curve).cwiseAbs().cwiseMax(usual_error_mm).cwiseInverse();
  }
  return {curve.data(), curve.data() + n};
}

struct Band {
  std::vector<double> front_mm;
  double width_mm = 0, clearness = -1e9;
};

Band find_band(const RowMeans& rows, int height, double image_mm, double level) {
  constexpr double step_mm = 0.7, strips = 8, front_mm = 18, back_mm = 5, step_cost = 0.15;
  Band best;
  for (double width = 29; width <= 33; width += 1) {
    const double first = 4;
    const int places = static_cast<int>((image_mm - width - 2 * first) / step_mm);
    if (places < 10)
      break;
    std::vector<double> cost;
    for (int y = 0; y < height; ++y)
      for (int k = 0; k < places; ++k) {
        const double x = first + k * step_mm, strip = (width - 2) / strips;
        double inside = 1e9;
        for (int i = 0; i < strips; ++i)
          inside = std::min(inside, rows.mean(y, x + 1 + i * strip, x + 1 + (i + 1) * strip));
        cost.push_back(
            0.5 * (rows.mean(y, x - front_mm, x - 1) + rows.mean(y, x + width + 1, x + width + 1 + back_mm)) - inside);
      }
    const std::vector<int> path = cheapest_path(cost, places, 1, step_cost * level);
    Band band{{}, width, 0};
    for (int y = 0; y < height; ++y) {
      const int k = path[static_cast<std::size_t>(y)];
      band.front_mm.push_back(first + k * step_mm);
      band.clearness -= cost[static_cast<std::size_t>(y * places + k)] / (level * height);
    }
    if (band.clearness > best.clearness)
      best = std::move(band);
  }
  return best;
}

/// The line near a curve along which inside and outside differ most; `side` is -1 at the front.
std::vector<double> find_edge(const RowMeans& rows, const std::vector<double>& curve, int side, double level) {
  constexpr double reach_mm = 6, step_mm = 0.5, step_cost = 0.12;
  constexpr int places = static_cast<int>(2 * reach_mm / step_mm) + 1;
  std::vector<double> cost;
  for (std::size_t y = 0; y < curve.size(); ++y)
    for (int k = 0; k < places; ++k) {
      const double x = curve[y] - reach_mm + k * step_mm;
      const auto mean = [&](double from, double to) {
        return rows.mean(static_cast<int>(y), x + std::min(side * from, side * to),
                         x + std::max(side * from, side * to));
      };
      cost.push_back(mean(0, 5) - mean(-7, 0));
    }
  const std::vector<int> path = cheapest_path(cost, places, 1, step_cost * level);
  std::vector<double> edge;
  for (std::size_t y = 0; y < curve.size(); ++y)
    edge.push_back(curve[y] - reach_mm + path[y] * step_mm);
  return edge;
}

} // namespace

Volume<float> mirrored(const Volume<float>& image) {
  Volume<float> out(image.geometry());
  for (int y = 0; y < image.size(1); ++y)
    for (int x = 0; x < image.size(0); ++x)
      out(x, y, 0) = image(image.size(0) - 1 - x, y, 0);
  return out;
}

LateralColumn find_lateral_column(const Volume<float>& image) {
  const auto& spacing = image.geometry().spacing_mm;
  const Volume<float> map = blurred(image, 1.2);
  LateralColumn column;
  column.body_level = bright_level(map);
  column.outline.row_mm = spacing[1];
  if (image.size(1) * spacing[1] < 100 || !(column.body_level > 0))
    return column;
  const RowMeans rows(map, column.body_level);
  const Band band = find_band(rows, image.size(1), image.size(0) * spacing[0], column.body_level);
  if (band.front_mm.empty())
    return column;
  column.clearness = band.clearness;
  const std::vector<double> front = smooth_curve(band.front_mm);
  std::vector<double> back;
  for (const double x : front)
    back.push_back(x + band.width_mm);
  column.outline.left_mm = find_edge(rows, front, -1, column.body_level);
  column.outline.right_mm = find_edge(rows, back, 1, column.body_level);
  return column;
}

} // namespace osteocalc::dxa
