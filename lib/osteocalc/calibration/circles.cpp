// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/circles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

namespace osteocalc::calibration {
namespace {

constexpr double pixel_goal_mm = 1.2;
constexpr int rays = 48;
constexpr double votes_needed = 0.35; // of the pixels on a whole circle
constexpr float least_hu = -1024;     // padding beyond the scanned circle is darker than air

/// A smoothed slab and its gradient, HU per mm.
struct Edges {
  std::vector<float> smooth, gx, gy;
  int width, height;
  double pixel_mm;

  [[nodiscard]] std::size_t at(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
  }
  [[nodiscard]] bool inside(double x, double y) const { return x >= 1 && y >= 1 && x < width - 2 && y < height - 2; }
  [[nodiscard]] double value(double x, double y) const {
    const int ix = static_cast<int>(x), iy = static_cast<int>(y);
    const double u = x - ix, v = y - iy;
    const float* p = &smooth[at(ix, iy)];
    return (1 - v) * ((1 - u) * p[0] + u * p[1]) + v * ((1 - u) * p[width] + u * p[width + 1]);
  }
  [[nodiscard]] double strength(int x, int y) const {
    return std::hypot(static_cast<double>(gx[at(x, y)]), static_cast<double>(gy[at(x, y)]));
  }
};

Edges edges_of(const ThinSlab& slab) {
  Edges e{slab.hu,
          std::vector<float>(slab.hu.size(), 0),
          std::vector<float>(slab.hu.size(), 0),
          slab.width,
          slab.height,
          slab.pixel_mm};
  std::vector<float> rows(slab.hu.size());
  for (int y = 0; y < e.height; ++y)
    for (int x = 0; x < e.width; ++x)
      rows[e.at(x, y)] = 0.25F * slab.at(std::max(0, x - 1), y) + 0.5F * slab.at(x, y) +
                         0.25F * slab.at(std::min(e.width - 1, x + 1), y);
  for (int y = 0; y < e.height; ++y)
    for (int x = 0; x < e.width; ++x)
      e.smooth[e.at(x, y)] = 0.25F * rows[e.at(x, std::max(0, y - 1))] + 0.5F * rows[e.at(x, y)] +
                             0.25F * rows[e.at(x, std::min(e.height - 1, y + 1))];
  const auto per_mm = static_cast<float>(0.5 / e.pixel_mm);
  for (int y = 1; y + 1 < e.height; ++y)
    for (int x = 1; x + 1 < e.width; ++x) {
      e.gx[e.at(x, y)] = per_mm * (e.smooth[e.at(x + 1, y)] - e.smooth[e.at(x - 1, y)]);
      e.gy[e.at(x, y)] = per_mm * (e.smooth[e.at(x, y + 1)] - e.smooth[e.at(x, y - 1)]);
    }
  return e;
}

/// The gradient is the largest across the edge: thin edges, so that votes count length and not contrast.
bool is_ridge(const Edges& e, int x, int y, double strength) {
  const double ux = static_cast<double>(e.gx[e.at(x, y)]) / strength,
               uy = static_cast<double>(e.gy[e.at(x, y)]) / strength;
  const int sx = static_cast<int>(std::lround(ux)), sy = static_cast<int>(std::lround(uy));
  return strength >= e.strength(x + sx, y + sy) && strength > e.strength(x - sx, y - sy);
}

struct Vote {
  double score;
  int x, y;
  double radius; ///< slab pixels
  int sign;      ///< +1 bright disc, -1 dark disc
};

/// Votes for one radius and sign, summed over 3 x 3 centres.
std::vector<float> ballot(const Edges& e, const std::vector<std::array<int, 2>>& ridge, double radius, int sign) {
  std::vector<float> votes(e.smooth.size(), 0), summed(e.smooth.size(), 0);
  for (const auto& [x, y] : ridge) {
    const double scale = sign * radius / e.strength(x, y);
    const int cx = static_cast<int>(std::lround(x + scale * static_cast<double>(e.gx[e.at(x, y)]))),
              cy = static_cast<int>(std::lround(y + scale * static_cast<double>(e.gy[e.at(x, y)])));
    if (cx >= 1 && cy >= 1 && cx + 1 < e.width && cy + 1 < e.height)
      votes[e.at(cx, cy)] += 1;
  }
  for (int y = 1; y + 1 < e.height; ++y)
    for (int x = 1; x + 1 < e.width; ++x)
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx)
          summed[e.at(x, y)] += votes[e.at(x + dx, y + dy)];
  return summed;
}

/// Twice the usual gradient within dense things: most of that is noise.
double noise_edge(const Edges& e) {
  constexpr float dense_hu = -300;
  std::vector<double> strengths;
  for (int y = 2; y + 2 < e.height; y += 2)
    for (int x = 2; x + 2 < e.width; x += 2)
      if (e.smooth[e.at(x, y)] > dense_hu)
        strengths.push_back(e.strength(x, y));
  if (strengths.empty())
    return 0;
  const auto middle = strengths.begin() + static_cast<std::ptrdiff_t>(strengths.size() / 2);
  std::nth_element(strengths.begin(), middle, strengths.end());
  return 2 * *middle;
}

std::vector<Vote> favoured_centres(const Edges& e, const CircleOptions& options) {
  std::vector<std::array<int, 2>> ridge;
  for (int y = 2; y + 2 < e.height; ++y)
    for (int x = 2; x + 2 < e.width; ++x) {
      const double strength = e.strength(x, y);
      if (strength >= options.least_edge_hu_mm && is_ridge(e, x, y, strength))
        ridge.push_back({x, y});
    }
  std::vector<Vote> found;
  for (double radius = options.least_radius_mm / e.pixel_mm; radius <= options.most_radius_mm / e.pixel_mm; ++radius)
    for (const int sign : {1, -1}) {
      const std::vector<float> votes = ballot(e, ridge, radius, sign);
      const double whole = 2 * std::numbers::pi * radius;
      for (int y = 1; y + 1 < e.height; ++y)
        for (int x = 1; x + 1 < e.width; ++x)
          if (static_cast<double>(votes[e.at(x, y)]) >= votes_needed * whole)
            found.push_back({static_cast<double>(votes[e.at(x, y)]) / whole, x, y, radius, sign});
    }
  std::ranges::sort(found, [](const Vote& a, const Vote& b) {
    return std::tuple(-a.score, a.y, a.x, a.radius, a.sign) < std::tuple(-b.score, b.y, b.x, b.radius, b.sign);
  });
  std::vector<Vote> kept; // the best of each place
  for (const Vote& vote : found)
    if (std::ranges::none_of(kept, [&](const Vote& other) {
          return std::hypot(vote.x - other.x, vote.y - other.y) < 0.6 * other.radius;
        }))
      kept.push_back(vote);
  return kept;
}

/// The strongest edge of the right sign on each ray from the centre, near the expected radius.
std::vector<std::array<double, 2>> edge_points(const Edges& e, double cx, double cy, double radius, int sign,
                                               double least_edge) {
  std::vector<std::array<double, 2>> points;
  constexpr double step = 0.25;
  for (int ray = 0; ray < rays; ++ray) {
    const double angle = 2 * std::numbers::pi * ray / rays, ux = std::cos(angle), uy = std::sin(angle);
    double best = least_edge, best_r = -1;
    for (double r = 0.65 * radius; r <= 1.35 * radius; r += step) {
      if (!e.inside(cx + (r + 1) * ux, cy + (r + 1) * uy) || !e.inside(cx + (r - 1) * ux, cy + (r - 1) * uy))
        continue;
      const double fall =
          sign * (e.value(cx + (r - 1) * ux, cy + (r - 1) * uy) - e.value(cx + (r + 1) * ux, cy + (r + 1) * uy)) /
          (2 * e.pixel_mm);
      if (fall > best) {
        best = fall;
        best_r = r;
      }
    }
    if (best_r > 0)
      points.push_back({cx + best_r * ux, cy + best_r * uy});
  }
  return points;
}

struct FittedCircle {
  double x, y, radius;
};

/// Least squares on x^2 + y^2 = 2 a x + 2 b y + c about the points' mean.
std::optional<FittedCircle> fit_circle(const std::vector<std::array<double, 2>>& points) {
  if (points.size() < 8)
    return std::nullopt;
  const auto n = static_cast<double>(points.size());
  double mx = 0, my = 0;
  for (const auto& [x, y] : points) {
    mx += x / n;
    my += y / n;
  }
  double xx = 0, xy = 0, yy = 0, xs = 0, ys = 0, s = 0;
  for (const auto& [px, py] : points) {
    const double x = px - mx, y = py - my, square = x * x + y * y;
    xx += x * x;
    xy += x * y;
    yy += y * y;
    xs += x * square;
    ys += y * square;
    s += square;
  }
  const double determinant = xx * yy - xy * xy;
  if (determinant <= 1e-9)
    return std::nullopt;
  const double a = 0.5 * (xs * yy - ys * xy) / determinant, b = 0.5 * (ys * xx - xs * xy) / determinant;
  return FittedCircle{mx + a, my + b, std::sqrt(s / n + a * a + b * b)};
}

double mean_between(const Edges& e, const FittedCircle& c, double from, double to) {
  double sum = 0, count = 0;
  const int reach = static_cast<int>(std::ceil(to * c.radius));
  for (int y = static_cast<int>(c.y) - reach; y <= static_cast<int>(c.y) + reach; ++y)
    for (int x = static_cast<int>(c.x) - reach; x <= static_cast<int>(c.x) + reach; ++x) {
      const double r = std::hypot(x - c.x, y - c.y) / c.radius;
      if (x >= 0 && y >= 0 && x < e.width && y < e.height && r >= from && r <= to) {
        sum += static_cast<double>(e.smooth[e.at(x, y)]);
        ++count;
      }
    }
  return count > 0 ? sum / count : 0;
}

std::optional<Circle> refined(const Edges& e, const Vote& vote, const CircleOptions& options) {
  FittedCircle circle{static_cast<double>(vote.x), static_cast<double>(vote.y), vote.radius};
  double near_circle = 0;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::array<double, 2>> points =
        edge_points(e, circle.x, circle.y, circle.radius, vote.sign, options.least_edge_hu_mm);
    const double tolerance = std::max(1.0, 1.2 / e.pixel_mm);
    std::erase_if(points, [&](const auto& p) {
      return std::abs(std::hypot(p[0] - circle.x, p[1] - circle.y) - circle.radius) > (round == 0 ? 2 : 1) * tolerance;
    });
    near_circle = static_cast<double>(points.size()) / rays;
    const std::optional<FittedCircle> fitted = fit_circle(points);
    if (!fitted || std::hypot(fitted->x - vote.x, fitted->y - vote.y) > 0.5 * vote.radius)
      return std::nullopt;
    circle = *fitted;
  }
  const double radius_mm = circle.radius * e.pixel_mm;
  if (near_circle < options.least_completeness || radius_mm < options.least_radius_mm - 1 ||
      radius_mm > options.most_radius_mm + 1)
    return std::nullopt;
  return Circle{circle.x, circle.y, radius_mm, mean_between(e, circle, 0, 0.7) - mean_between(e, circle, 1.2, 1.4),
                near_circle};
}

