// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/vertebra_body.h"

#include "osteocalc/segmentation/surface_search.h"
#include "osteocalc/segmentation/vertebra_edges.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace osteocalc::segmentation {
namespace {

constexpr double degree = std::numbers::pi / 180.0;
constexpr double endplate_range_mm = 4.0; // freedom of an endplate about its plane
constexpr double wall_low_mm = 6.0, wall_step_mm = 0.5;
constexpr int wall_heights = 65;

double square(double x) {
  return x * x;
}

/// SD in mm of everything that blurs a wall in the straightened image: the scanner's point spread, the pixel, linear
/// interpolation, and that walls are averaged which were found to half a millimetre.
double blur_mm(double pixel_mm) {
  return std::sqrt(square(0.5) + square(0.29 * pixel_mm) + square(0.41 * pixel_mm) + square(0.9));
}

double label_margin(double voxel_mm) {
  return 0.12 * std::min(voxel_mm, 3.0);
}

/// A section's size: half depth and half width of the body.
struct Section {
  double a, w;
};

Section section_at(const SpineFrame& frame, double s) {
  return {0.5 * value_at(frame.depth_mm, s), value_at(frame.half_width_mm, s)};
}

struct PlaneSearch {
  Line back_degrees, left_degrees;
  double pull_back, pull_left; ///< tilts that cost 8 points
  double band_gain;            ///< for a bright band (endplates of a disc too thin to see)
};

PlaneSearch search_of(bool lumbosacral) {
  PlaneSearch search{{}, {}, lumbosacral ? 0.55 : 0.14, 0.15, lumbosacral ? 0.0 : 0.3};
  for (int d = lumbosacral ? -8 : -24; d <= (lumbosacral ? 40 : 24); d += 4)
    search.back_degrees.push_back(d);
  for (int d = -16; d <= 16; d += 4)
    search.left_degrees.push_back(d);
  return search;
}

/// Mean HU over the tilted section, for offsets -12..12 mm in half millimetres.
Line tilted_section(const Volume<float>& smooth, double s, double tilt_back, double tilt_left, const Section& size) {
  Line mean;
  for (int k = -24; k <= 24; ++k) {
    double sum = 0.0, count = 0.0;
    for (double v = -0.75 * size.a; v <= 0.75 * size.a; v += 3.0)
      for (double u = -0.75 * size.w; u <= 0.75 * size.w; u += 3.0)
        if (square(v / (0.75 * size.a)) + square(u / (0.75 * size.w)) <= 1.0) {
          sum += sample(smooth, s + 0.5 * k + tilt_back * v + tilt_left * u, v, u);
          count += 1.0;
        }
    mean.push_back(sum / std::max(1.0, count));
  }
  return mean;
}

/// The best pair of endplates on one profile: falling edge below, rising edge above, a likely gap between them.
DiscPlane best_pair(const Line& profile, double spacing_mm, const PlaneSearch& search) {
  constexpr double edge_floor_hu_mm = 18.0; // weaker pairs are noise or hollow bone
  const double usual_gap_mm = 0.2 * spacing_mm * std::clamp(spacing_mm / 26.0, 0.8, 1.35);
  Line slope = gaussian_slope(profile, 2.0);
  for (double& g : slope)
    g = std::clamp(2.0 * g, -40.0, 40.0);
  const Line band = gaussian(profile, 6.0);
  double mean_band = 0.0;
  for (const double b : band)
    mean_band += b / static_cast<double>(band.size());
  DiscPlane best;
  best.score = -1e9;
  const int n = static_cast<int>(profile.size());
  for (int i = 0; i < n; ++i)
    for (int j = i + 4; j < n; ++j) {
      const double lower = 0.5 * i - 12.0, upper = 0.5 * j - 12.0, middle = 0.5 * (lower + upper);
      const double edges = slope[static_cast<std::size_t>(j)] - slope[static_cast<std::size_t>(i)];
      const double score = 1.25 * std::max(edges - edge_floor_hu_mm, 0.0) - 12.0 * square(middle / (0.1 * spacing_mm)) -
                           22.0 * square(std::log((upper - lower) / usual_gap_mm) / 0.45) +
                           search.band_gain * (band[static_cast<std::size_t>((i + j) / 2)] - mean_band);
      if (score > best.score) {
        best.score = score;
        best.lower = lower;
        best.upper = upper;
      }
    }
  return best;
}

DiscPlane fit_disc(const Volume<float>& smooth, const Section& size, double s, double spacing_mm, bool lumbosacral) {
  const PlaneSearch search = search_of(lumbosacral);
  DiscPlane best;
  best.score = -1e9;
  const auto consider = [&](double back_degrees, double left_degrees) {
    const double tb = std::tan(back_degrees * degree), tl = std::tan(left_degrees * degree);
    DiscPlane plane = best_pair(tilted_section(smooth, s, tb, tl, size), spacing_mm, search);
    plane.score -= 8.0 * (square(tb / search.pull_back) + square(tl / search.pull_left));
    if (plane.score > best.score)
      best = {s, tb, tl, plane.lower, plane.upper, plane.score};
  };
  for (const double back : search.back_degrees)
    for (const double left : search.left_degrees)
      consider(back, left);
  for (const double step : {2.0, 1.0}) {
    const double back = std::atan(best.tilt_back) / degree, left = std::atan(best.tilt_left) / degree;
    for (const double db : {-step, 0.0, step})
      for (const double dl : {-step, 0.0, step})
        consider(back + db, left + dl);
  }
  return best;
}

/// Share of a disc and its two endplates that lies in the image.
double seen_share(const Volume<float>& straight, const DiscPlane& disc, const Section& size) {
  double seen = 0.0, count = 0.0;
  const double end = straight.size(2) - 1.0;
  for (const double h : {disc.lower - 2.0, disc.upper + 2.0})
    for (double v = -0.8 * size.a; v <= 0.8 * size.a; v += 2.0)
      for (double u = -0.8 * size.w; u <= 0.8 * size.w; u += 2.0) {
        const double s = disc.s + h + disc.tilt_back * v + disc.tilt_left * u;
        count += 1.0;
        seen += s >= 0.0 && s <= end && sample(straight, s, v, u) > outside_hu / 2 ? 1.0 : 0.0;
      }
  return seen / count;
}

/// 3x3 median and a light blur: takes out single columns that jumped.
void calm(std::vector<float>& values, int rows, int columns, bool ring) {
  const auto at = [&](const std::vector<float>& from, int r, int c) {
    c = ring ? (c + columns) % columns : std::clamp(c, 0, columns - 1);
    return from[static_cast<std::size_t>(std::clamp(r, 0, rows - 1) * columns + c)];
  };
  for (const bool median : {true, false}) {
    const std::vector<float> from = values;
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < columns; ++c) {
        std::array<float, 9> window{};
        float blur = 0.0F;
        for (int k = 0; k < 9; ++k) {
          const int dr = k / 3 - 1, dc = k % 3 - 1;
          window[static_cast<std::size_t>(k)] = at(from, r + dr, c + dc);
          blur +=
              window[static_cast<std::size_t>(k)] * static_cast<float>((2 - std::abs(dr)) * (2 - std::abs(dc))) / 16.0F;
        }
        std::ranges::nth_element(window, window.begin() + 4);
        values[static_cast<std::size_t>(r * columns + c)] = median ? window[4] : blur;
      }
  }
}

