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
constexpr double least_contrast_hu_mm = 60;       // of plates over their surroundings, times their thickness
constexpr double model_sd_hu = 20; // texture, noise and shape: what a slice's mean differs from the model
constexpr double slice_se = 0.2;   // of a slice: plates are neither flat nor slices sharp-edged
const Eigen::Vector3d usual_hu{150, 700, 70}, usual_sd_hu{150, 500, 50}; // core, plate, disc

/// A column of the body's grid within one zone.
struct Column {
  int x, y;
  double bottom, top; ///< index of the body's faces
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

/// A plate tried at one place with one thickness: how probable that is (logarithm), and what it stands out by.
struct Trial {
  double log_evidence = 0, contrast_hu_mm = 0;
};

/// HU of core, plate and disc are nuisances about their usual values; they are integrated out. Every slice that the
/// profile spans counts once, however many voxels it has.
Trial tried(const Profile& profile, double face_mm, double plate_mm, double slice_mm) {
  double voxels = 0;
  for (const double count : profile.count)
    voxels += count;
  const double weight = (inwards_mm + outwards_mm) / slice_mm / std::max(1.0, voxels) / (model_sd_hu * model_sd_hu);
  const Eigen::Vector3d prior = usual_sd_hu.array().square().inverse();
  Eigen::Matrix3d normal = prior.asDiagonal();
  Eigen::Vector3d right = prior.cwiseProduct(usual_hu);
  double squares = 0;
  for (std::size_t i = 0; i < profile.count.size(); ++i)
    if (profile.count[i] > 0) {
      const double below_face = share_below(Profile::at_mm(i), face_mm, slice_mm);
      const double core = share_below(Profile::at_mm(i), face_mm - plate_mm, slice_mm);
      const Eigen::Vector3d row(core, below_face - core, 1 - below_face);
      const double hu = profile.sum[i] / profile.count[i], counts = weight * profile.count[i];
      normal += counts * row * row.transpose();
      right += counts * hu * row;
      squares += counts * hu * hu;
    }
  const Eigen::Vector3d hu = normal.llt().solve(right);
  return {-0.5 * (squares - right.dot(hu) + std::log(normal.determinant())),
          plate_mm * (hu[1] - 0.5 * (hu[0] + hu[2]))};
}

/// An endplate's outer face.
struct Face {
  double beyond_mm = 0, se_mm = 0; ///< from the body's
  double contrast_hu_mm = 0;
};

/// Mean and SD over all places and thicknesses, each as probable as the profile makes it: in thick slices many places
/// explain it alike, and the best of them is no better than the next.
Face face_of(const Profile& profile, double slice_mm) {
  const int reach = static_cast<int>((search_mm + search_voxels * slice_mm) / face_step_mm);
  std::vector<std::pair<double, Trial>> trials;
  double most = std::numeric_limits<double>::lowest();
  for (const double plate_mm : thickness_mm)
    for (int i = -reach; i <= reach; ++i) {
      trials.emplace_back(i * face_step_mm, tried(profile, i * face_step_mm, plate_mm, slice_mm));
      most = std::max(most, trials.back().second.log_evidence);
    }
  double all = 0, squares = 0;
  Face face;
  for (const auto& [at_mm, trial] : trials) {
    const double probability = std::exp(trial.log_evidence - most);
    all += probability;
    face.beyond_mm += probability * at_mm;
    face.contrast_hu_mm += probability * trial.contrast_hu_mm;
    squares += probability * at_mm * at_mm;
  }
  face.beyond_mm /= all;
  face.contrast_hu_mm /= all;
  const double spread_mm2 = squares / all - face.beyond_mm * face.beyond_mm;
  face.se_mm = std::hypot(std::sqrt(std::max(0.0, spread_mm2)), slice_se * slice_mm);
  return face;
}

/// Ends of the columns carried onto a smooth face, curved from front to back: whole voxels make steps of it.
void smooth_ends(std::array<std::vector<Column>, 3>& zones, double Column::*end) {
  const Column origin = zones[1].front();
  const auto row = [&](const Column& c) {
    const double depth = c.y - origin.y;
    return Eigen::Vector4d(c.x - origin.x, depth, depth * depth, 1);
  };
  Eigen::Matrix4d normal = Eigen::Matrix4d::Identity() * 1e-6;
  Eigen::Vector4d right = Eigen::Vector4d::Zero();
  for (const std::vector<Column>& columns : zones)
    for (const Column& c : columns) {
      normal += row(c) * row(c).transpose();
      right += row(c) * (c.*end);
    }
  const Eigen::Vector4d surface = normal.ldlt().solve(right);
  for (std::vector<Column>& columns : zones)
    for (Column& c : columns)
      c.*end = surface.dot(row(c));
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
    for (const Column& c : all)
      if (c.x >= left && c.x <= right && c.y >= depth[0] && c.y <= depth[1]) {
        zones.at[static_cast<std::size_t>(c.y) * static_cast<std::size_t>(mask.size(0)) +
                 static_cast<std::size_t>(c.x)] = {zone, zones.columns[zone].size()};
        zones.columns[zone].push_back(c);
      }
    if (zones.columns[zone].empty())
      return {};
  }
  smooth_ends(zones.columns, &Column::bottom);
  smooth_ends(zones.columns, &Column::top);
  for (std::size_t zone = 0; zone < 3; ++zone)
    for (const Column& c : zones.columns[zone])
      zones.height_mm[zone] +=
          (c.top - c.bottom) * mask.geometry().spacing_mm[2] / static_cast<double>(zones.columns[zone].size());
  return zones;
}

