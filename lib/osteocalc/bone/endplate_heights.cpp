// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/endplate_heights.h"

#include "osteocalc/image/resample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace osteocalc::bone {
namespace {

constexpr double step_mm = 0.25;
constexpr double search_mm = 4, beside_mm = 4; // the endplate lies so near the label's end, and is thinner than that
constexpr double slice_widening = 1.0;         // a slice widens what is thin by its own thickness
constexpr double thinnest_mm = 0.6, least_contrast_hu = 60;

struct Column {
  int x, y;
  double bottom, top; ///< index of the label's faces
};

std::vector<Column> columns_of(const Volume<std::uint8_t>& mask) {
  std::vector<Column> columns;
  for (int y = 0; y < mask.size(1); ++y)
    for (int x = 0; x < mask.size(0); ++x) {
      int low = -1, high = -1;
      for (int z = 0; z < mask.size(2); ++z)
        if (mask(x, y, z) != 0) {
          low = low < 0 ? z : low;
          high = z;
        }
      if (low >= 0)
        columns.push_back({x, y, low - 0.5, high + 0.5});
    }
  return columns;
}

/// Two values between which the given shares of a list lie.
template <class Of>
std::array<double, 2> between(const std::vector<Column>& columns, double from, double to, const Of& of) {
  std::vector<double> values;
  for (const Column& column : columns)
    values.push_back(of(column));
  std::ranges::sort(values);
  const double low = values[values.size() / 50], width = values[values.size() - 1 - values.size() / 50] - low;
  return {low + from * width, low + to * width};
}

using Profile = std::vector<double>;

/// How far from its peak a profile falls half-way to its lowest value beyond, towards one side; in samples.
double half_width(const Profile& profile, std::ptrdiff_t peak, std::ptrdiff_t side) {
  const auto reach = static_cast<std::ptrdiff_t>(beside_mm / step_mm);
  const auto at = [&](std::ptrdiff_t i) {
    return profile[static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(peak + side * i, 0, static_cast<std::ptrdiff_t>(profile.size()) - 1))];
  };
  double lowest = at(0);
  for (std::ptrdiff_t i = 1; i <= reach; ++i)
    lowest = std::min(lowest, at(i));
  const double half_hu = 0.5 * (at(0) + lowest);
  std::ptrdiff_t i = 0;
  while (i + 1 < reach && at(i + 1) > half_hu)
    ++i;
  return static_cast<double>(i) + (at(i) - half_hu) / std::max(1e-9, at(i) - at(i + 1));
}

/// The endplate's outer face: distance beyond `end` (index along z), mm, in `direction`. Slices widen the endplate both
/// ways alike, so its middle is right; half its thickness, what the slices add taken off, is put on top.
std::optional<double> face_mm(const Volume<std::int16_t>& hu, const VolumeGeometry& grid,
                              const std::vector<Column>& columns, double end, double direction) {
  Profile profile(static_cast<std::size_t>(2 * (search_mm + beside_mm) / step_mm) + 1, 0);
  for (const Column& column : columns)
    for (std::size_t i = 0; i < profile.size(); ++i) {
      const double away_mm = static_cast<double>(i) * step_mm - search_mm - beside_mm;
      const Vec3 at{double(column.x), double(column.y), end + direction * away_mm / grid.spacing_mm[2]};
      profile[i] += interpolate(hu, point_to_index(hu.geometry(), index_to_point(grid, at))) /
                    static_cast<double>(columns.size());
    }
  const auto margin = static_cast<std::ptrdiff_t>(beside_mm / step_mm);
  const auto peak = std::max_element(profile.begin() + margin, profile.end() - margin) - profile.begin();
  const double disc_hu = *std::min_element(profile.begin() + peak, profile.begin() + peak + margin);
  if (profile[static_cast<std::size_t>(peak)] - disc_hu < least_contrast_hu)
    return std::nullopt;
  const double inner = half_width(profile, peak, -1) * step_mm, outer = half_width(profile, peak, 1) * step_mm;
  const double slice_mm = slice_widening * hu.geometry().spacing_mm[2];
  const double thickness_mm =
      std::max(thinnest_mm, std::sqrt(std::max(0.0, (inner + outer) * (inner + outer) - slice_mm * slice_mm)));
  const double peak_mm = static_cast<double>(peak) * step_mm - search_mm - beside_mm;
  return peak_mm + 0.5 * (outer - inner) + 0.5 * std::min(thickness_mm, inner + outer);
}

} // namespace

std::optional<BodyHeights> endplate_heights(const Volume<std::int16_t>& hu, const VertebralBody& body) {
  const std::vector<Column> all = columns_of(body.mask);
  if (all.size() < 50)
    return std::nullopt;
  const VolumeGeometry& grid = body.mask.geometry();
  const auto across = between(all, 0.3, 0.7, [](const Column& c) { return c.x; });
  constexpr std::array<std::array<double, 2>, 3> zones{{{0.05, 0.25}, {0.40, 0.60}, {0.75, 0.95}}};
  std::array<double, 3> heights{};
  for (std::size_t k = 0; k < zones.size(); ++k) {
    const auto depth = between(all, zones[k][0], zones[k][1], [](const Column& c) { return c.y; });
    std::vector<Column> zone;
    double bottom = 0, top = 0;
    for (const Column& c : all)
      if (c.x >= across[0] && c.x <= across[1] && c.y >= depth[0] && c.y <= depth[1]) {
        zone.push_back(c);
        bottom += c.bottom;
        top += c.top;
      }
    if (zone.empty())
      return std::nullopt;
    bottom /= static_cast<double>(zone.size());
    top /= static_cast<double>(zone.size());
    const auto below = face_mm(hu, grid, zone, bottom, -1), above = face_mm(hu, grid, zone, top, 1);
    if (!below || !above)
      return std::nullopt;
    heights[k] = (top - bottom) * grid.spacing_mm[2] + *below + *above;
  }
  return BodyHeights{heights[0], heights[1], heights[2]};
}

} // namespace osteocalc::bone