/// One endplate: the disc's plane bent to the steepest slope. sign +1: bone above (the upper of the two).
Endplate fit_endplate(const Volume<float>& smooth, const DiscPlane& disc, int sign, const Section& size) {
  const int steps = static_cast<int>(2.0 * endplate_range_mm / 0.5) + 1;
  Endplate plate;
  HeightField& field = plate.surface;
  field.v0 = -size.a - 4.0;
  field.u0 = -size.w - 4.0;
  field.rows = static_cast<int>((2.0 * size.a + 8.0) / field.step) + 1;
  field.columns = static_cast<int>((2.0 * size.w + 8.0) / field.step) + 1;
  CostField costs(field.rows, field.columns, steps);
  const double pull = 2.0 - 1.7 * ramp(disc.score, 10.0, 50.0);
  const double plane_s = disc.s + (sign > 0 ? disc.upper : disc.lower);
  double edges = 0.0, columns = 0.0;
  for (int r = 0; r < field.rows; ++r)
    for (int c = 0; c < field.columns; ++c) {
      const double v = field.v0 + r * field.step, u = field.u0 + c * field.step;
      const double base = plane_s + disc.tilt_back * v + disc.tilt_left * u;
      Line profile;
      for (int h = 0; h < steps; ++h)
        profile.push_back(sample(smooth, base - endplate_range_mm + 0.5 * h, v, u));
      const Line slope = gaussian_slope(profile, 1.5);
      const bool inside = square(v / size.a) + square(u / size.w) <= 1.0;
      double steepest = -10.0;
      for (int h = 0; h < steps; ++h) {
        const double edge = std::clamp(2.0 * sign * slope[static_cast<std::size_t>(h)], -10.0, 45.0);
        const double offset = (0.5 * h - endplate_range_mm) / endplate_range_mm;
        steepest = std::max(steepest, edge);
        costs.at(r, c)[h] = static_cast<float>((inside ? 1.0 : 0.25) * (pull * square(offset) - edge / 30.0));
      }
      if (inside) {
        edges += steepest;
        columns += 1.0;
      }
    }
  plate.edge_hu_mm = edges / std::max(1.0, columns);
  field.s = cheapest_surface(costs, 0.18F, 0.9F, Ends::Open);
  calm(field.s, field.rows, field.columns, false);
  for (int r = 0; r < field.rows; ++r)
    for (int c = 0; c < field.columns; ++c) {
      const double v = field.v0 + r * field.step, u = field.u0 + c * field.step;
      float& s = field.s[static_cast<std::size_t>(r * field.columns + c)];
      s = static_cast<float>(plane_s + disc.tilt_back * v + disc.tilt_left * u - endplate_range_mm + 0.5 * s);
    }
  return plate;
}