/// The outlines of circles of one radius, one in each slab.
struct Outline {
  const std::vector<ThinSlab>& slabs;
  const std::vector<std::array<double, 2>>& centers;
  double radius_mm;

  static double value(const ThinSlab& slab, double x, double y) {
    const int ix = std::clamp(static_cast<int>(x), 0, slab.width - 2),
              iy = std::clamp(static_cast<int>(y), 0, slab.height - 2);
    const double u = std::clamp(x - ix, 0.0, 1.0), v = std::clamp(y - iy, 0.0, 1.0);
    const auto row = [&](int j) {
      return std::lerp(static_cast<double>(slab.at(ix, j)), static_cast<double>(slab.at(ix + 1, j)), u);
    };
    return std::lerp(row(iy), row(iy + 1), v);
  }
  /// By how much HU fall from inside to outside along every ray, the circles moved by (dx, dy).
  [[nodiscard]] std::vector<double> falls(double dx_mm, double dy_mm) const {
    constexpr double edge_mm = 2;
    std::vector<double> result;
    for (std::size_t i = 0; i < slabs.size(); ++i)
      for (int ray = 0; ray < rays; ++ray) {
        const double angle = 2 * std::numbers::pi * ray / rays, p = slabs[i].pixel_mm;
        const double x = centers[i][0] + dx_mm / p, y = centers[i][1] + dy_mm / p;
        const double in = (radius_mm - edge_mm) / p, out = (radius_mm + edge_mm) / p;
        result.push_back(value(slabs[i], x + in * std::cos(angle), y + in * std::sin(angle)) -
                         value(slabs[i], x + out * std::cos(angle), y + out * std::sin(angle)));
      }
    return result;
  }
};

} // namespace

