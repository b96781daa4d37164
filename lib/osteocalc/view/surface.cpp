// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/view/surface.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace osteocalc::view {
namespace {

constexpr Vec3 left{1, 0, 0}, back{0, 1, 0}, feet{0, 0, -1};

/// The part of `v` across `along`, of length 1; another direction across it where there is none.
Vec3 across_of(const Vec3& v, const Vec3& along) {
  for (const Vec3& candidate : {v, back, left, feet})
    if (const Vec3 rest = candidate - dot(candidate, along) * along; norm(rest) > 0.1)
      return normalized(rest);
  return back;
}

Vec3 tangent_at(const CenterLine& line, std::size_t i) {
  constexpr std::size_t reach = 8; // the line's own jitter must not tilt the rows
  const std::size_t before = i > reach ? i - reach : 0, after = std::min(i + reach, line.points_mm.size() - 1);
  const Vec3 chord = line.points_mm[after] - line.points_mm[before];
  return norm(chord) > 0 ? normalized(chord) : feet;
}

const Vec3& nearest_in_height(const CenterLine& line, const Vec3& point) {
  return *std::ranges::min_element(line.points_mm, {}, [&](const Vec3& p) { return std::abs(p[2] - point[2]); });
}

std::string letter_of(const Vec3& direction) {
  constexpr std::array<std::pair<char, char>, 3> letters{{{'L', 'R'}, {'P', 'A'}, {'H', 'F'}}};
  std::array<std::size_t, 3> order{0, 1, 2};
  std::ranges::sort(order, std::ranges::greater{}, [&](std::size_t axis) { return std::abs(direction[axis]); });
  std::string text;
  for (const std::size_t axis : order)
    if (const double part = direction[axis]; std::abs(part) > 0.35 * norm(direction) && text.size() < 2)
      text += part > 0 ? letters[axis].first : letters[axis].second;
  return text;
}

} // namespace

Surface plane_through(const Vec3& middle_mm, const Vec3& across, const Vec3& down, int width, int height,
                      double mm_per_px) {
  Surface surface{width, {}, mm_per_px, true};
  const Vec3 normal = cross(across, down);
  for (int y = 0; y < height; ++y)
    surface.rows.push_back(
        {middle_mm - (mm_per_px * 0.5 * (width - 1)) * across + (mm_per_px * (y - 0.5 * (height - 1))) * down,
         mm_per_px * across, normal});
  return surface;
}

Surface plane_through(Plane plane, const Vec3& middle_mm, int width, int height, double mm_per_px) {
  switch (plane) {
  case Plane::Axial:
    return plane_through(middle_mm, left, back, width, height, mm_per_px);
  case Plane::Coronal:
    return plane_through(middle_mm, left, feet, width, height, mm_per_px);
  case Plane::Sagittal:
    break;
  }
  return plane_through(middle_mm, back, feet, width, height, mm_per_px);
}

Surface oblique_along(const CenterLine& line, const Vec3& middle_mm, int width, int height, double mm_per_px) {
  const Vec3 along = line.points_mm.size() > 1 ? line.points_mm.back() - line.points_mm.front() : feet;
  const Vec3 down = norm(along) > 0 ? normalized(along) : feet;
  return plane_through(middle_mm, across_of(back, down), down, width, height, mm_per_px);
}

Surface curved_along(const CenterLine& line, const CenterLine& beside, double first_mm, int width, int height,
                     double mm_per_px) {
  Surface surface{width, {}, mm_per_px, false};
  if (line.points_mm.empty())
    surface.rows.resize(static_cast<std::size_t>(height)); // nothing to show
  for (int y = 0; y < height && !line.points_mm.empty(); ++y) {
    const double place = (first_mm + y * mm_per_px) / line.step_mm;
    if (place < 0 || place > static_cast<double>(line.points_mm.size() - 1)) {
      surface.rows.push_back({}); // beyond the line's ends: step 0 shows nothing
      continue;
    }
    const auto i = static_cast<std::size_t>(place);
    const Vec3& here = line.points_mm[i];
    const Vec3& next = line.points_mm[std::min(i + 1, line.points_mm.size() - 1)];
    const Vec3 point = here + (place - static_cast<double>(i)) * (next - here);
    const Vec3 tangent = tangent_at(line, i);
    const Vec3 toward = beside.points_mm.empty() ? back : nearest_in_height(beside, point) - point;
    const Vec3 across = across_of(toward, tangent);
    surface.rows.push_back(
        {point - (mm_per_px * 0.5 * (width - 1)) * across, mm_per_px * across, cross(across, tangent)});
  }
  return surface;
}

std::optional<std::array<double, 2>> pixel_of(const Surface& surface, const Vec3& point_mm, double reach_mm) {
  if (surface.flat && surface.rows.size() > 1) {
    const SurfaceRow& top = surface.rows.front();
    const double px_mm2 = surface.mm_per_px * surface.mm_per_px;
    const Vec3 to_point = point_mm - top.left_mm, down = surface.rows[1].left_mm - top.left_mm;
    const double x = dot(to_point, top.step_mm) / px_mm2, y = dot(to_point, down) / px_mm2;
    const bool inside = x >= -0.5 && x < surface.width - 0.5 && y >= -0.5 && y < surface.height() - 0.5;
    return inside && std::abs(dot(to_point, top.normal)) <= reach_mm ? std::optional(std::array{x, y}) : std::nullopt;
  }
  double best_mm = reach_mm;
  std::optional<std::array<double, 2>> best;
  for (int y = 0; y < surface.height(); ++y) {
    const SurfaceRow& row = surface.rows[static_cast<std::size_t>(y)];
    const double step_mm = norm(row.step_mm);
    if (step_mm == 0)
      continue;
    const Vec3 across = (1 / step_mm) * row.step_mm, to_point = point_mm - row.left_mm;
    const double x = dot(to_point, across) / step_mm;
    const double distance_mm = norm(to_point - (x * step_mm) * across);
    if (distance_mm <= best_mm && x >= -0.5 && x < surface.width - 0.5) {
      best_mm = distance_mm;
      best = {x, static_cast<double>(y)};
    }
  }
  return best;
}

Vec3 point_at(const Surface& surface, double x, double y) {
  const auto row = static_cast<std::size_t>(std::clamp(static_cast<int>(std::lround(y)), 0, surface.height() - 1));
  return surface.rows[row].left_mm + x * surface.rows[row].step_mm;
}

SideLetters side_letters(const Surface& surface) {
  if (surface.rows.size() < 2)
    return {};
  const SurfaceRow& middle = surface.rows[surface.rows.size() / 2];
  const Vec3 across = middle.step_mm;
  const Vec3 down = surface.flat ? surface.rows[1].left_mm - surface.rows[0].left_mm : cross(middle.normal, across);
  SideLetters letters{letter_of(-1.0 * across), letter_of(across), letter_of(-1.0 * down), letter_of(down)};
  if (!surface.flat)
    letters = {letters.left, letters.right, "H", "F"};
  return letters;
}

double scale_bar_mm(const Surface& surface) {
  const double wanted_mm = 0.25 * surface.width * surface.mm_per_px;
  double length_mm = 1;
  for (const double candidate : {1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0})
    if (candidate <= wanted_mm)
      length_mm = candidate;
  return length_mm;
}

} // namespace osteocalc::view
