// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/coronary_courses.h"

#include "osteocalc/segmentation/line_filter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace osteocalc::segmentation {
namespace {

constexpr double mm = 1.0 / working_spacing_mm;
constexpr double lm_ends_before_mm = 10.0; // of the fat pad's centre
constexpr double least_lm_mm = 13.0;       // from the root's wall to the fork
constexpr double lcx_behind_mm = 12.0;     // of the fat pad's centre
constexpr double lad_share = 0.80;         // of the way to the left border
constexpr double lad_depth_mm = 5.0;       // behind the heart's front
constexpr double height_weight = 0.5;

/// The usual right coronary artery of a heart of usual size: down the right groove, to the crux and on.
const Polyline usual_rca{{12, 20, -8}, {4, 26, -18}, {2, 30, -32},   {4, 28, -45},   {0, 27, -60},
                         {0, 20, -73}, {8, 0, -83},  {22, -20, -82}, {36, -12, -86}, {45, 12, -88}};

int first_lung_left_of(const Thorax& thorax, int x, int y, int z) {
  for (; x < thorax.lung.size(0); ++x)
    if (thorax.lung(x, y, z))
      return x;
  return -1;
}

/// The left border at one height: how far left the heart reaches, row by row.
struct Border {
  std::vector<std::optional<double>> left_mm; ///< per row of the grid
  std::size_t extreme = 0;                    ///< the row that reaches farthest left
  double behind_front_mm = 0.0;               ///< front of the descending aorta
};

std::optional<Border> find_border(const Thorax& thorax, const AorticRoot& root, const HeartFrame& frame, double up) {
  Border border;
  const int x_start = static_cast<int>(frame.root_index[0] + 10), ny = thorax.lung.size(1);
  const int middle = static_cast<int>(std::lround(frame.to_index({0, 0, up})[2]));
  if (middle - 2 < 0 || middle + 2 >= thorax.lung.size(2) || x_start >= thorax.lung.size(0))
    return std::nullopt;
  std::size_t seen = 0;
  double farthest = 0.0;
  for (int y = 0; y < ny; ++y) {
    std::vector<double> lefts;
    const double front = frame.from_index({0, static_cast<double>(y), 0})[1];
    for (int z = middle - 2; z <= middle + 2 && std::abs(front) < 60; ++z)
      if (const int x = first_lung_left_of(thorax, x_start, y, z); x >= 0)
        lefts.push_back(frame.from_index({static_cast<double>(x), 0, 0})[0]);
    border.left_mm.emplace_back();
    if (lefts.empty())
      continue;
    border.left_mm.back() = median(lefts);
    ++seen;
    if (std::abs(front) < 35 && *border.left_mm.back() > farthest) {
      farthest = *border.left_mm.back();
      border.extreme = static_cast<std::size_t>(y);
    }
  }
  if (seen < 15 || farthest == 0.0)
    return std::nullopt;
  const Disc& aorta = root.descending[static_cast<std::size_t>(middle)];
  border.behind_front_mm = frame.from_index({0, aorta.y, 0})[1] + aorta.radius_mm;
  return border;
}

/// Where the heart's front (step -1, towards lower rows) or rear (step 1) lies at `left_mm`, coming from the border.
double outline_front(const Border& border, const HeartFrame& frame, double left_mm, int step) {
  auto y = static_cast<std::ptrdiff_t>(border.extreme);
  const auto rows = static_cast<std::ptrdiff_t>(border.left_mm.size());
  while (y > 0 && y < rows - 1) {
    y += step;
    if (const auto& left = border.left_mm[static_cast<std::size_t>(y)]; !left || *left < left_mm)
      break;
  }
  return frame.from_index({0, static_cast<double>(y), 0})[1];
}

/// Centre and volume of the fat left of the root, drawn to its usual place as if half a millilitre lay there.
void find_fat_pad(const Thorax& thorax, const HeartFrame& frame, CoronaryCourses& courses) {
  constexpr double usual_voxels = 60.0, pi = 3.14159265358979;
  const double radius = frame.root_radius_mm;
  Vec3 sum = usual_voxels * Vec3{radius + 24, -11, 0};
  double count = 0.0;
  for (int z = 0; z < thorax.hu.size(2); ++z)
    for (int y = 0; y < thorax.hu.size(1); ++y)
      for (int x = 0; x < thorax.hu.size(0); ++x) {
        const Vec3 p = frame.from_index({double(x), double(y), double(z)});
        const double r = std::hypot(p[0], p[1]), angle = std::atan2(p[1], p[0]) * 180 / pi;
        if (p[2] < -13 || p[2] > 1 || r <= radius + 6 || r >= radius + 40 || angle <= -50 || angle >= 20)
          continue;
        if (const int v = thorax.hu(x, y, z); v < -20 && v > -160 && thorax.to_lung_mm(x, y, z) > 5) {
          sum = sum + Vec3{p[0], p[1], 0};
          count += 1.0;
        }
      }
  courses.fat_pad = 1.0 / (count + usual_voxels) * sum;
  courses.fat_pad_ml = count * voxel_volume_mm3(frame.grid) / 1000.0;
}

double segment_distance(const Vec3& p, const Vec3& a, const Vec3& b) {
  const Vec3 d = b - a;
  const double t = std::clamp(dot(p - a, d) / dot(d, d), 0.0, 1.0);
  return norm(p - a - t * d);
}

} // namespace