ThinSlab thin_slab(const Volume<std::int16_t>& hu, int first_z, int last_z, const std::array<double, 2>& lean) {
  const VolumeGeometry& g = hu.geometry();
  const int step = std::max(1, static_cast<int>(std::lround(pixel_goal_mm / g.spacing_mm[0])));
  ThinSlab slab;
  slab.width = g.size[0] / step;
  slab.height = g.size[1] / step;
  slab.pixel_mm = g.spacing_mm[0] * step;
  slab.pixel_step = step;
  slab.first_x = slab.first_y = 0.5 * (step - 1);
  slab.z_index = 0.5 * (first_z + last_z);
  slab.hu.assign(static_cast<std::size_t>(slab.width) * static_cast<std::size_t>(slab.height), 0);
  const auto share = 1.0F / static_cast<float>(step * step * (last_z - first_z + 1));
  for (int z = first_z; z <= last_z; ++z) {
    const int right = static_cast<int>(std::lround(lean[0] * (z - slab.z_index))),
              back = static_cast<int>(std::lround(lean[1] * (z - slab.z_index)));
    for (int y = 0; y < slab.height * step; ++y) {
      const std::int16_t* row = hu.slice(z).row(std::clamp(y + back, 0, g.size[1] - 1));
      float* out = &slab.hu[static_cast<std::size_t>(y / step) * static_cast<std::size_t>(slab.width)];
      for (int x = 0; x < slab.width * step; ++x)
        out[x / step] += share * std::max(least_hu, static_cast<float>(row[std::clamp(x + right, 0, g.size[0] - 1)]));
    }
  }
  return slab;
}