/// The endplates on either side of a disc.
struct Endplates {
  Endplate below, above;
};

/// Absent where the image does not show most of the disc.
std::optional<Endplates> fit_endplates(const SpineImages& images, const SpineFrame& frame, const DiscPlane& disc,
                                       const Section& size, double soft_hu) {
  if (seen_share(images.straight, disc, size) <= 0.85)
    return std::nullopt;
  Endplates plates{fit_endplate(images.smooth, disc, -1, size), fit_endplate(images.smooth, disc, 1, size)};
  refine_endplates(images.detail, frame, {size.a, size.w}, soft_hu, plates.below.surface, plates.above.surface);
  return plates;
}

double usual_radius(const Section& size, double angle) {
  return std::pow(std::pow(std::abs(std::cos(angle)) / size.w, 2.6) + std::pow(std::abs(std::sin(angle)) / size.a, 2.6),
                  -1.0 / 2.6);
}

/// Strength of an outward falling edge with bone just inside it, per slice, angle and radius.
CostField wall_edges(const Volume<float>& smooth, int first_s, int slices, double soft_hu) {
  CostField edges(slices, BodyWall::angles, wall_heights);
  for (int i = 0; i < slices; ++i)
    for (int k = 0; k < BodyWall::angles; ++k) {
      const double angle = 2.0 * std::numbers::pi * k / BodyWall::angles;
      Line profile;
      for (int h = 0; h < wall_heights; ++h) {
        const double r = wall_low_mm + h * wall_step_mm;
        const double hu = sample(smooth, first_s + i, r * std::sin(angle), r * std::cos(angle));
        profile.push_back(std::clamp(hu, soft_hu - 150.0, soft_hu + 450.0));
      }
      const Line slope = gaussian_slope(profile, 1.5);
      for (int h = 0; h < wall_heights; ++h) {
        double inner = profile[static_cast<std::size_t>(h)];
        for (int back = 1; back <= 4; ++back)
          inner = std::max(inner, profile[static_cast<std::size_t>(std::max(0, h - back))]);
        const double falling = std::clamp(-2.0 * slope[static_cast<std::size_t>(h)], -15.0, 60.0) / 40.0;
        edges.at(i, k)[h] = static_cast<float>(falling * std::max(0.15, ramp(inner, soft_hu + 20.0, soft_hu + 80.0)));
      }
    }
  return edges;
}

