// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/vertebra_map.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace osteocalc::segmentation {
namespace {

/// The spine coordinates (s, v, u) of a point: the foot of its perpendicular on the curve, by Newton steps from s.
Vec3 to_spine(const SpineFrame& frame, const Vec3& point, double s) {
  for (int i = 0; i < 6; ++i) {
    const Vec3 off = point - frame.point(s, 0, 0);
    s = std::clamp(s + 0.8 * dot(off, frame.direction(s, 1, 0, 0)), -20.0, frame.length() + 20.0);
  }
  const Vec3 off = point - frame.point(s, 0, 0);
  return {s, dot(off, frame.direction(s, 0, 1, 0)), dot(off, frame.direction(s, 0, 0, 1))};
}

/// s of the curve's sample nearest to a point.
double nearest_s(const SpineFrame& frame, const Vec3& point) {
  const auto best = std::ranges::min_element(frame.center, {}, [&](const Vec3& c) { return norm(c - point); });
  return static_cast<double>(best - frame.center.begin());
}

struct Corners {
  std::array<std::size_t, 8> at{};
  std::array<float, 8> weight{};
};

/// The eight samples around (s, v, u); false outside the straightened volume.
bool corners_of(const VolumeGeometry& grid, const Vec3& svu, Corners& corners) {
  const std::array<double, 3> index{svu[2] - grid.origin_mm[0], svu[1] - grid.origin_mm[1], svu[0]};
  std::array<int, 3> base{};
  std::array<float, 3> t{};
  for (std::size_t a = 0; a < 3; ++a) {
    if (index[a] < -0.5 || index[a] > grid.size[a] - 0.5)
      return false;
    const double p = std::clamp(index[a], 0.0, grid.size[a] - 1.0);
    base[a] = std::min(static_cast<int>(p), grid.size[a] - 2);
    t[a] = static_cast<float>(p - base[a]);
  }
  for (std::size_t k = 0; k < 8; ++k) {
    std::size_t offset = 0;
    float weight = 1.0F;
    for (std::size_t a = 3; a-- > 0;) {
      const bool high = ((k >> a) & 1U) != 0;
      offset = offset * static_cast<std::size_t>(grid.size[a]) + static_cast<std::size_t>(base[a] + (high ? 1 : 0));
      weight *= high ? t[a] : 1.0F - t[a];
    }
    corners.at[k] = offset;
    corners.weight[k] = weight;
  }
  return true;
}

/// The vertebra (index + 1) whose body holds the point, 0 for none.
std::uint8_t body_at(const StraightVertebrae& straight, const Corners& corners) {
  float depth = 0.0F, deepest = -1e9F;
  std::uint8_t id = 0;
  for (std::size_t k = 0; k < 8; ++k) {
    const float d = straight.body_depth_mm.voxels()[corners.at[k]];
    depth += corners.weight[k] * d;
    if (d > deepest) {
      deepest = d;
      id = straight.body.voxels()[corners.at[k]];
    }
  }
  return depth > 0.0F ? id : std::uint8_t{0};
}

/// The vertebra that most of the samples around the point belong to, if at least half belong to any.
std::uint8_t whole_at(const StraightVertebrae& straight, const Corners& corners) {
  float covered = 0.0F, best = 0.0F;
  std::uint8_t id = 0;
  for (std::size_t k = 0; k < 8; ++k) {
    const std::uint8_t here = straight.whole.voxels()[corners.at[k]];
    if (here == 0)
      continue;
    float votes = 0.0F;
    for (std::size_t j = 0; j < 8; ++j)
      votes += straight.whole.voxels()[corners.at[j]] == here ? corners.weight[j] : 0.0F;
    covered += corners.weight[k];
    if (votes > best) {
      best = votes;
      id = here;
    }
  }
  return covered >= 0.5F ? id : std::uint8_t{0};
}

/// Spine coordinates on a coarse lattice over one slice; between its nodes they change linearly enough.
class SliceLattice {
 public:
  SliceLattice(const SpineFrame& frame, const VolumeGeometry& image, int z, std::array<int, 4> box)
      : x0_(box[0]), y0_(box[1]) {
    for (std::size_t a = 0; a < 2; ++a)
      step_[a] = std::max(1, static_cast<int>(4.0 / image.spacing_mm[a]));
    columns_ = (box[2] - x0_) / step_[0] + 2;
    const int rows = (box[3] - y0_) / step_[1] + 2;
    double s = nearest_s(frame, index_to_point(image, {0.5 * (box[0] + box[2]), 0.5 * (box[1] + box[3]), double(z)}));
    for (int r = 0; r < rows; ++r) {
      const double row_start = s;
      for (int c = 0; c < columns_; ++c) {
        const Vec3 index{double(x0_ + c * step_[0]), double(y0_ + r * step_[1]), double(z)};
        nodes_.push_back(to_spine(frame, index_to_point(image, index), s));
        s = nodes_.back()[0];
      }
      s = c0_of(r, row_start);
    }
  }
  [[nodiscard]] Vec3 at(int x, int y) const {
    const int c = (x - x0_) / step_[0], r = (y - y0_) / step_[1];
    const double tx = double(x - x0_) / step_[0] - c, ty = double(y - y0_) / step_[1] - r;
    const Vec3* p = nodes_.data() + static_cast<std::ptrdiff_t>(r) * columns_ + c;
    return (1.0 - ty) * ((1.0 - tx) * p[0] + tx * p[1]) + ty * ((1.0 - tx) * p[columns_] + tx * p[columns_ + 1]);
  }

