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

constexpr double step_mm = 1.0, coarse_step_mm = 2.0;
constexpr int frame_iterations = 3;
constexpr double label_height_se_voxels = 0.8; // up to a voxel, evenly spread, at either end

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

/// A cubic grid along `axes` that holds the labelled box, with a margin of outside.
VolumeGeometry frame_grid(const VolumeGeometry& image, const LabelBox& box, const std::array<Vec3, 3>& axes,
                          double spacing_mm) {
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
  grid.spacing_mm = {spacing_mm, spacing_mm, spacing_mm};
  grid.origin_mm = {0, 0, 0};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    grid.size[axis] = static_cast<int>(std::ceil((high[axis] - low[axis]) / spacing_mm)) + 1;
    grid.origin_mm = grid.origin_mm + low[axis] * axes[axis];
  }
  return grid;
}

/// The voxels around a labelled box as 0 and 1, two voxels of margin on every side. Half a voxel beyond the scan the
/// nearest voxel stands for what is not there, so that a cut vertebra is not shaved; farther out there is nothing.
template <class IsMember>
Volume<std::uint8_t> cropped(const Volume<LabelId>& labels, const LabelBox& box, const IsMember& member) {
  constexpr int margin = 2;
  VolumeGeometry geometry = labels.geometry();
  Vec3 first{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    first[axis] = box.low[axis] - margin;
    geometry.size[axis] = box.high[axis] - box.low[axis] + 1 + 2 * margin;
  }
  geometry.origin_mm = index_to_point(labels.geometry(), first);
  Volume<std::uint8_t> crop(geometry, 0);
  const auto source = [&](int offset, std::size_t axis) { return box.low[axis] - margin + offset; };
  const auto beyond = [&](int at, std::size_t axis) { return at < -1 || at > labels.size(axis); };
  for (int z = 0; z < geometry.size[2]; ++z)
    for (int y = 0; y < geometry.size[1]; ++y)
      for (int x = 0; x < geometry.size[0]; ++x) {
        const int ix = source(x, 0), iy = source(y, 1), iz = source(z, 2);
        if (!beyond(ix, 0) && !beyond(iy, 1) && !beyond(iz, 2))
          crop(x, y, z) = member(labels(std::clamp(ix, 0, labels.size(0) - 1), std::clamp(iy, 0, labels.size(1) - 1),
                                        std::clamp(iz, 0, labels.size(2) - 1)))
                              ? 1
                              : 0;
      }
  return crop;
}

