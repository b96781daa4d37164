// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta_arch.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace osteocalc::segmentation {
namespace {

constexpr int half_planes = 31;
constexpr int rho_pixels = 50, side_pixels = 47, side_middle = 23; // a half-plane: 100 mm outwards, 46 mm to each side

double square(double v) {
  return v * v;
}

int slices(double mm) {
  return static_cast<int>(std::lround(mm / working_spacing_mm));
}

float sample(const Volume<float>& image, const Vec3& at) {
  const auto inside = [&](std::size_t a) { return at[a] >= 0.0 && at[a] <= image.size(a) - 1.0; };
  if (!inside(0) || !inside(1) || !inside(2))
    return beyond_image_hu;
  std::array<int, 3> low{};
  std::array<double, 3> t{};
  for (std::size_t a = 0; a < 3; ++a) {
    low[a] = std::min(static_cast<int>(at[a]), image.size(a) - 2);
    t[a] = at[a] - low[a];
  }
  double sum = 0.0;
  for (int corner = 0; corner < 8; ++corner) {
    const int dx = corner & 1, dy = (corner >> 1) & 1, dz = corner >> 2;
    sum += (dx ? t[0] : 1.0 - t[0]) * (dy ? t[1] : 1.0 - t[1]) * (dz ? t[2] : 1.0 - t[2]) *
           double(image(low[0] + dx, low[1] + dy, low[2] + dz));
  }
  return static_cast<float>(sum);
}

/// Half-planes about the horizontal axis through the middle between two circles; the first holds the descending, the
/// last the ascending aorta.
struct Fan {
  Vec3 middle{}, towards_ascending{}, across{};
  double half_distance = 0.0; ///< voxels

  Fan(const TubePoint& descending, const TubePoint& ascending)
      : middle(0.5 * (descending.at + ascending.at)),
        towards_ascending(normalized(ascending.at - descending.at)), across{-towards_ascending[1], towards_ascending[0],
                                                                            0.0},
        half_distance(0.5 * norm(ascending.at - descending.at)) {}

  [[nodiscard]] static double angle(int plane) { return std::numbers::pi * plane / (half_planes - 1); }
  [[nodiscard]] Vec3 at(int plane, double rho, double side) const {
    const Vec3 out = -std::cos(angle(plane)) * towards_ascending + std::sin(angle(plane)) * Vec3{0, 0, 1};
    return middle + rho * out + side * across;
  }
};

struct FanCourse {
  std::vector<TubePoint> points; ///< from the descending to the ascending aorta
  double merit = 0.0;
};

/// The roundest course through the fan from one given circle to the other.
FanCourse course_through(const Volume<float>& vessels, const TubePoint& descending, const TubePoint& ascending,
                         double soft_hu) {
  const Fan fan(descending, ascending);
  VolumeGeometry geometry;
  geometry.size = {side_pixels, rho_pixels, half_planes};
  Volume<float> planes(geometry);
  for (int k = 0; k < half_planes; ++k)
    for (int y = 0; y < rho_pixels; ++y)
      for (int x = 0; x < side_pixels; ++x)
        planes(x, y, k) = sample(vessels, fan.at(k, y, x - side_middle));
  const Parallel alone{1}; // candidates are what runs in parallel
  const CircleRule rule{radii_between(6.0, 30.0), 16, 40.0, soft_hu - 65.0, soft_hu - 70.0};
  CircleScores scores = circle_scores(planes, {0, side_pixels, 0, rho_pixels, 0, half_planes}, rule, alone);
  const double expected_mm = 0.5 * (descending.radius_mm + ascending.radius_mm);
  scores.add(
      [&](int x, int y, double r, int k) {
        const double side = x - side_middle, out = y - fan.half_distance;
        const TubePoint& end = k == 0 ? descending : ascending;
        const bool at_end = k == 0 || k == half_planes - 1;
        if (at_end && (square(side) + square(out) > 6.5 || std::abs(std::log(r / end.radius_mm)) > 0.16))
          return -5.0;
        return -0.05 * square(side / 6.0) - 0.02 * square(out / 7.5) - 0.05 * square(std::log(r / expected_mm) / 0.35);
      },
      alone);
  const auto hits = track_circles(scores, {TrackEnds::Through, 3, 0.05, 0.08, 0.0});
  FanCourse result;
  std::vector<double> inner;
  double apex = 0.0;
  for (const CircleHit& h : hits) {
    result.points.push_back({fan.at(h.k, h.y, h.x - side_middle), h.radius_mm, h.score});
    apex = std::max(apex, h.y * std::sin(Fan::angle(h.k)));
    if (h.k > 0 && h.k < half_planes - 1)
      inner.push_back(h.score);
  }
  double mean = 0.0, worst = 0.0;
  for (const double s : inner)
    mean += s / static_cast<double>(inner.size());
  std::ranges::sort(inner);
  for (std::size_t i = 0; i < 6; ++i)
    worst += inner[i] / 6.0;
  result.merit = mean + 0.4 * worst;
  return result;
}

TubePoint to_grid(const SpinePictures& spine, const CircleHit& hit) {
  const auto k = static_cast<std::size_t>(hit.k);
  return {{spine.x0[k] + hit.x, spine.y0[k] + hit.y, double(hit.k)}, hit.radius_mm, hit.score};
}

double highest(const FanCourse& course) {
  return std::ranges::max_element(course.points, {}, [](const TubePoint& p) { return p.at[2]; })->at[2];
}

/// Largest value within `reach` pixels along x and y of one plane.
std::vector<float> spread(const float* plane, int width, int height, int reach) {
  std::vector<float> rows(static_cast<std::size_t>(width * height)), result(rows.size());
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      rows[static_cast<std::size_t>(y * width + x)] = *std::max_element(
          plane + y * width + std::max(0, x - reach), plane + y * width + std::min(width, x + reach + 1));
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      float best = rows[static_cast<std::size_t>(y * width + x)];
      for (int v = std::max(0, y - reach); v < std::min(height, y + reach + 1); ++v)
        best = std::max(best, rows[static_cast<std::size_t>(v * width + x)]);
      result[static_cast<std::size_t>(y * width + x)] = best;
    }
  return result;
}

} // namespace

