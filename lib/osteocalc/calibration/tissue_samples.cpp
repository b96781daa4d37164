// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calibration/tissue_samples.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace osteocalc::calibration {
namespace {

constexpr double coarse_mm = 2; // means over about so much, so that noise does not decide what a voxel is
constexpr double cortex_mm3 = 250, least_se_hu = 0.5;
constexpr std::size_t fewest_voxels = 20;

/// What a voxel belongs to.
enum Kind : std::uint8_t { Trunk = 1, Labelled = 2, Aorta = 4, Spine = 8, Bone = 16 };

/// The scan, and what its labels and its trunk say, on one coarse grid.
struct Coarse {
  Volume<std::int16_t> hu;
  Volume<std::uint8_t> kind;        ///< sum of Kind
  std::array<int, 3> step{1, 1, 1}; ///< image voxels a coarse one

  [[nodiscard]] bool is(Kind wanted, int x, int y, int z) const { return (kind(x, y, z) & wanted) != 0; }
  /// Steps of the coarse grid that make up a length, at least 1 (at least 0 along z, where slices may be thick).
  [[nodiscard]] int reach(double mm, std::size_t axis) const {
    const double steps = mm / hu.geometry().spacing_mm[axis];
    return std::max(axis == 2 ? 0 : 1, static_cast<int>(std::lround(steps)));
  }
};

/// Kind of every label id; looked up for every voxel.
std::vector<std::uint8_t> kinds_of_labels() {
  constexpr LabelId femur_left = 75, hip_right = 78, autochthon_left = 86, iliopsoas_right = 89; // TotalSegmentator's
  std::vector<std::uint8_t> kinds(std::numeric_limits<LabelId>::max() + std::size_t{1}, Labelled);
  kinds[0] = 0;
  for (LabelId id = femur_left; id <= hip_right; ++id)
    kinds[id] |= Bone;
  for (LabelId id = autochthon_left; id <= iliopsoas_right; ++id)
    kinds[id] = 0; // is what is sampled as muscle
  for (const Vertebra level : all_vertebrae)
    for (const LabelId id : {whole_vertebra_label(level), vertebral_body_label(level)})
      kinds[id] |= Bone | Spine;
  kinds[label::aorta] |= Aorta;
  for (LabelId id = label::aorta_ascending; id <= label::aorta_abdominal; ++id)
    kinds[id] |= Aorta;
  return kinds;
}

VolumeGeometry coarse_grid(const VolumeGeometry& image, std::array<int, 3>& step) {
  VolumeGeometry grid = image;
  Vec3 first{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    step[axis] = std::max(1, static_cast<int>(std::lround(coarse_mm / image.spacing_mm[axis])));
    grid.size[axis] = std::max(1, image.size[axis] / step[axis]);
    grid.spacing_mm[axis] = image.spacing_mm[axis] * step[axis];
    first[axis] = 0.5 * (step[axis] - 1);
  }
  grid.origin_mm = index_to_point(image, first);
  return grid;
}

Coarse coarsened(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels, const Volume<std::uint8_t>& trunk,
                 Parallel parallel) {
  Coarse c;
  const VolumeGeometry grid = coarse_grid(hu.geometry(), c.step);
  c.hu = Volume<std::int16_t>(grid);
  c.kind = Volume<std::uint8_t>(grid);
  const std::vector<std::uint8_t> kinds = kinds_of_labels();
  const auto [sx, sy, sz] = c.step;
  const auto origin = [&](int x, int y, int z) {
    return point_to_index(trunk.geometry(), index_to_point(grid, {double(x), double(y), double(z)}));
  };
  const Vec3 along_x = origin(1, 0, 0) - origin(0, 0, 0);
  parallel_for(static_cast<std::size_t>(grid.size[2]), parallel, [&](std::size_t index) {
    const int z = static_cast<int>(index);
    std::vector<int> sums(static_cast<std::size_t>(grid.size[0]));
    for (int y = 0; y < grid.size[1]; ++y) {
      std::ranges::fill(sums, 0);
      for (int dz = 0; dz < sz; ++dz)
        for (int dy = 0; dy < sy; ++dy) {
          const std::int16_t* row = hu.slice(z * sz + dz).row(y * sy + dy);
          for (int x = 0; x < grid.size[0]; ++x)
            for (int dx = 0; dx < sx; ++dx)
              sums[static_cast<std::size_t>(x)] += row[x * sx + dx];
        }
      const Vec3 start = origin(0, y, z);
      for (int x = 0; x < grid.size[0]; ++x) {
        c.hu(x, y, z) = static_cast<std::int16_t>(
            std::lround(sums[static_cast<std::size_t>(x)] / static_cast<double>(sx * sy * sz)));
        const Vec3 t = start + double(x) * along_x;
        const int tx = static_cast<int>(std::lround(t[0])), ty = static_cast<int>(std::lround(t[1])),
                  tz = static_cast<int>(std::lround(t[2]));
        const bool inside = trunk.contains(tx, ty, tz) && trunk(tx, ty, tz) != 0;
        c.kind(x, y, z) = static_cast<std::uint8_t>(kinds[labels(x * sx + sx / 2, y * sy + sy / 2, z * sz + sz / 2)] |
                                                    (inside ? Trunk : 0));
      }
    }
  });
  return c;
}

using Voxels = std::vector<std::array<int, 3>>;

/// Every second coarse voxel along x and y for which `is(x, y, z)` holds, and holds for its neighbours up to
/// `margin_mm` along the axes.
template <class Is>
Voxels pure(const Coarse& c, double margin_mm, Parallel parallel, const Is& is) {
  const int rx = c.reach(margin_mm, 0), ry = c.reach(margin_mm, 1), rz = c.reach(margin_mm, 2);
  const auto holds = [&](int x, int y, int z) { return c.hu.contains(x, y, z) && is(x, y, z); };
  const auto slices = parallel_map(static_cast<std::size_t>(c.hu.size(2)), parallel, [&](std::size_t index) {
    const int z = static_cast<int>(index);
    Voxels found;
    for (int y = ry; y + ry < c.hu.size(1); y += 2)
      for (int x = rx; x + rx < c.hu.size(0); x += 2) {
        bool all = is(x, y, z);
        for (int k = 1; all && k <= rx; ++k)
          all = is(x - k, y, z) && is(x + k, y, z);
        for (int k = 1; all && k <= ry; ++k)
          all = is(x, y - k, z) && is(x, y + k, z);
        for (int k = 1; all && k <= rz; ++k)
          all = holds(x, y, z - k) && holds(x, y, z + k);
        if (all)
          found.push_back({x, y, z});
      }
    return found;
  });
  Voxels all;
  for (const Voxels& slice : slices)
    all.insert(all.end(), slice.begin(), slice.end());
  return all;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The standard error is that of the medians of four stretches along the scan: what changes from place to place counts,
/// noise hardly does in samples of thousands of voxels.
double place_se_hu(const std::vector<double>& values, double sd_hu) {
  constexpr std::size_t stretches = 4;
  if (values.size() < stretches * fewest_voxels)
    return std::max(least_se_hu, sd_hu / std::sqrt(static_cast<double>(values.size())));
  std::array<double, stretches> medians{};
  double mean = 0, squares = 0;
  for (std::size_t i = 0; i < stretches; ++i) {
    const auto at = [&](std::size_t part) {
      return values.begin() + static_cast<std::ptrdiff_t>(part * values.size() / stretches);
    };
    medians[i] = median({at(i), at(i + 1)});
    mean += medians[i] / stretches;
  }
  for (const double value : medians)
    squares += (value - mean) * (value - mean);
  return std::max(least_se_hu, std::sqrt(squares / (stretches - 1) / stretches));
}

/// \param voxels_each how many voxels each of them stands for
void add_sample(SampledTissues& result, Tissue tissue, const Coarse& c, const Voxels& voxels,
                std::size_t voxels_each = 4) {
  if (voxels.size() < fewest_voxels)
    return;
  std::vector<double> values;
  std::map<int, std::size_t> per_slice;
  for (const auto& [x, y, z] : voxels) {
    values.push_back(c.hu(x, y, z));
    ++per_slice[z];
  }
  TissueSample sample;
  sample.hu = median(values);
  std::vector<double> deviations;
  for (const double value : values)
    deviations.push_back(std::abs(value - sample.hu));
  sample.sd_hu = 1.4826 * median(deviations);
  sample.se_hu = place_se_hu(values, sample.sd_hu);
  sample.n = static_cast<std::int64_t>(values.size());
  const auto largest = std::ranges::max_element(per_slice, {}, [](const auto& entry) { return entry.second; });
  const VolumeGeometry& grid = c.hu.geometry();
  sample.area_mm2 = static_cast<double>(largest->second * voxels_each) * grid.spacing_mm[0] * grid.spacing_mm[1];
  SamplePlace place{tissue, {}};
  for (const auto& [x, y, z] : voxels)
    if (z == largest->first)
      place.voxels.push_back(
          {x * c.step[0] + c.step[0] / 2, y * c.step[1] + c.step[1] / 2, z * c.step[2] + c.step[2] / 2});
  result.samples[static_cast<std::size_t>(tissue)] = sample;
  result.places.push_back(std::move(place));
}

/// Middle of the vertebrae on each slice; absent where none is labelled.
std::vector<std::optional<std::array<double, 2>>> spine_middles(const Coarse& c, Parallel parallel) {
  return parallel_map(static_cast<std::size_t>(c.hu.size(2)), parallel, [&](std::size_t z) {
    double sx = 0, sy = 0, count = 0;
    for (int y = 0; y < c.hu.size(1); ++y)
      for (int x = 0; x < c.hu.size(0); ++x)
        if (c.is(Spine, x, y, static_cast<int>(z))) {
          sx += x;
          sy += y;
          ++count;
        }
    std::optional<std::array<double, 2>> middle;
    if (count > 0)
      middle = {sx / count, sy / count};
    return middle;
  });
}

Voxels densest(const Coarse& c) {
  constexpr int least_hu = 300, metal_hu = 2600;
  constexpr double metal_reach_mm = 15; // its blur and streaks read like dense bone
  Voxels bone, metal;
  for (int z = 0; z < c.hu.size(2); ++z)
    for (int y = 0; y < c.hu.size(1); ++y)
      for (int x = 0; x < c.hu.size(0); ++x)
        if (c.hu(x, y, z) > metal_hu)
          metal.push_back({x, y, z});
        else if (c.is(Bone, x, y, z) && c.hu(x, y, z) >= least_hu)
          bone.push_back({x, y, z});
  const auto& spacing = c.hu.geometry().spacing_mm;
  const auto near_metal = [&](const std::array<int, 3>& v) {
    return std::ranges::any_of(metal, [&](const std::array<int, 3>& m) {
      return std::hypot((v[0] - m[0]) * spacing[0], (v[1] - m[1]) * spacing[1], (v[2] - m[2]) * spacing[2]) <=
             metal_reach_mm;
    });
  };
  const auto wanted = std::max(fewest_voxels, static_cast<std::size_t>(cortex_mm3 / voxel_volume_mm3(c.hu.geometry())));
  std::ranges::stable_sort(bone, std::greater{}, [&](const auto& v) { return c.hu(v[0], v[1], v[2]); });
  Voxels pure_bone;
  for (std::size_t i = 0; i < bone.size() && pure_bone.size() < wanted; ++i)
    if (!near_metal(bone[i]))
      pure_bone.push_back(bone[i]);
  std::ranges::sort(pure_bone, {}, [](const auto& v) { return std::array{v[2], v[1], v[0]}; });
  return pure_bone;
}

} // namespace

SampledTissues sample_tissues(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                              const Volume<std::uint8_t>& trunk, Parallel parallel) {
  const Coarse c = coarsened(hu, labels, trunk, parallel);
  const auto middles = spine_middles(c, parallel);
  const VolumeGeometry& grid = c.hu.geometry();
  const auto between = [&](int x, int y, int z, int low, int high) {
    return c.hu(x, y, z) >= low && c.hu(x, y, z) <= high;
  };
  SampledTissues result;
  add_sample(result, Tissue::Adipose, c, pure(c, 4, parallel, [&](int x, int y, int z) {
               return c.is(Trunk, x, y, z) && between(x, y, z, -160, -40);
             }));
  add_sample(result, Tissue::Air, c, pure(c, 15, parallel, [&](int x, int y, int z) {
               return !c.is(Trunk, x, y, z) && between(x, y, z, -1023, -900); // -1024 is what is not there
             }));
  add_sample(result, Tissue::Blood, c, pure(c, 5, parallel, [&](int x, int y, int z) { return c.is(Aorta, x, y, z); }));
  add_sample(result, Tissue::CorticalBone, c, densest(c), 1);
  constexpr double canal_mm = 15, beside_mm = 55, behind_mm = 50; // not the spinal cord, not what lies on the pleura
  add_sample(result, Tissue::Muscle, c, pure(c, 3, parallel, [&](int x, int y, int z) {
               const auto& middle = middles[static_cast<std::size_t>(z)];
               const auto aside_mm = [&](int at) { return std::abs(at - (*middle)[0]) * grid.spacing_mm[0]; };
               return middle && !c.is(Labelled, x, y, z) && c.is(Trunk, x, y, z) && between(x, y, z, 10, 100) &&
                      aside_mm(x) >= canal_mm && aside_mm(x) <= beside_mm && y > (*middle)[1] &&
                      (y - (*middle)[1]) * grid.spacing_mm[1] <= behind_mm;
             }));
  return result;
}

} // namespace osteocalc::calibration