std::vector<Circle> find_circles(const ThinSlab& slab, CircleOptions options) {
  const Edges edges = edges_of(slab);
  options.least_edge_hu_mm = std::max(options.least_edge_hu_mm, noise_edge(edges));
  std::vector<Circle> circles;
  for (const Vote& vote : favoured_centres(edges, options))
    if (const std::optional<Circle> circle = refined(edges, vote, options))
      circles.push_back(*circle);
  return circles;
}

CircleOffset locate_circle(const std::vector<ThinSlab>& slabs, const std::vector<std::array<double, 2>>& centers,
                           double radius_mm, double reach_mm) {
  constexpr double step_mm = 0.5, plateau = 0.93;
  constexpr double flat_hu = 2; // less is no edge
  const Outline outline{slabs, centers, radius_mm};
  std::vector<double> usual = outline.falls(0, 0);
  if (usual.empty())
    return {};
  for (double& fall : usual)
    fall = std::abs(fall);
  const auto middle = usual.begin() + static_cast<std::ptrdiff_t>(usual.size() / 2);
  std::nth_element(usual.begin(), middle, usual.end());
  // Not far above the circle's own contrast: the slab's edge or a bone beside a faint rod must not decide.
  const double most_hu = std::clamp(1.5 * *middle, 15.0, 300.0);
  struct Tried {
    double dx, dy, sum;
  };
  std::vector<Tried> tried;
  for (double dy = -reach_mm; dy <= reach_mm; dy += step_mm)
    for (double dx = -reach_mm; dx <= reach_mm; dx += step_mm) {
      double sum = 0;
      for (const double fall : outline.falls(dx, dy))
        sum += std::clamp(fall, -most_hu, most_hu);
      tried.push_back({dx, dy, std::abs(sum)});
    }
  // Across a wide edge the score has a plateau: its middle is the place.
  const double highest = std::ranges::max_element(tried, {}, &Tried::sum)->sum;
  CircleOffset best;
  double weights = 0;
  for (const Tried& t : tried) {
    const double weight = std::max(0.0, t.sum - plateau * highest);
    best.dx_mm += weight * t.dx;
    best.dy_mm += weight * t.dy;
    weights += weight;
  }
  if (weights <= 0)
    return {};
  best.dx_mm /= weights;
  best.dy_mm /= weights;
  const std::vector<double> there = outline.falls(best.dx_mm, best.dy_mm);
  const auto rising = std::ranges::count_if(there, [&](double fall) { return fall < -flat_hu; });
  const auto falling = std::ranges::count_if(there, [&](double fall) { return fall > flat_hu; });
  best.agreement = static_cast<double>(std::max(rising, falling)) / static_cast<double>(there.size());
  return best;
}

} // namespace osteocalc::calibration
