// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/spine_frame.h"

#include "osteocalc/segmentation/filters.h"
#include "osteocalc/segmentation/surface_search.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

constexpr double canal_smoothing_mm = 8.0, center_smoothing_mm = 10.0;

/// One smoothed sample a millimetre of the polyline; `at` receives its own parameter, in mm along the polyline.
std::vector<Vec3> resample_smooth(const std::vector<Vec3>& points, const Line& along, double sigma_mm) {
  std::vector<Vec3> result(static_cast<std::size_t>(along.back()) + 1);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    Line line;
    std::size_t k = 0;
    for (std::size_t s = 0; s < result.size(); ++s) {
      while (k + 2 < along.size() && along[k + 1] < static_cast<double>(s))
        ++k;
      const double t = (static_cast<double>(s) - along[k]) / (along[k + 1] - along[k]);
      line.push_back((1.0 - t) * points[k][axis] + t * points[k + 1][axis]);
    }
    const Line smooth = gaussian_reflected(line, sigma_mm);
    for (std::size_t s = 0; s < result.size(); ++s)
      result[s][axis] = smooth[s];
  }
  return result;
}

Line arc_length(const std::vector<Vec3>& points) {
  Line along{0.0};
  for (std::size_t i = 1; i < points.size(); ++i)
    along.push_back(along.back() + std::max(1e-6, norm(points[i] - points[i - 1])));
  return along;
}

/// Frame along a polyline from the feet to the head; `backs` points to the back at each of its points.
SpineFrame make_frame(const std::vector<Vec3>& points, const std::vector<Vec3>& backs, double sigma_mm) {
  const Line along = arc_length(points);
  SpineFrame frame;
  frame.center = resample_smooth(points, along, sigma_mm);
  frame.back = resample_smooth(backs, along, sigma_mm);
  const std::size_t n = frame.center.size();
  for (std::size_t i = 0; i < n; ++i) {
    frame.up.push_back(normalized(frame.center[std::min(i + 1, n - 1)] - frame.center[i == 0 ? 0 : i - 1]));
    frame.back[i] = normalized(frame.back[i] - dot(frame.back[i], frame.up[i]) * frame.up[i]);
    frame.left.push_back(cross(frame.back[i], frame.up[i]));
  }
  return frame;
}

/// Slope in HU per mm across v (mean over the middle 14 mm of u), 0 near the image's border; one line per s.
std::vector<Line> front_back_slopes(const Volume<float>& straight) {
  std::vector<Line> slopes;
  const int mid = straight.size(0) / 2;
  for (int s = 0; s < straight.size(2); ++s) {
    Line mean, seen;
    for (int v = 0; v < straight.size(1); ++v) {
      double sum = 0.0, inside = 0.0;
      for (int u = mid - 7; u <= mid + 7; ++u) {
        sum += std::clamp(straight(u, v, s), -120.0F, 350.0F);
        inside += straight(u, v, s) > outside_hu / 2 ? 1.0 : 0.0;
      }
      mean.push_back(sum / 15.0);
      seen.push_back(inside > 12.0 ? 1.0 : 0.0);
    }
    Line slope = gaussian_slope(mean, 1.2);
    const Line safe = running_min(seen, 5);
    for (std::size_t v = 0; v < slope.size(); ++v)
      slope[v] *= safe[v];
    slopes.push_back(std::move(slope));
  }
  return slopes;
}

/// Evidence of a wall from slopes (one line per s), smoothed along s.
std::vector<Line> wall_gain(const std::vector<Line>& slopes, double sign, double sigma_s) {
  std::vector<Line> gain(slopes.size(), Line(slopes.front().size()));
  Line column(slopes.size());
  for (std::size_t v = 0; v < slopes.front().size(); ++v) {
    for (std::size_t s = 0; s < slopes.size(); ++s)
      column[s] = std::clamp(sign * slopes[s][v] / 25.0, -0.3, 1.5);
    column = gaussian(column, sigma_s);
    for (std::size_t s = 0; s < slopes.size(); ++s)
      gain[s][v] = column[s];
  }
  return gain;
}

