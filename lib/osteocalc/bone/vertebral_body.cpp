// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/vertebral_body.h"

#include "osteocalc/bone/canal.h"
#include "osteocalc/bone/endplates.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace osteocalc::bone {
namespace {

constexpr double step_mm = 1.0;
constexpr int frame_iterations = 3;

/// A vertebra of the map: where its voxels are and which labels they carry.
struct Labelled {
  Vertebra level;
  LabelBox box;
  Vec3 centroid_mm;
  bool has_body_label;
};

Vec3 centroid_of(const Volume<LabelId>& labels, const LabelBox& box, LabelId id) {
  Vec3 sum{0, 0, 0};
  double count = 0;
  for (int z = box.low[2]; z <= box.high[2]; ++z)
    for (int y = box.low[1]; y <= box.high[1]; ++y)
      for (int x = box.low[0]; x <= box.high[0]; ++x)
        if (labels(x, y, z) == id) {
          sum = sum + Vec3{double(x), double(y), double(z)};
          ++count;
        }
  return index_to_point(labels.geometry(), (1.0 / count) * sum);
}

LabelBox united(const LabelBox& a, const LabelBox& b) {
  if (a.empty() || b.empty())
    return a.empty() ? b : a;
  LabelBox box;
  box.count = a.count + b.count;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.low[axis] = std::min(a.low[axis], b.low[axis]);
    box.high[axis] = std::max(a.high[axis], b.high[axis]);
  }
  return box;
}

std::vector<Labelled> labelled_vertebrae(const Volume<LabelId>& labels) {
  const std::map<LabelId, LabelBox> boxes = label_boxes(labels);
  const auto box_of = [&](LabelId id) {
    const auto found = boxes.find(id);
    return found == boxes.end() ? LabelBox{} : found->second;
  };
  std::vector<Labelled> found;
  for (const Vertebra level : all_vertebrae) {
    const LabelBox whole = box_of(whole_vertebra_label(level));
    const LabelBox body = box_of(vertebral_body_label(level));
    if (whole.empty() && body.empty())
      continue;
    const LabelId id = body.empty() ? whole_vertebra_label(level) : vertebral_body_label(level);
    found.push_back({level, united(whole, body), centroid_of(labels, body.empty() ? whole : body, id), !body.empty()});
  }
  return found;
}

/// Directions the vertebra's axis may have: along the spine through its neighbours' centroids, and the scanner's own. A
/// neighbour that is cut by the scan (only its processes in view) misleads, hence several.
std::vector<Vec3> possible_axes(const std::vector<Labelled>& vertebrae, std::size_t i, const VolumeGeometry& geometry) {
  std::vector<Vec3> axes;
  const auto add = [&](const Vec3& upper, const Vec3& lower) {
    if (norm(upper - lower) > 0)
      axes.push_back(normalized(upper - lower));
  };
  const bool has_above = i > 0, has_below = i + 1 < vertebrae.size();
  if (has_above && has_below)
    add(vertebrae[i - 1].centroid_mm, vertebrae[i + 1].centroid_mm);
  if (has_below)
    add(vertebrae[i].centroid_mm, vertebrae[i + 1].centroid_mm);
  if (has_above)
    add(vertebrae[i - 1].centroid_mm, vertebrae[i].centroid_mm);
  axes.push_back(geometry.axes[2]);
  return axes;
}

/// Right-handed axes (left, back, up) with `up` as given and `back` as near to `toward_back` as can be.
std::array<Vec3, 3> frame_axes(const Vec3& up, const Vec3& toward_back) {
  const Vec3 back = normalized(toward_back - dot(toward_back, up) * up);
  return {cross(back, up), back, up};
}

/// A 1 mm grid along `axes` that holds the labelled box, with a margin of outside.
VolumeGeometry frame_grid(const VolumeGeometry& image, const LabelBox& box, const std::array<Vec3, 3>& axes) {
  Vec3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
  for (int corner = 0; corner < 8; ++corner) {
    Vec3 index{};
    for (std::size_t axis = 0; axis < 3; ++axis)
      index[axis] = ((corner >> axis) & 1) != 0 ? box.high[axis] + 1.0 : box.low[axis] - 1.0;
    const Vec3 point = index_to_point(image, index);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], dot(point, axes[axis]));
      high[axis] = std::max(high[axis], dot(point, axes[axis]));
    }
  }
  VolumeGeometry grid;
  grid.axes = axes;
  grid.spacing_mm = {step_mm, step_mm, step_mm};
  grid.origin_mm = {0, 0, 0};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    grid.size[axis] = static_cast<int>(std::ceil((high[axis] - low[axis]) / step_mm)) + 1;
    grid.origin_mm = grid.origin_mm + low[axis] * axes[axis];
  }
  return grid;
}