/// The contour of the whole level: its edges averaged over the slices, pulled towards a superellipse.
std::vector<float> mean_contour(const CostField& edges, const Section& size) {
  CostField level(1, BodyWall::angles, wall_heights);
  for (int k = 0; k < BodyWall::angles; ++k)
    for (int h = 0; h < wall_heights; ++h) {
      float sum = 0.0F;
      for (int i = 0; i < edges.rows; ++i)
        sum += edges.at(i, k)[h];
      const double r = wall_low_mm + h * wall_step_mm;
      const double away = (r - usual_radius(size, 2.0 * std::numbers::pi * k / BodyWall::angles)) / 7.0;
      level.at(0, k)[h] = static_cast<float>(0.5 * square(away)) - sum / static_cast<float>(edges.rows);
    }
  std::vector<float> mean = cheapest_surface(level, 0.08F, 0.8F, Ends::Circular);
  calm(mean, 1, BodyWall::angles, true);
  return mean;
}

/// The wall from coarse to fine: a superellipse pulls the contour averaged over the level (in which the foramina bridge
/// the pedicles), and that contour pulls each slice's own.
BodyWall fit_wall(const Volume<float>& smooth, int first_s, int last_s, const Section& size, double soft_hu) {
  const int slices = last_s - first_s + 1;
  const CostField edges = wall_edges(smooth, first_s, slices, soft_hu);
  const std::vector<float> mean = mean_contour(edges, size);
  CostField own(slices, BodyWall::angles, wall_heights);
  double steepest_sum = 0.0;
  for (int k = 0; k < BodyWall::angles; ++k)
    for (int h = 0; h < wall_heights; ++h) {
      Line column;
      for (int i = 0; i < slices; ++i)
        column.push_back(edges.at(i, k)[h]);
      const Line around = gaussian(column, 3.0);
      const double away = (h - static_cast<double>(mean[static_cast<std::size_t>(k)])) * wall_step_mm / 4.0;
      for (int i = 0; i < slices; ++i)
        own.at(i, k)[h] = static_cast<float>(0.35 * square(away) - 0.6 * column[static_cast<std::size_t>(i)] -
                                             0.4 * around[static_cast<std::size_t>(i)]);
    }
  for (int i = 0; i < slices; ++i)
    for (int k = 0; k < BodyWall::angles; ++k)
      steepest_sum += *std::max_element(edges.at(i, k), edges.at(i, k) + wall_heights);
  BodyWall wall;
  wall.first_s = first_s;
  wall.edge_hu_mm = 40.0 * steepest_sum / (slices * BodyWall::angles);
  wall.radius_mm = cheapest_surface(own, 0.12F, 0.9F, Ends::Circular);
  calm(wall.radius_mm, slices, BodyWall::angles, true);
  for (float& r : wall.radius_mm)
    r = static_cast<float>(wall_low_mm + wall_step_mm * r);
  return wall;
}

/// Lowest (sign -1) or highest (+1) s of an endplate over the body's section.
double extreme_of(const HeightField& field, const Section& size, int sign) {
  double best = -1e9;
  for (double v = -size.a; v <= size.a; v += 2.0)
    for (double u = -size.w; u <= size.w; u += 2.0)
      best = std::max(best, sign * field.at(v, u));
  return sign * best;
}

} // namespace

double HeightField::at(double v, double u) const noexcept {
  const double r = std::clamp((v - v0) / step, 0.0, rows - 1.0), c = std::clamp((u - u0) / step, 0.0, columns - 1.0);
  const int i = std::min(static_cast<int>(r), rows - 2), j = std::min(static_cast<int>(c), columns - 2);
  const float* p = s.data() + static_cast<std::ptrdiff_t>(i) * columns + j;
  const double low = p[0] + (c - j) * (p[1] - p[0]);
  const double high = p[columns] + (c - j) * (p[columns + 1] - p[columns]);
  return low + (r - i) * (high - low);
}

