// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/endplate_heights.h"

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace osteocalc::bone {
namespace {

constexpr double search_mm = 3, search_voxels = 0.5; // the endplate lies so near the body's end
constexpr double inwards_mm = 12, outwards_mm = 5;   // what is looked at beside it: core and disc
constexpr double bin_mm = 0.25, face_step_mm = 0.25;
constexpr std::array thickness_mm{0.5, 1.0, 1.5}; // of a bony endplate
constexpr double least_contrast_hu_mm = 60;       // of a plate over its surroundings, times its thickness
constexpr double thickest_slice_mm = 3.5;         // fewer slices than unknowns show the endplate in thicker ones
constexpr std::size_t strips = 5;
constexpr double slice_se = 0.25; // of a slice: where slices lie to the plate shows in no scatter between strips

/// A column of the body's grid within one zone, and which of the strips from left to right it belongs to.
struct Column {
  int x, y;
  double bottom, top; ///< index of the body's faces
  std::size_t strip = 0;
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

/// HU over the distance beyond the body's face, in bins; the scan's own voxels, which unlike interpolated ones are no
/// wider than a slice.
struct Profile {
  std::vector<double> sum, count;
  Profile() : sum(bins(), 0), count(bins(), 0) {}
  static std::size_t bins() { return static_cast<std::size_t>((inwards_mm + outwards_mm) / bin_mm); }
  static double at_mm(std::size_t bin) { return (static_cast<double>(bin) + 0.5) * bin_mm - inwards_mm; }
  void add(double beyond_mm, double hu) {
    const double bin = std::floor((beyond_mm + inwards_mm) / bin_mm);
    if (bin >= 0 && bin < static_cast<double>(bins())) {
      sum[static_cast<std::size_t>(bin)] += hu;
      count[static_cast<std::size_t>(bin)] += 1;
    }
  }
};

/// How much of a slice of `slice_mm` about `at_mm` lies below `edge_mm`.
double share_below(double at_mm, double edge_mm, double slice_mm) {
  return std::clamp((edge_mm - at_mm) / slice_mm + 0.5, 0.0, 1.0);
}

/// Squares left when core, plate and disc get their best HU for a plate that ends at `face_mm`; the plate's HU over the
/// mean of the others goes into `contrast_hu`.
double misfit(const Profile& profile, double face_mm, double plate_mm, double slice_mm, double& contrast_hu) {
  Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
  Eigen::Vector3d right = Eigen::Vector3d::Zero();
  double squares = 0;
  for (std::size_t i = 0; i < profile.count.size(); ++i)
    if (profile.count[i] > 0) {
      const double below_face = share_below(Profile::at_mm(i), face_mm, slice_mm);
      const double core = share_below(Profile::at_mm(i), face_mm - plate_mm, slice_mm);
      const Eigen::Vector3d row(core, below_face - core, 1 - below_face);
      const double hu = profile.sum[i] / profile.count[i];
      normal += profile.count[i] * row * row.transpose();
      right += profile.count[i] * hu * row;
      squares += profile.count[i] * hu * hu;
    }
  normal.diagonal().array() += 1e-6;
  const Eigen::Vector3d hu = normal.ldlt().solve(right);
  contrast_hu = hu[1] - 0.5 * (hu[0] + hu[2]);
  return squares - right.dot(hu);
}

/// The endplate's outer face: mm beyond the body's, by the best of all places and thicknesses. Nothing without a plate.
std::optional<double> face_mm(const Profile& profile, double spacing_mm) {
  const double reach_mm = search_mm + search_voxels * spacing_mm;
  double least = std::numeric_limits<double>::max(), contrast_hu = 0, best_contrast_hu = 0;
  std::array<double, 2> best{}; // place, thickness
  for (const double plate_mm : thickness_mm)
    for (double at_mm = -reach_mm; at_mm <= reach_mm; at_mm += face_step_mm) {
      const double squares = misfit(profile, at_mm, plate_mm, spacing_mm, contrast_hu);
      if (squares < least) {
        least = squares;
        best = {at_mm, plate_mm};
        best_contrast_hu = contrast_hu;
      }
    }
  const auto [at_mm, plate_mm] = best;
  if (best_contrast_hu * plate_mm < least_contrast_hu_mm || std::abs(at_mm) > reach_mm - face_step_mm)
    return std::nullopt;
  const double before = misfit(profile, at_mm - face_step_mm, plate_mm, spacing_mm, contrast_hu);
  const double after = misfit(profile, at_mm + face_step_mm, plate_mm, spacing_mm, contrast_hu);
  const double bend = before - 2 * least + after;
  return at_mm + (bend > 0 ? 0.5 * face_step_mm * (before - after) / bend : 0);
}

struct Face {
  double beyond_mm = 0, se_mm = 0;
};

/// The face of one zone at one end, and by leaving out one strip after another how certain it is (jackknife).
std::optional<Face> face_of(const std::array<Profile, strips>& by_strip, double spacing_mm) {
  const auto joined = [&](std::size_t without) {
    Profile all;
    for (std::size_t k = 0; k < strips; ++k)
      for (std::size_t i = 0; i < all.sum.size() && k != without; ++i) {
        all.sum[i] += by_strip[k].sum[i];
        all.count[i] += by_strip[k].count[i];
      }
    return all;
  };
  const std::optional<double> whole = face_mm(joined(strips), spacing_mm);
  if (!whole)
    return std::nullopt;
  double variance = 0;
  for (std::size_t k = 0; k < strips; ++k) {
    const std::optional<double> without = face_mm(joined(k), spacing_mm);
    if (!without)
      return std::nullopt;
    variance += std::pow(*without - *whole, 2) * (strips - 1) / strips;
  }
  return Face{*whole, std::hypot(std::sqrt(variance), slice_se * spacing_mm)};
}

/// Ends of a zone's columns carried onto a plane: whole voxels make steps of what is smooth.
void smooth_ends(std::vector<Column>& columns, double Column::*end) {
  Eigen::Matrix3d normal = Eigen::Matrix3d::Identity() * 1e-6;
  Eigen::Vector3d right = Eigen::Vector3d::Zero();
  const Column origin = columns.front();
  const auto row = [&](const Column& c) { return Eigen::Vector3d(c.x - origin.x, c.y - origin.y, 1); };
  for (const Column& c : columns) {
    normal += row(c) * row(c).transpose();
    right += row(c) * (c.*end);
  }
  const Eigen::Vector3d plane = normal.ldlt().solve(right);
  for (Column& c : columns)
    c.*end = plane.dot(row(c));
}

/// Columns of the middle of the body, by their place on the body's grid, each with its zone.
struct Zones {
  std::array<std::vector<Column>, 3> columns;          ///< front, middle, back
  std::vector<std::pair<std::size_t, std::size_t>> at; ///< zone and number of the column at each (x, y), or no zone
  std::array<double, 3> height_mm{};                   ///< of the body, mean over the zone
};

Zones zones_of(const Volume<std::uint8_t>& mask) {
  constexpr std::array<std::array<double, 2>, 3> depths{{{0.05, 0.25}, {0.40, 0.60}, {0.75, 0.95}}};
  constexpr std::size_t none = 3;
  Zones zones;
  zones.at.assign(static_cast<std::size_t>(mask.size(0)) * static_cast<std::size_t>(mask.size(1)), {none, 0});
  const std::vector<Column> all = columns_of(mask);
  if (all.size() < 50)
    return zones;
  const auto [left, right] = between(all, 0.3, 0.7, [](const Column& c) { return c.x; });
  for (std::size_t zone = 0; zone < 3; ++zone) {
    const auto depth = between(all, depths[zone][0], depths[zone][1], [](const Column& c) { return c.y; });
    for (Column c : all)
      if (c.x >= left && c.x <= right && c.y >= depth[0] && c.y <= depth[1]) {
        c.strip = std::min(strips - 1, static_cast<std::size_t>((c.x - left) / (right - left) * strips));
        zones.at[static_cast<std::size_t>(c.y) * static_cast<std::size_t>(mask.size(0)) +
                 static_cast<std::size_t>(c.x)] = {zone, zones.columns[zone].size()};
        zones.columns[zone].push_back(c);
      }
    if (zones.columns[zone].empty())
      continue;
    smooth_ends(zones.columns[zone], &Column::bottom);
    smooth_ends(zones.columns[zone], &Column::top);
    for (const Column& c : zones.columns[zone])
      zones.height_mm[zone] +=
          (c.top - c.bottom) * mask.geometry().spacing_mm[2] / static_cast<double>(zones.columns[zone].size());
  }
  return zones;
}

/// Profiles by zone, end (lower, upper) and strip.
using Profiles = std::array<std::array<std::array<Profile, strips>, 2>, 3>;

Profiles profiles_of(const Volume<std::int16_t>& hu, const Volume<std::uint8_t>& mask, const Zones& zones) {
  const VolumeGeometry &grid = mask.geometry(), &image = hu.geometry();
  std::array<int, 3> low = image.size, high{-1, -1, -1};
  for (const auto& columns : zones.columns)
    for (const Column& c : columns)
      for (const double z : {c.bottom - outwards_mm / grid.spacing_mm[2], c.top + outwards_mm / grid.spacing_mm[2]}) {
        const Vec3 index = point_to_index(image, index_to_point(grid, {double(c.x), double(c.y), z}));
        for (std::size_t axis = 0; axis < 3; ++axis) {
          low[axis] = std::clamp(static_cast<int>(std::floor(index[axis])) - 1, 0, low[axis]);
          high[axis] =
              std::min(image.size[axis] - 1, std::max(high[axis], static_cast<int>(std::ceil(index[axis])) + 1));
        }
      }
  Profiles profiles;
  for (int z = low[2]; z <= high[2]; ++z)
    for (int y = low[1]; y <= high[1]; ++y)
      for (int x = low[0]; x <= high[0]; ++x) {
        const Vec3 at = point_to_index(grid, index_to_point(image, {double(x), double(y), double(z)}));
        const int gx = static_cast<int>(std::lround(at[0])), gy = static_cast<int>(std::lround(at[1]));
        if (gx < 0 || gy < 0 || gx >= mask.size(0) || gy >= mask.size(1))
          continue;
        const auto [zone, number] = zones.at[static_cast<std::size_t>(gy) * static_cast<std::size_t>(mask.size(0)) +
                                             static_cast<std::size_t>(gx)];
        if (zone >= zones.columns.size())
          continue;
        const Column& column = zones.columns[zone][number];
        profiles[zone][0][column.strip].add((column.bottom - at[2]) * grid.spacing_mm[2], hu(x, y, z));
        profiles[zone][1][column.strip].add((at[2] - column.top) * grid.spacing_mm[2], hu(x, y, z));
      }
  return profiles;
}

} // namespace

std::optional<BodyHeights> endplate_heights(const Volume<std::int16_t>& hu, const VertebralBody& body) {
  const VolumeGeometry& grid = body.mask.geometry();
  const Zones zones = zones_of(body.mask);
  const double slice_mm = voxel_along_mm(hu.geometry(), grid.axes[2]);
  if (slice_mm > thickest_slice_mm || std::ranges::any_of(zones.columns, [](const auto& c) { return c.empty(); }))
    return std::nullopt;
  const Profiles profiles = profiles_of(hu, body.mask, zones);
  std::array<double, 3> heights{}, errors{};
  for (std::size_t zone = 0; zone < 3; ++zone) {
    const auto lower = face_of(profiles[zone][0], slice_mm), upper = face_of(profiles[zone][1], slice_mm);
    if (!lower || !upper)
      return std::nullopt;
    heights[zone] = zones.height_mm[zone] + lower->beyond_mm + upper->beyond_mm;
    errors[zone] = std::hypot(lower->se_mm, upper->se_mm);
  }
  return BodyHeights{heights[0], heights[1], heights[2], errors[0], errors[1], errors[2]};
}

} // namespace osteocalc::bone