/// The path of a wall that stays within [low, high] at every s.
Line follow_wall(std::vector<Line> gain, const Line& low, const Line& high) {
  for (std::size_t s = 0; s < gain.size(); ++s)
    for (std::size_t v = 0; v < gain[s].size(); ++v)
      if (static_cast<double>(v) < low[s] || static_cast<double>(v) > high[s])
        gain[s][v] = -1e6;
  const auto path = best_path(gain, 0.3, 1);
  return gaussian(Line(path.begin(), path.end()), 4.0);
}

/// Distance of the left (side +1) or right (-1) wall from u = 0, looked for on the front 60 % of the body, where no rib
/// and no pedicle joins it.
Line side_wall(const Volume<float>& straight, const Line& front, const Line& rear, int side) {
  const int mid = straight.size(0) / 2;
  std::vector<Line> slopes;
  Line low, high;
  for (int s = 0; s < straight.size(2); ++s) {
    const auto i = static_cast<std::size_t>(s);
    const int v0 = static_cast<int>(front[i]) + 3;
    const int v1 = std::max(static_cast<int>(front[i] + 0.6 * (rear[i] - front[i])), v0 + 2);
    Line mean, seen;
    for (int k = 0; k <= mid; ++k) {
      double sum = 0.0, inside = 0.0;
      for (int v = v0; v < v1; ++v) {
        const float hu = straight(mid + side * k, std::clamp(v, 0, straight.size(1) - 1), s);
        sum += std::clamp(hu, -120.0F, 350.0F);
        inside += hu > outside_hu / 2 ? 1.0 : 0.0;
      }
      mean.push_back(sum / (v1 - v0));
      seen.push_back(inside > 0.8 * (v1 - v0) ? 1.0 : 0.0);
    }
    Line slope = gaussian_slope(mean, 1.2);
    const Line safe = running_min(seen, 5);
    const double expected = 0.62 * (rear[i] - front[i]);
    for (std::size_t k = 0; k < slope.size(); ++k)
      slope[k] = slope[k] * safe[k];
    slopes.push_back(std::move(slope));
    low.push_back(std::max(9.0, 0.55 * expected));
    high.push_back(std::min(34.0, 1.6 * expected));
  }
  return follow_wall(wall_gain(slopes, -1.0, 6.0), low, high);
}

} // namespace

Vec3 SpineFrame::direction(double s, double up_part, double back_part, double left_part) const {
  const double p = std::clamp(s, 0.0, length() - 1.0);
  const auto i = static_cast<std::size_t>(std::min(static_cast<int>(p), std::max(0, length() - 2)));
  const auto j = std::min(i + 1, center.size() - 1);
  const double t = p - static_cast<double>(i);
  const auto mix = [&](const std::vector<Vec3>& a) { return (1.0 - t) * a[i] + t * a[j]; };
  return up_part * mix(up) + back_part * mix(back) + left_part * mix(left);
}

Vec3 SpineFrame::point(double s, double v, double u) const {
  const double p = std::clamp(s, 0.0, length() - 1.0);
  const auto i = static_cast<std::size_t>(std::min(static_cast<int>(p), std::max(0, length() - 2)));
  const auto j = std::min(i + 1, center.size() - 1);
  const double t = p - static_cast<double>(i);
  return (1.0 - t) * center[i] + t * center[j] + direction(s, s - p, v, u);
}

namespace {

/// Cubic convolution (Catmull-Rom): keeps edges of coarse voxels sharper than linear interpolation.
std::array<float, 4> cubic_weights(float t) {
  const float t2 = t * t, t3 = t2 * t;
  return {0.5F * (-t3 + 2.0F * t2 - t), 0.5F * (3.0F * t3 - 5.0F * t2 + 2.0F), 0.5F * (-3.0F * t3 + 4.0F * t2 + t),
          0.5F * (t3 - t2)};
}

float cubic_value(const Volume<std::int16_t>& image, const Vec3& at) {
  std::array<std::array<std::ptrdiff_t, 4>, 3> offset{};
  std::array<std::array<float, 4>, 3> weight{};
  std::ptrdiff_t stride = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    const int n = image.size(a);
    if (at[a] <= -0.5 || at[a] >= n - 0.5)
      return outside_hu;
    const double p = std::clamp(at[a], 0.0, n - 1.0);
    const int base = static_cast<int>(p);
    weight[a] = cubic_weights(static_cast<float>(p - base));
    for (int k = 0; k < 4; ++k)
      offset[a][static_cast<std::size_t>(k)] = stride * std::clamp(base + k - 1, 0, n - 1);
    stride *= n;
  }
  const std::int16_t* voxels = image.voxels().data();
  float value = 0.0F;
  for (std::size_t z = 0; z < 4; ++z)
    for (std::size_t y = 0; y < 4; ++y) {
      const std::int16_t* row = voxels + offset[2][z] + offset[1][y];
      float sum = 0.0F;
      for (std::size_t x = 0; x < 4; ++x)
        sum += weight[0][x] * static_cast<float>(row[offset[0][x]]);
      value += weight[2][z] * weight[1][y] * sum;
    }
  return value;
}

} // namespace