Vec3 HeartFrame::from_index(const Vec3& index) const noexcept {
  const Vec3 d = index - root_index;
  return {d[0] / mm, -d[1] / mm, d[2] / mm};
}

Vec3 HeartFrame::to_index(const Vec3& f) const noexcept {
  return root_index + Vec3{f[0] * mm, -f[1] * mm, f[2] * mm};
}

double HeartFrame::scale() const noexcept {
  return 1 + 0.5 * (std::clamp(border_mm, 75.0, 140.0) / 115 - 1);
}

HeartFrame make_frame(const Thorax& thorax, const AorticRoot& root) {
  HeartFrame frame{.grid = thorax.hu.geometry(), .root_index = root.index, .root_radius_mm = root.radius_mm};
  std::vector<double> widths;
  for (double up = -60; up < -30; up += 2)
    for (double front = 16; front > -26; front -= 2) {
      const Vec3 at = frame.to_index({20, front, up});
      const int x = static_cast<int>(at[0]), y = static_cast<int>(at[1]), z = static_cast<int>(std::lround(at[2]));
      if (thorax.lung.contains(x, y, z))
        if (const int lung = first_lung_left_of(thorax, x, y, z); lung >= 0)
          widths.push_back(frame.from_index({static_cast<double>(lung), 0, 0})[0]);
    }
  if (widths.size() > 20)
    frame.border_mm = median(widths);
  return frame;
}

CoronaryCourses find_courses(const Thorax& thorax, const AorticRoot& root, const HeartFrame& frame) {
  CoronaryCourses courses;
  find_fat_pad(thorax, frame, courses);
  const Vec3 pad = courses.fat_pad, towards = normalized(pad);
  const auto at = [](const Vec3& p, double up) { return Vec3{p[0], p[1], up}; };
  courses.fork_mm = std::max(norm(pad) - lm_ends_before_mm, frame.root_radius_mm + least_lm_mm);
  const Vec3 fork = courses.fork_mm * towards;
  Polyline lad{at(fork + Vec3{0, 1, 0}, -3), at(pad + Vec3{-1, 1, 0}, -4), at(pad + Vec3{8, 7, 0}, -8)};
  Polyline lcx{at(pad + Vec3{-6, 1 - lcx_behind_mm, 0}, -3), at(pad + Vec3{3, -lcx_behind_mm, 0}, -8)};
  Polyline diagonal, marginal, rca;
  for (double up = -15; up > -91; up -= 5) {
    const auto border = find_border(thorax, root, frame, up);
    if (!border)
      continue;
    ++courses.border_heights;
    const double far_left = *border->left_mm[border->extreme];
    const double extreme_front = frame.from_index({0, static_cast<double>(border->extreme), 0})[1];
    const double lad_left = lad_share * far_left;
    lad.push_back({lad_left, std::min(outline_front(*border, frame, lad_left, -1), 60.0) - lad_depth_mm, up});
    diagonal.push_back({0.92 * far_left, extreme_front + 15, up});
    if (up < -65)
      continue;
    // from the side of the heart to its back
    const double share = up > -35 ? 0.85 - 0.15 * ramp(-up, 15, 35) : 0.70 - 0.25 * ramp(-up, 35, 60);
    const double rear = outline_front(*border, frame, share * far_left, 1) + 8;
    lcx.push_back({share * far_left, std::max(rear, border->behind_front_mm + 4), up});
    marginal.push_back({0.92 * far_left, extreme_front - 18, up});
  }
  const double s = frame.scale();
  for (const Vec3& p : usual_rca)
    rca.push_back({p[0] * s, p[1] * s, p[2] * std::sqrt(s)});
  courses.lines = {{{{at((frame.root_radius_mm + 4) * towards, -2), at(fork, -3)}}, {lad}, {lcx}, {rca}}};
  if (diagonal.size() > 1)
    courses.lines[std::size_t(CoronaryArtery::LAD)].push_back(diagonal);
  if (marginal.size() > 1)
    courses.lines[std::size_t(CoronaryArtery::LCX)].push_back(marginal);
  return courses;
}

double line_distance_mm(const Vec3& point, const Polyline& line, double weight) {
  const auto weighted = [&](const Vec3& p) { return Vec3{p[0], p[1], p[2] * weight}; };
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < line.size(); ++i)
    best = std::min(best, segment_distance(weighted(point), weighted(line[i - 1]), weighted(line[i])));
  return best;
}

double course_distance_mm(const CoronaryCourses& courses, CoronaryArtery artery, const Vec3& point) {
  double best = std::numeric_limits<double>::infinity();
  for (const Polyline& line : courses.lines[static_cast<std::size_t>(artery)])
    best = std::min(best, line_distance_mm(point, line, height_weight));
  return best;
}

} // namespace osteocalc::segmentation