double BodyWall::radius(int s, double v, double u) const noexcept {
  const int slice = std::clamp(s - first_s, 0, slices() - 1);
  double turn = std::atan2(v, u) / (2.0 * std::numbers::pi);
  turn = (turn < 0.0 ? turn + 1.0 : turn) * angles;
  const int k = static_cast<int>(turn) % angles;
  const float* ring = radius_mm.data() + static_cast<std::ptrdiff_t>(slice) * angles;
  const double t = turn - std::floor(turn);
  return (1.0 - t) * ring[k] + t * ring[(k + 1) % angles];
}

double BodyShape::depth_inside(int s, double v, double u) const noexcept {
  const double below = lower ? lower->surface.at(v, u) : low_s, above = upper ? upper->surface.at(v, u) : high_s;
  return std::min({wall.radius(s, v, u) - std::hypot(v, u) + wall_margin_mm, s - below + endplate_margin_mm,
                   above - s + endplate_margin_mm});
}

BodyShapes shape_bodies(const SpineImages& images, const SpineFrame& frame, const Line& discs,
                        std::optional<std::size_t> lumbosacral, const TissueValues& tissue, Parallel parallel) {
  const auto spacing = [&](std::size_t i) { return discs[i + 1] - discs[i]; };
  BodyShapes shapes;
  shapes.discs = parallel_map(discs.size(), parallel, [&](std::size_t i) {
    const double below = spacing(i > 0 ? i - 1 : 0), above = spacing(i + 1 < discs.size() ? i : i - 1);
    return fit_disc(images.smooth, section_at(frame, discs[i]), discs[i], 0.5 * (below + above), lumbosacral == i);
  });
  const auto plates = parallel_map(discs.size(), parallel, [&](std::size_t i) {
    return fit_endplates(images, frame, shapes.discs[i], section_at(frame, discs[i]), tissue.soft_hu);
  });
  const Vec3& voxel_mm = images.detail.geometry().spacing_mm;
  shapes.bodies = parallel_map(discs.size() + 1, parallel, [&](std::size_t k) -> std::optional<BodyShape> {
    BodyShape body;
    body.wall_margin_mm = label_margin(std::sqrt(voxel_mm[0] * voxel_mm[1]));
    body.endplate_margin_mm = label_margin(voxel_mm[2]);
    const double end = frame.length() - 1.0;
    if (k > 0 && plates[k - 1])
      body.lower = plates[k - 1]->above;
    if (k < discs.size() && plates[k])
      body.upper = plates[k]->below;
    // A body ends half a disc before the next disc would be; the first segment of the sacrum is shorter.
    const double below = k > 0 ? discs[k - 1] : discs.front() - (lumbosacral == 0U ? 0.7 : 0.92) * spacing(0);
    const double above = k < discs.size() ? discs[k] : discs.back() + 0.92 * spacing(discs.size() - 2);
    body.low_s = body.lower ? body.lower->surface.at(0, 0) : std::max(0.0, below);
    body.high_s = body.upper ? body.upper->surface.at(0, 0) : std::min(end, above);
    if (body.high_s - body.low_s < 4.0)
      return std::nullopt;
    const Section size = section_at(frame, 0.5 * (body.low_s + body.high_s));
    const double low = body.lower ? extreme_of(body.lower->surface, size, -1) : body.low_s;
    const double high = body.upper ? extreme_of(body.upper->surface, size, 1) : body.high_s;
    body.wall = fit_wall(images.smooth, static_cast<int>(std::max(0.0, std::floor(low))),
                         static_cast<int>(std::min(end, std::ceil(high))), size, tissue.soft_hu);
    refine_wall(images.straight, blur_mm(std::sqrt(voxel_mm[0] * voxel_mm[1])), body);
    return body;
  });
  return shapes;
}

} // namespace osteocalc::segmentation