 private:
  /// Each row starts from the first node of the row before it.
  [[nodiscard]] double c0_of(int row, double fallback) const {
    const auto i = static_cast<std::size_t>(row * columns_);
    return i < nodes_.size() ? nodes_[i][0] : fallback;
  }
  int x0_, y0_, columns_ = 0;
  std::array<int, 2> step_{};
  std::vector<Vec3> nodes_;
};

/// Image box (x0, y0, x1, y1) that holds everything within the straightened section near slice z; empty if x1 < x0.
std::array<int, 4> slice_box(const SpineFrame& frame, const VolumeGeometry& grid, const VolumeGeometry& image, int z) {
  std::array<int, 4> box{image.size[0], image.size[1], -1, -1};
  const double u = -grid.origin_mm[0], front = grid.origin_mm[1], back = front + grid.size[1] - 1;
  // The section is a plane across the curve; 40 mm of curve above and below cover its tilt.
  for (int s = 0; s < frame.length(); s += 2) {
    const Vec3 centre = point_to_index(image, frame.center[static_cast<std::size_t>(s)]);
    if (std::abs(centre[2] - z) * image.spacing_mm[2] > 60.0)
      continue;
    for (const double v : {front, back})
      for (const double side : {-u, u}) {
        const Vec3 at = point_to_index(image, frame.point(s, v, side));
        box[0] = std::min(box[0], static_cast<int>(at[0]));
        box[1] = std::min(box[1], static_cast<int>(at[1]));
        box[2] = std::max(box[2], static_cast<int>(at[0]) + 1);
        box[3] = std::max(box[3], static_cast<int>(at[1]) + 1);
      }
  }
  return {std::max(0, box[0]), std::max(0, box[1]), std::min(image.size[0] - 1, box[2]),
          std::min(image.size[1] - 1, box[3])};
}

} // namespace

ImageVertebrae carry_to_image(const StraightVertebrae& straight, const SpineFrame& frame, const VolumeGeometry& image,
                              const std::vector<LabelId>& whole_ids, const std::vector<LabelId>& body_ids,
                              Parallel parallel) {
  ImageVertebrae result{Volume<LabelId>(image), Volume<LabelId>(image)};
  const VolumeGeometry& grid = straight.whole.geometry();
  parallel_for(static_cast<std::size_t>(image.size[2]), parallel, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    for (auto* volume : {&result.whole, &result.bodies})
      std::fill_n(volume->slice(z).data,
                  static_cast<std::size_t>(image.size[0]) * static_cast<std::size_t>(image.size[1]), LabelId{0});
    const auto box = slice_box(frame, grid, image, z);
    if (box[2] <= box[0] || box[3] <= box[1])
      return;
    const SliceLattice lattice(frame, image, z, box);
    Corners corners;
    for (int y = box[1]; y <= box[3]; ++y)
      for (int x = box[0]; x <= box[2]; ++x) {
        if (!corners_of(grid, lattice.at(x, y), corners))
          continue;
        if (const auto body = body_at(straight, corners); body != 0)
          result.bodies(x, y, z) = body_ids[body - 1U];
        if (const auto whole = whole_at(straight, corners); whole != 0)
          result.whole(x, y, z) = whole_ids[whole - 1U];
        if (result.bodies(x, y, z) != 0) // the body's surface is the finer of the two
          result.whole(x, y, z) = whole_ids[body_at(straight, corners) - 1U];
      }
  });
  return result;
}

} // namespace osteocalc::segmentation