Volume<float> straighten(const Volume<std::int16_t>& image, const SpineFrame& frame, const StraightBox& box,
                         Parallel parallel) {
  const auto count = [&](double extent) { return static_cast<int>(std::lround(extent / box.step_mm)) + 1; };
  VolumeGeometry geometry;
  geometry.size = {count(2.0 * box.u_mm), count(box.v_back_mm - box.v_front_mm), count(frame.length() - 1.0)};
  geometry.spacing_mm = {box.step_mm, box.step_mm, box.step_mm};
  geometry.origin_mm = {-box.u_mm, box.v_front_mm, 0.0};
  Volume<float> straight(geometry);
  const VolumeGeometry& grid = image.geometry();
  parallel_for(static_cast<std::size_t>(geometry.size[2]), parallel, [&](std::size_t z) {
    const double s = static_cast<double>(z) * box.step_mm;
    const Vec3 origin = point_to_index(grid, frame.point(s, 0, 0));
    const Vec3 per_v = point_to_index(grid, frame.point(s, 1, 0)) - origin;
    const Vec3 per_u = point_to_index(grid, frame.point(s, 0, 1)) - origin;
    for (int y = 0; y < geometry.size[1]; ++y)
      for (int x = 0; x < geometry.size[0]; ++x)
        straight(x, y, static_cast<int>(z)) = cubic_value(image, origin + (box.v_front_mm + y * box.step_mm) * per_v +
                                                                     (-box.u_mm + x * box.step_mm) * per_u);
  });
  return straight;
}

SpineFrame extended(const SpineFrame& frame, int below_mm, int above_mm) {
  SpineFrame longer;
  for (int s = -below_mm; s < frame.length() + above_mm; ++s) {
    const auto i = static_cast<std::size_t>(std::clamp(s, 0, frame.length() - 1));
    longer.center.push_back(frame.point(s, 0, 0));
    longer.up.push_back(frame.up[i]);
    longer.back.push_back(frame.back[i]);
    longer.left.push_back(frame.left[i]);
    longer.depth_mm.push_back(frame.depth_mm[i]);
    longer.half_width_mm.push_back(frame.half_width_mm[i]);
  }
  return longer;
}

Volume<std::int16_t> spine_detail(const Volume<std::int16_t>& image, const Body& body, const CanalPath& path,
                                  Parallel parallel) {
  const VolumeGeometry& grid = image.geometry();
  constexpr double margin_mm[2] = {75.0, 110.0};
  VolumeGeometry target = grid;
  Vec3 first{};
  for (std::size_t a = 0; a < 3; ++a) {
    double low = 0.0, high = grid.size[a] - 1.0;
    if (a < 2) {
      const Line& line = a == 0 ? path.x : path.y;
      const auto [min, max] = std::minmax_element(line.begin() + path.first, line.begin() + path.last + 1);
      const auto to_image = [&](double index) {
        Vec3 at{0, 0, 0};
        at[a] = index;
        return point_to_index(grid, index_to_point(body.hu.geometry(), at))[a];
      };
      low = std::clamp(to_image(*min) - margin_mm[a] / grid.spacing_mm[a], 0.0, grid.size[a] - 2.0);
      high = std::clamp(to_image(*max) + margin_mm[a] / grid.spacing_mm[a], low + 1.0, grid.size[a] - 1.0);
    }
    low = std::floor(low);
    target.spacing_mm[a] = std::max(1.0, grid.spacing_mm[a]);
    target.size[a] = std::max(2, static_cast<int>((high - low) * grid.spacing_mm[a] / target.spacing_mm[a] + 1.0));
    first[a] = low;
  }
  target.origin_mm = index_to_point(grid, first);
  return resample_average(image, target, parallel);
}

