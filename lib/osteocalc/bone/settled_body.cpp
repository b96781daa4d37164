// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/settled_body.h"

#include "osteocalc/image/resample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace osteocalc::bone {
namespace {

constexpr double step_mm = 0.5;      // of the profiles
constexpr double edge_mm = 0.5;      // HU on either side of an edge are compared so far from it: thinner than a cortex
constexpr double least_fall_hu = 20; // less is no edge
constexpr double clear_fall = 0.7;   // of the greatest: the first such fall outwards is the body's own edge
constexpr double voxels_moved = 1.5; // at most
constexpr double most_moved_mm = 6;  // however thick the slices are
constexpr double smallest = 8;       // grid steps: what is less shows no faces
constexpr int rounds = 2;

struct Extent {
  double low = 0, high = 0;
  [[nodiscard]] double at(double fraction) const { return low + fraction * (high - low); }
};
using Box = std::array<Extent, 3>;

/// Faces of a mask, index: where the 2nd and 98th percentile of its voxels lie along each axis.
Box box_of(const Volume<std::uint8_t>& mask) {
  std::array<std::vector<std::size_t>, 3> counts;
  for (std::size_t axis = 0; axis < 3; ++axis)
    counts[axis].assign(static_cast<std::size_t>(mask.geometry().size[axis]), 0);
  std::size_t all = 0;
  for (int z = 0; z < mask.size(2); ++z)
    for (int y = 0; y < mask.size(1); ++y)
      for (int x = 0; x < mask.size(0); ++x)
        if (mask(x, y, z) != 0) {
          ++counts[0][static_cast<std::size_t>(x)];
          ++counts[1][static_cast<std::size_t>(y)];
          ++counts[2][static_cast<std::size_t>(z)];
          ++all;
        }
  Box box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::size_t below = 0;
    bool begun = false;
    for (std::size_t i = 0; i < counts[axis].size(); ++i) {
      below += counts[axis][i];
      if (!begun && 50 * below > all) {
        box[axis].low = static_cast<double>(i) - 0.5;
        begun = true;
      }
      if (50 * (all - below) > all)
        box[axis].high = static_cast<double>(i) + 1.5;
    }
  }
  return box;
}

/// One side of the body: the axis it looks along, which way, and which lines along that axis are taken: between these
/// shares of the body's extents (of the two other axes; front, left and right only where no pedicle begins).
struct Side {
  std::size_t axis;
  int sign;
  std::array<std::array<double, 2>, 3> between;
};
constexpr std::array<double, 2> any{0, 1};
constexpr std::array<Side, 6> sides{{{0, -1, {any, {{0.25, 0.60}}, {{0.30, 0.70}}}},
                                     {0, 1, {any, {{0.25, 0.60}}, {{0.30, 0.70}}}},
                                     {1, -1, {{{{0.30, 0.70}}, any, {{0.30, 0.70}}}}},
                                     {1, 1, {{{{0.30, 0.70}}, any, {{0.30, 0.70}}}}},
                                     {2, -1, {{{{0.25, 0.75}}, {{0.20, 0.80}}, any}}},
                                     {2, 1, {{{{0.25, 0.75}}, {{0.20, 0.80}}, any}}}}};

/// Ends of the mask's lines on one side: index of the outermost voxels' faces.
std::vector<Vec3> face_of(const Volume<std::uint8_t>& mask, const Box& box, const Side& side) {
  const std::size_t a = side.axis, b = (a + 1) % 3, c = (a + 2) % 3;
  const auto range = [&](std::size_t axis) {
    return std::array{static_cast<int>(std::ceil(box[axis].at(side.between[axis][0]))),
                      static_cast<int>(std::floor(box[axis].at(side.between[axis][1])))};
  };
  const auto [b_low, b_high] = range(b);
  const auto [c_low, c_high] = range(c);
  const int n = mask.geometry().size[a];
  std::vector<Vec3> ends;
  for (int j = b_low; j <= b_high; ++j)
    for (int k = c_low; k <= c_high; ++k) {
      std::array<int, 3> at{};
      at[b] = j;
      at[c] = k;
      for (int i = 0; i < n; ++i) {
        at[a] = side.sign < 0 ? i : n - 1 - i;
        if (mask(at[0], at[1], at[2]) != 0) {
          Vec3 end{double(at[0]), double(at[1]), double(at[2])};
          end[a] += 0.5 * side.sign;
          ends.push_back(end);
          break;
        }
      }
    }
  return ends;
}

/// How far beyond the label's face, mm, the bone ends; nothing where no edge is clear.
std::optional<double> edge_beyond_mm(const Volume<std::int16_t>& hu, const VolumeGeometry& grid,
                                     const std::vector<Vec3>& ends, const Side& side, double reach_mm) {
  if (ends.empty())
    return std::nullopt;
  const int reach = static_cast<int>(std::ceil((reach_mm + edge_mm) / step_mm)),
            aside = static_cast<int>(edge_mm / step_mm);
  std::vector<double> profile(static_cast<std::size_t>(2 * reach) + 1, 0);
  for (const Vec3& end : ends)
    for (int i = -reach; i <= reach; ++i) {
      Vec3 at = end;
      at[side.axis] += side.sign * i * step_mm / grid.spacing_mm[side.axis];
      profile[static_cast<std::size_t>(i + reach)] +=
          interpolate(hu, point_to_index(hu.geometry(), index_to_point(grid, at))) / static_cast<double>(ends.size());
    }
  std::vector<double> fall; // from -reach + aside
  for (std::size_t i = 0; i + 2 * static_cast<std::size_t>(aside) < profile.size(); ++i)
    fall.push_back(profile[i] - profile[i + 2 * static_cast<std::size_t>(aside)]);
  const double greatest = *std::ranges::max_element(fall);
  if (greatest < least_fall_hu)
    return std::nullopt;
  // The middle of the first clear fall: across a wide edge it has no one steepest place.
  double weights = 0, place = 0;
  for (std::size_t i = 0; i < fall.size(); ++i) {
    const double weight = fall[i] - clear_fall * greatest;
    if (weight > 0) {
      weights += weight;
      place += weight * static_cast<double>(i);
    } else if (weights > 0)
      break;
  }
  return (place / weights + aside - reach) * step_mm;
}