/// Profiles by zone and end (lower, upper).
using Profiles = std::array<std::array<Profile, 2>, 3>;

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
        profiles[zone][0].add((column.bottom - at[2]) * grid.spacing_mm[2], hu(x, y, z));
        profiles[zone][1].add((at[2] - column.top) * grid.spacing_mm[2], hu(x, y, z));
      }
  return profiles;
}

} // namespace

std::optional<BodyHeights> endplate_heights(const Volume<std::int16_t>& hu, const VertebralBody& body) {
  const VolumeGeometry& grid = body.mask.geometry();
  const Zones zones = zones_of(body.mask);
  const double slice_mm = voxel_along_mm(hu.geometry(), grid.axes[2]);
  if (std::ranges::any_of(zones.columns, [](const auto& c) { return c.empty(); }))
    return std::nullopt;
  const Profiles profiles = profiles_of(hu, body.mask, zones);
  std::array<double, 3> heights{}, errors{};
  double contrast_hu_mm = 0;
  for (std::size_t zone = 0; zone < 3; ++zone) {
    const Face lower = face_of(profiles[zone][0], slice_mm), upper = face_of(profiles[zone][1], slice_mm);
    heights[zone] = zones.height_mm[zone] + lower.beyond_mm + upper.beyond_mm;
    errors[zone] = std::hypot(lower.se_mm, upper.se_mm);
    contrast_hu_mm += (lower.contrast_hu_mm + upper.contrast_hu_mm) / 6;
  }
  if (contrast_hu_mm < least_contrast_hu_mm)
    return std::nullopt;
  return BodyHeights{heights[0], heights[1], heights[2], errors[0], errors[1], errors[2]};
}

bool discs_in_view(const VolumeGeometry& image, const VertebralBody& body, const BodyHeights& heights) {
  const Vec3& up = body.mask.geometry().axes[2];
  return std::ranges::all_of(std::array{-1.0, 1.0}, [&](double sign) {
    const Vec3 disc = body.center_mm + sign * (0.5 * heights.middle_mm + outwards_mm) * up;
    const double z = point_to_index(image, disc)[2];
    return z >= -0.5 && z <= image.size[2] - 0.5;
  });
}

} // namespace osteocalc::bone