namespace {

/// The canal's course as a frame whose back is the patient's.
SpineFrame canal_frame(const Body& body, const CanalPath& path) {
  std::vector<Vec3> points, backs;
  Line x(path.x.begin() + path.first, path.x.begin() + path.last + 1);
  Line y(path.y.begin() + path.first, path.y.begin() + path.last + 1);
  x = gaussian(running_quantile(x, 5, 0.5), 3.0);
  y = gaussian(running_quantile(y, 5, 0.5), 3.0);
  for (int z = path.first; z <= path.last; ++z) {
    const auto i = static_cast<std::size_t>(z - path.first);
    points.push_back(index_to_point(body.hu.geometry(), {x[i], y[i], double(z)}));
    backs.push_back({0.0, 1.0, 0.0});
  }
  return make_frame(points, backs, canal_smoothing_mm);
}

} // namespace

SpineFrame center_on_bodies(const Volume<std::int16_t>& detail, const Body& body, const CanalPath& path,
                            Parallel parallel) {
  const SpineFrame canal = canal_frame(body, path);
  const StraightBox box{36.0, -62.0, 12.0, 1.0};
  const auto straight = straighten(detail, canal, box, parallel);
  const auto slopes = front_back_slopes(straight);
  const std::size_t n = slopes.size();
  const Line rear =
      follow_wall(wall_gain(slopes, -1.0, 4.0), Line(n, -18.0 - box.v_front_mm), Line(n, -box.v_front_mm));
  Line low, high;
  for (const double r : rear) {
    low.push_back(std::max(0.0, r - 46.0));
    high.push_back(r - 13.0);
  }
  const Line front = follow_wall(wall_gain(slopes, 1.0, 6.0), low, high);
  const Line left = side_wall(straight, front, rear, 1), right = side_wall(straight, front, rear, -1);
  std::vector<Vec3> points, backs;
  Line depth, half_width, shift;
  for (std::size_t s = 0; s < n; ++s)
    shift.push_back(std::clamp(0.5 * (left[s] - right[s]), -8.0, 8.0));
  shift = gaussian(shift, 8.0);
  for (std::size_t s = 0; s < n; ++s) {
    const auto at = static_cast<double>(s);
    points.push_back(canal.point(at, box.v_front_mm + 0.5 * (front[s] + rear[s]), shift[s]));
    backs.push_back(normalized(canal.center[s] - points.back()));
    depth.push_back(rear[s] - front[s]);
    half_width.push_back(0.5 * (left[s] + right[s]));
  }
  SpineFrame frame = make_frame(points, backs, center_smoothing_mm);
  const Line along = arc_length(points);
  std::size_t k = 0;
  for (int s = 0; s < frame.length(); ++s) {
    while (k + 2 < along.size() && along[k + 1] < s)
      ++k;
    const double t = static_cast<double>(k) + (s - along[k]) / (along[k + 1] - along[k]);
    frame.depth_mm.push_back(value_at(depth, t));
    frame.half_width_mm.push_back(value_at(half_width, t));
  }
  return frame;
}

float sample(const Volume<float>& straight, double s, double v, double u) noexcept {
  const VolumeGeometry& g = straight.geometry();
  const Vec3 at{(u - g.origin_mm[0]) / g.spacing_mm[0], (v - g.origin_mm[1]) / g.spacing_mm[1], s / g.spacing_mm[2]};
  int base[3];
  float t[3];
  for (std::size_t a = 0; a < 3; ++a) {
    const double p = std::clamp(at[a], 0.0, g.size[a] - 1.0);
    base[a] = std::min(static_cast<int>(p), g.size[a] - 2);
    t[a] = static_cast<float>(p - base[a]);
  }
  const float* p = &straight(base[0], base[1], base[2]);
  const std::ptrdiff_t dy = g.size[0], dz = dy * g.size[1];
  const auto row = [&](const float* q) { return q[0] + t[0] * (q[1] - q[0]); };
  const auto plane = [&](const float* q) { return row(q) + t[1] * (row(q + dy) - row(q)); };
  return plane(p) + t[2] * (plane(p + dz) - plane(p));
}

} // namespace osteocalc::segmentation