/// The mask with so much room around its box that every face can move; `first` becomes the new grid's first index.
Volume<std::uint8_t> with_room(const Volume<std::uint8_t>& mask, const Box& box, std::array<int, 3>& first) {
  VolumeGeometry grid = mask.geometry();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const int room = static_cast<int>(std::ceil(most_moved_mm / grid.spacing_mm[axis])) + 3;
    first[axis] = static_cast<int>(box[axis].low) - room;
    grid.size[axis] = static_cast<int>(box[axis].high) + room + 1 - first[axis];
  }
  grid.origin_mm = index_to_point(mask.geometry(), {double(first[0]), double(first[1]), double(first[2])});
  Volume<std::uint8_t> result(grid, 0);
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        if (mask.contains(x + first[0], y + first[1], z + first[2]))
          result(x, y, z) = mask(x + first[0], y + first[1], z + first[2]);
  return result;
}

/// Where along one axis something of `from` comes to lie when it is stretched onto `to`.
double carried(double at, const Extent& from, const Extent& to) {
  return to.low + (at - from.low) * (to.high - to.low) / (from.high - from.low);
}

/// The mask, its box `from` stretched onto `to`, on the same grid.
Volume<std::uint8_t> stretched(const Volume<std::uint8_t>& mask, const Box& from, const Box& to) {
  Volume<std::uint8_t> result(mask.geometry(), 0);
  const auto share = [&](int x, int y, int z) { return mask.contains(x, y, z) ? double(mask(x, y, z)) : 0.0; };
  for (int z = 0; z < mask.size(2); ++z)
    for (int y = 0; y < mask.size(1); ++y)
      for (int x = 0; x < mask.size(0); ++x) {
        const double sx = carried(x, to[0], from[0]), sy = carried(y, to[1], from[1]), sz = carried(z, to[2], from[2]);
        const int ix = static_cast<int>(std::floor(sx)), iy = static_cast<int>(std::floor(sy)),
                  iz = static_cast<int>(std::floor(sz));
        const auto plane = [&](int k) {
          return std::lerp(std::lerp(share(ix, iy, k), share(ix + 1, iy, k), sx - ix),
                           std::lerp(share(ix, iy + 1, k), share(ix + 1, iy + 1, k), sx - ix), sy - iy);
        };
        result(x, y, z) = std::lerp(plane(iz), plane(iz + 1), sz - iz) >= 0.5 ? 1 : 0;
      }
  return result;
}

/// The label's box with every face where the image has it.
Box moved_box(const Volume<std::int16_t>& hu, const Volume<std::uint8_t>& mask, const Box& box, const Box& label) {
  const VolumeGeometry& grid = mask.geometry();
  Box moved = box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double spacing_mm = grid.spacing_mm[axis];
    const double reach_mm = std::min(most_moved_mm, voxels_moved * voxel_along_mm(hu.geometry(), grid.axes[axis]));
    const auto shift = [&](const Side& side) {
      return edge_beyond_mm(hu, grid, face_of(mask, box, side), side, reach_mm);
    };
    std::optional<double> low = shift(sides[2 * axis]), high = shift(sides[2 * axis + 1]);
    if (!low && !high)
      continue;
    const double low_mm = low ? *low : -*high, high_mm = high ? *high : -*low;
    const double reach = reach_mm / spacing_mm;
    moved[axis].low = std::clamp(box[axis].low - low_mm / spacing_mm, label[axis].low - reach, label[axis].low + reach);
    moved[axis].high =
        std::clamp(box[axis].high + high_mm / spacing_mm, label[axis].high - reach, label[axis].high + reach);
  }
  return moved;
}

} // namespace

VertebralBody settled(const VertebralBody& body, const Volume<std::int16_t>& hu) {
  std::array<int, 3> first{};
  const Volume<std::uint8_t> mask = with_room(body.mask, box_of(body.mask), first);
  const Box label = box_of(mask);
  const bool too_small = std::ranges::any_of(label, [](const Extent& e) { return e.high - e.low < smallest; });
  Box box = label;
  VertebralBody result{body.level, mask.clone(), {}, 0, {}, body.tilt_deg, body.cut_by_field_of_view};
  for (int round = 0; round < rounds && !body.cut_by_field_of_view && !too_small; ++round)
    result.mask = stretched(mask, label, box = moved_box(hu, result.mask, box, label));
  const Vec3 center = point_to_index(mask.geometry(), body.center_mm);
  result.center_mm =
      index_to_point(mask.geometry(), {carried(center[0], label[0], box[0]), carried(center[1], label[1], box[1]),
                                       carried(center[2], label[2], box[2])});
  result.mid_height_index = carried(body.mid_height_index - first[2], label[2], box[2]);
  const double taller = (box[2].high - box[2].low) / (label[2].high - label[2].low);
  result.heights = body.heights;
  for (double* height_mm : {&result.heights.anterior_mm, &result.heights.middle_mm, &result.heights.posterior_mm})
    *height_mm *= taller;
  return result;
}

} // namespace osteocalc::bone