CircleScores ascending_scores(const SpinePictures& spine, double soft_hu, int k0, int k1, Parallel parallel) {
  constexpr int c = SpinePictures::column_x, f = SpinePictures::column_y;
  const CircleRule rule{radii_between(9.0, 32.0), 24, 35.0, soft_hu - 65.0, soft_hu - 70.0};
  return circle_scores(spine.pictures, {c - 30, c + 20, f - 70, f - 10, k0, k1}, rule, parallel);
}

std::vector<Candidate> ascending_candidates(const CircleScores& scores, int k, double least_radius_mm,
                                            double most_radius_mm, std::size_t most) {
  const int width = scores.width(), height = scores.height(), depth = slices(24.0);
  const PictureWindow& w = scores.window;
  const int first = std::max(k - depth, w.k0);
  std::vector<float> best(scores.plane_size(), -5.0F);
  std::vector<double> best_radius(best.size(), 0.0);
  for (int i = 0; i < scores.radii(); ++i) {
    const double r = scores.radii_mm[static_cast<std::size_t>(i)];
    if (r < least_radius_mm || r > most_radius_mm)
      continue;
    std::vector<float> mean(best.size(), 0.0F);
    for (int z = first; z <= k; ++z) {
      const float* plane = scores.section(z - w.k0) + static_cast<std::size_t>(i) * scores.plane_size();
      const auto tilted = spread(plane, width, height, static_cast<int>(std::ceil(0.4 * (k - z))));
      for (std::size_t p = 0; p < mean.size(); ++p)
        mean[p] += tilted[p] / static_cast<float>(k - first + 1);
    }
    for (std::size_t p = 0; p < mean.size(); ++p)
      if (mean[p] > best[p]) {
        best[p] = mean[p];
        best_radius[p] = r;
      }
  }
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      best[static_cast<std::size_t>(y * width + x)] -=
          static_cast<float>(0.05 * square((SpinePictures::x_mm(w.x0 + x) + 8.0) / 22.0));
  const auto peaks = spread(best.data(), width, height, 3);
  std::vector<Candidate> candidates;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const auto p = static_cast<std::size_t>(y * width + x);
      if (best[p] == peaks[p] && best[p] > 0.3F)
        candidates.push_back(
            {{k, double(w.x0 + x), double(w.y0 + y), best_radius[p], double(best[p])}, double(best[p])});
    }
  std::ranges::stable_sort(candidates, std::ranges::greater{}, &Candidate::score);
  candidates.resize(std::min(candidates.size(), most));
  return candidates;
}

std::optional<Arch> find_arch(const Volume<float>& vessels, const SpinePictures& spine, const CircleScores& front,
                              const std::vector<CircleHit>& descending, std::size_t top, double soft_hu,
                              Parallel parallel) {
  struct Trial {
    CircleHit descending;
    Candidate ascending;
  };
  std::vector<Trial> trials;
  for (const double below_mm : {15.0, 21.0, 27.0, 33.0, 39.0}) {
    const auto back = static_cast<std::size_t>(slices(below_mm));
    if (back > top || descending[top - back].k < front.window.k0)
      continue;
    const CircleHit& d = descending[top - back];
    for (const Candidate& a :
         ascending_candidates(front, d.k, std::max(9.0, 0.85 * d.radius_mm), std::max(20.0, 1.75 * d.radius_mm), 5)) {
      const double distance_mm = std::hypot(a.circle.x - d.x, a.circle.y - d.y) * working_spacing_mm;
      if (distance_mm > 1.6 * d.radius_mm && distance_mm < 125.0)
        trials.push_back({d, a});
    }
  }
  const auto courses = parallel_map(trials.size(), parallel, [&](std::size_t i) {
    return course_through(vessels, to_grid(spine, trials[i].descending), to_grid(spine, trials[i].ascending.circle),
                          soft_hu);
  });
  std::optional<Arch> best;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const double apex_mm = (highest(courses[i]) - descending[top].k) * working_spacing_mm;
    const double merit = courses[i].merit + 0.6 * trials[i].ascending.score -
                         0.1 * square(std::max(0.0, apex_mm - 25.0) / 15.0) -
                         0.1 * square(std::max(0.0, -10.0 - apex_mm) / 10.0);
    if (!best || merit > best->merit)
      best = Arch{{courses[i].points.rbegin(), courses[i].points.rend()}, trials[i].ascending.circle, merit};
  }
  return best;
}

} // namespace osteocalc::segmentation