/// The share of `ids` around each grid point, trilinear, cut at one half: smooth where the labels are coarse.
template <class IsMember>
Volume<std::uint8_t> sample_mask(const Volume<LabelId>& labels, const VolumeGeometry& grid, const IsMember& member) {
  Volume<std::uint8_t> mask(grid, 0);
  const VolumeGeometry& image = labels.geometry();
  const auto index_at = [&](int x, int y, int z) {
    return point_to_index(image, index_to_point(grid, {double(x), double(y), double(z)}));
  };
  const Vec3 along_x = index_at(1, 0, 0) - index_at(0, 0, 0);
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y) {
      Vec3 index = index_at(0, y, z);
      for (int x = 0; x < grid.size[0]; ++x, index = index + along_x) {
        std::array<int, 3> low{};
        Vec3 part{};
        for (std::size_t axis = 0; axis < 3; ++axis) {
          low[axis] = static_cast<int>(std::floor(index[axis]));
          part[axis] = index[axis] - low[axis];
        }
        bool within = true;
        for (std::size_t axis = 0; axis < 3; ++axis)
          within = within && index[axis] >= -0.5 && index[axis] <= image.size[axis] - 0.5;
        if (!within)
          continue;
        double share = 0;
        for (int corner = 0; corner < 8; ++corner) {
          const int dx = corner & 1, dy = (corner >> 1) & 1, dz = (corner >> 2) & 1;
          // Half a voxel beyond the scan the nearest voxel stands for what is not there, so that a cut vertebra is not
          // shaved; farther out there is nothing.
          const int ix = std::clamp(low[0] + dx, 0, image.size[0] - 1);
          const int iy = std::clamp(low[1] + dy, 0, image.size[1] - 1);
          const int iz = std::clamp(low[2] + dz, 0, image.size[2] - 1);
          if (member(labels.voxels()[labels.offset(ix, iy, iz)]))
            share += (dx ? part[0] : 1 - part[0]) * (dy ? part[1] : 1 - part[1]) * (dz ? part[2] : 1 - part[2]);
        }
        mask(x, y, z) = share >= 0.5 ? 1 : 0;
      }
    }
  return mask;
}

bool reaches_first_or_last_slice(const VertebralBody& body, const VolumeGeometry& image) {
  const VolumeGeometry& grid = body.mask.geometry();
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        if (body.mask(x, y, z) != 0) {
          const Vec3 index = point_to_index(image, index_to_point(grid, {double(x), double(y), double(z)}));
          if (index[2] < 0.5 || index[2] > image.size[2] - 1.5)
            return true;
        }
  return false;
}

/// The direction along which the canal looks widest: seen askew, the arch covers it.
Vec3 axis_along_canal(const Volume<LabelId>& labels, const Labelled& vertebra, const std::vector<Vec3>& axes) {
  const LabelId whole_id = whole_vertebra_label(vertebra.level), body_id = vertebral_body_label(vertebra.level);
  Vec3 best = axes.front();
  double widest_mm2 = 0;
  for (const Vec3& axis : axes) {
    const VolumeGeometry grid = frame_grid(labels.geometry(), vertebra.box, frame_axes(axis, {0, 1, 0}));
    const auto canal =
        find_canal(sample_mask(labels, grid, [&](LabelId id) { return id == whole_id || id == body_id; }));
    if (canal && canal->area_mm2 > widest_mm2) {
      widest_mm2 = canal->area_mm2;
      best = axis;
    }
  }
  return best;
}

BodyFinding find_body(const Volume<LabelId>& labels, const Labelled& vertebra, const Vec3& initial_up) {
  const LabelId whole_id = whole_vertebra_label(vertebra.level);
  const LabelId body_id = vertebral_body_label(vertebra.level);
  const Vec3 scanner_up = labels.geometry().axes[2];
  Vec3 up = initial_up, back{0, 1, 0};
  BodyFinding finding{vertebra.level, {}, {}};
  for (int iteration = 0; iteration < frame_iterations; ++iteration) {
    const VolumeGeometry grid = frame_grid(labels.geometry(), vertebra.box, frame_axes(up, back));
    const Volume<std::uint8_t> whole =
        sample_mask(labels, grid, [&](LabelId id) { return id == whole_id || id == body_id; });
    const std::optional<Canal> canal = find_canal(whole);
    if (!canal && !vertebra.has_body_label) {
      finding.missing = "no spinal canal is enclosed by the label, so its body cannot be told from its processes";
      return finding;
    }
    Volume<std::uint8_t> mask = vertebra.has_body_label
                                    ? sample_mask(labels, grid, [&](LabelId id) { return id == body_id; })
                                    : in_front_of(whole, *canal);
    keep_largest_part(mask);
    const std::optional<Endplates> endplates = fit_endplates(mask);
    if (!endplates) {
      finding.missing = "the labelled body is too small or too broken to show two endplates";
      return finding;
    }
    VertebralBody body;
    body.level = vertebra.level;
    body.center_mm = index_to_point(grid, endplates->center_index);
    body.mid_height_index = endplates->center_index[2];
    body.heights = endplates->heights;
    up = normalized(endplates->normal_index[0] * grid.axes[0] + endplates->normal_index[1] * grid.axes[1] +
                    endplates->normal_index[2] * grid.axes[2]);
    body.tilt_deg = std::acos(std::clamp(dot(up, scanner_up), -1.0, 1.0)) * 180 / std::numbers::pi;
    if (canal) {
      const Vec3 toward_canal =
          index_to_point(grid, {canal->center_x, canal->center_y, endplates->center_index[2]}) - body.center_mm;
      back = norm(toward_canal) > 0 ? toward_canal : back;
    }
    body.mask = std::move(mask);
    finding.body = std::move(body);
  }
  finding.body->cut_by_field_of_view = reaches_first_or_last_slice(*finding.body, labels.geometry());
  return finding;
}

} // namespace

std::vector<BodyFinding> find_vertebral_bodies(const Volume<LabelId>& labels, Parallel parallel) {
  const std::vector<Labelled> vertebrae = labelled_vertebrae(labels);
  // S1 helps to orient L5 but is no level of its own for density.
  const auto count = static_cast<std::size_t>(
      std::ranges::count_if(vertebrae, [](const Labelled& v) { return v.level != Vertebra::S1; }));
  return parallel_map(count, parallel, [&](std::size_t i) {
    const std::vector<Vec3> axes = possible_axes(vertebrae, i, labels.geometry());
    return find_body(labels, vertebrae[i], axis_along_canal(labels, vertebrae[i], axes));
  });
}

} // namespace osteocalc::bone