/// The share of the mask around each grid point, trilinear, cut at one half: smooth where the labels are coarse.
Volume<std::uint8_t> sample_mask(const Volume<std::uint8_t>& crop, const VolumeGeometry& grid) {
  Volume<std::uint8_t> mask(grid, 0);
  const VolumeGeometry& source = crop.geometry();
  const auto index_at = [&](int x, int y, int z) {
    return point_to_index(source, index_to_point(grid, {double(x), double(y), double(z)}));
  };
  const Vec3 along_x = index_at(1, 0, 0) - index_at(0, 0, 0);
  const std::size_t row = static_cast<std::size_t>(source.size[0]),
                    slice = row * static_cast<std::size_t>(source.size[1]);
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y) {
      const Vec3 start = index_at(0, y, z);
      std::uint8_t* out = mask.slice(z).row(y);
      for (int x = 0; x < grid.size[0]; ++x) {
        const Vec3 index = start + double(x) * along_x;
        if (index[0] < 0 || index[1] < 0 || index[2] < 0)
          continue;
        const int ix = static_cast<int>(index[0]), iy = static_cast<int>(index[1]), iz = static_cast<int>(index[2]);
        if (ix + 1 >= source.size[0] || iy + 1 >= source.size[1] || iz + 1 >= source.size[2])
          continue;
        const std::uint8_t* v = crop.voxels().data() + crop.offset(ix, iy, iz);
        const int set =
            v[0] + v[1] + v[row] + v[row + 1] + v[slice] + v[slice + 1] + v[slice + row] + v[slice + row + 1];
        if (set == 0 || set == 8) { // nearly everywhere
          out[x] = set == 8 ? 1 : 0;
          continue;
        }
        const double u = index[0] - ix, w = index[1] - iy, t = index[2] - iz;
        const auto line = [&](const std::uint8_t* p) { return (1 - u) * p[0] + u * p[1]; };
        const auto face = [&](const std::uint8_t* p) { return (1 - w) * line(p) + w * line(p + row); };
        out[x] = (1 - t) * face(v) + t * face(v + slice) >= 0.5 ? 1 : 0;
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
Vec3 axis_along_canal(const Volume<std::uint8_t>& whole, const VolumeGeometry& image, const LabelBox& box,
                      const std::vector<Vec3>& axes) {
  Vec3 best = axes.front();
  double widest_mm2 = 0;
  for (const Vec3& axis : axes) {
    const VolumeGeometry grid = frame_grid(image, box, frame_axes(axis, {0, 1, 0}), coarse_step_mm);
    const std::optional<Canal> canal = find_canal(sample_mask(whole, grid));
    if (canal && canal->area_mm2 > widest_mm2) {
      widest_mm2 = canal->area_mm2;
      best = axis;
    }
  }
  return best;
}

/// One round: the vertebra seen on a grid along its own axes, its body, its endplates.
struct Seen {
  VertebralBody body;
  Vec3 up, back;
};

std::optional<Seen> look_along(const VolumeGeometry& grid, const Vec3& back, const VolumeGeometry& image,
                               Vertebra level, const Volume<std::uint8_t>& whole,
                               const std::optional<Volume<std::uint8_t>>& body_label, std::string& missing) {
  const Volume<std::uint8_t> seen = sample_mask(whole, grid);
  const std::optional<Canal> canal = find_canal(seen);
  if (!canal && !body_label) {
    missing = "no spinal canal is enclosed by the label, so its body cannot be told from its processes";
    return std::nullopt;
  }
  Volume<std::uint8_t> mask = body_label ? sample_mask(*body_label, grid) : in_front_of(seen, *canal);
  keep_largest_part(mask);
  const std::optional<Endplates> endplates = fit_endplates(mask);
  if (!endplates) {
    missing = "the labelled body is too small or too broken to show two endplates";
    return std::nullopt;
  }
  Seen result{{level, std::move(mask), index_to_point(grid, endplates->center_index), endplates->center_index[2],
               endplates->heights, 0, false},
              {},
              back};
  result.up = normalized(endplates->normal_index[0] * grid.axes[0] + endplates->normal_index[1] * grid.axes[1] +
                         endplates->normal_index[2] * grid.axes[2]);
  result.body.tilt_deg = std::acos(std::clamp(dot(result.up, image.axes[2]), -1.0, 1.0)) * 180 / std::numbers::pi;
  if (canal) {
    const Vec3 toward_canal =
        index_to_point(grid, {canal->center_x, canal->center_y, endplates->center_index[2]}) - result.body.center_mm;
    result.back = norm(toward_canal) > 0 ? toward_canal : back;
  }
  return result;
}

/// The voxels of the image that a grid covers. It had a margin around the vertebra already.
LabelBox box_around(const VolumeGeometry& grid, const VolumeGeometry& image) {
  LabelBox box{image.size, {-1, -1, -1}, 1};
  for (int corner = 0; corner < 8; ++corner) {
    Vec3 at{};
    for (std::size_t axis = 0; axis < 3; ++axis)
      at[axis] = ((corner >> axis) & 1) != 0 ? grid.size[axis] - 1.0 : 0.0;
    const Vec3 index = point_to_index(image, index_to_point(grid, at));
    for (std::size_t axis = 0; axis < 3; ++axis) {
      box.low[axis] = std::min(box.low[axis], std::max(0, static_cast<int>(std::floor(index[axis]))));
      box.high[axis] =
          std::max(box.high[axis], std::min(image.size[axis] - 1, static_cast<int>(std::ceil(index[axis]))));
    }
  }
  return box;
}

/// How well its heights are known, and whether the scan cuts it.
void judge_faces(VertebralBody& body, const VolumeGeometry& image) {
  BodyHeights& heights = body.heights;
  heights.anterior_se_mm = heights.middle_se_mm = heights.posterior_se_mm =
      label_height_se_voxels * voxel_along_mm(image, body.mask.geometry().axes[2]);
  body.cut_by_field_of_view = reaches_first_or_last_slice(body, image);
}

BodyFinding find_body(const Volume<LabelId>& labels, const Labelled& vertebra, const std::vector<Vec3>& axes) {
  const LabelId whole_id = whole_vertebra_label(vertebra.level), body_id = vertebral_body_label(vertebra.level);
  const VolumeGeometry& image = labels.geometry();
  const Volume<std::uint8_t> whole =
      cropped(labels, vertebra.box, [&](LabelId id) { return id == whole_id || id == body_id; });
  std::optional<Volume<std::uint8_t>> body_label;
  if (vertebra.has_body_label)
    body_label = cropped(labels, vertebra.box, [&](LabelId id) { return id == body_id; });
  Vec3 up = axis_along_canal(whole, image, vertebra.box, axes), back{0, 1, 0};
  BodyFinding finding{vertebra.level, {}, {}};
  for (int iteration = 0; iteration < frame_iterations; ++iteration) {
    const VolumeGeometry grid = frame_grid(image, vertebra.box, frame_axes(up, back), step_mm);
    std::optional<Seen> seen = look_along(grid, back, image, vertebra.level, whole, body_label, finding.missing);
    if (!seen)
      return {vertebra.level, {}, finding.missing};
    up = seen->up;
    back = seen->back;
    finding.body = std::move(seen->body);
  }
  judge_faces(*finding.body, image);
  return finding;
}

} // namespace

double voxel_along_mm(const VolumeGeometry& image, const Vec3& direction) noexcept {
  double thick_mm = 0;
  for (std::size_t axis = 0; axis < 3; ++axis)
    thick_mm = std::max(thick_mm, std::abs(dot(direction, image.axes[axis])) * image.spacing_mm[axis]);
  return thick_mm;
}

std::vector<BodyFinding> find_vertebral_bodies(const Volume<LabelId>& labels, Parallel parallel) {
  const std::vector<Labelled> vertebrae = labelled_vertebrae(labels);
  // S1 helps to orient L5 but is no level of its own for density.
  const auto count = static_cast<std::size_t>(
      std::ranges::count_if(vertebrae, [](const Labelled& v) { return v.level != Vertebra::S1; }));
  return parallel_map(count, parallel, [&](std::size_t i) {
    return find_body(labels, vertebrae[i], possible_axes(vertebrae, i, labels.geometry()));
  });
}

LabelBox refitted_from(const BodyFinding& found, const VolumeGeometry& labels) {
  return box_around(found.body->mask.geometry(), labels);
}

BodyFinding refitted_body(const Volume<LabelId>& labels, const BodyFinding& found) {
  if (!found.body)
    return {found.level, {}, found.missing};
  const VolumeGeometry& grid = found.body->mask.geometry();
  const LabelBox box = refitted_from(found, labels.geometry());
  const LabelId whole_id = whole_vertebra_label(found.level), body_id = vertebral_body_label(found.level);
  const Volume<std::uint8_t> whole = cropped(labels, box, [&](LabelId id) { return id == whole_id || id == body_id; });
  std::optional<Volume<std::uint8_t>> body_label = cropped(labels, box, [&](LabelId id) { return id == body_id; });
  if (std::ranges::none_of(body_label->voxels(), [](std::uint8_t voxel) { return voxel != 0; }))
    body_label.reset();
  BodyFinding finding{found.level, {}, {}};
  std::optional<Seen> seen =
      look_along(grid, grid.axes[1], labels.geometry(), found.level, whole, body_label, finding.missing);
  if (!seen)
    return finding;
  finding.body = std::move(seen->body);
  judge_faces(*finding.body, labels.geometry());
  return finding;
}

} // namespace osteocalc::bone
