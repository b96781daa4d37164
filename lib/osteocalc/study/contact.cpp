// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/calcium/contact_guard.h"
#include "osteocalc/study/calcium_measures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace osteocalc::study {
namespace {

constexpr int guard_mm = 5;
constexpr std::string_view level_prefix = "aorta_level_";

/// Centres of the lesions' voxels, LPS mm.
std::vector<Vec3> lesion_points(const std::vector<BedScore>& beds, const VolumeGeometry& geometry) {
  std::vector<Vec3> points;
  for (const BedScore& bed : beds)
    if (!bed.bed.starts_with(level_prefix)) // levels repeat what the segments hold
      for (const BedLesion& lesion : bed.lesions)
        for (const calcium::LesionRun& part : lesion.runs)
          for (int x = part.run.x_begin; x < part.run.x_end; ++x)
            points.push_back(index_to_point(geometry, {double(x), double(part.run.y), double(part.z)}));
  return points;
}

/// Mean HU of a level's volume of interest without the voxels within d mm of calcium, for d = 0 to 5; absent where
/// fewer than half of the voxels are left.
using GuardedHu = std::array<std::optional<double>, guard_mm + 1>;

GuardedHu guarded_hu(const Volume<std::int16_t>& hu, const bone::VertebraDensity& vertebra,
                     const std::vector<Vec3>& calcium_mm) {
  GuardedHu guarded;
  const auto& voxels = vertebra.voi.voxels;
  if (voxels.empty())
    return guarded;
  Vec3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
  std::vector<Vec3> points;
  for (const auto& voxel : voxels) {
    const Vec3 point = index_to_point(hu.geometry(), {double(voxel[0]), double(voxel[1]), double(voxel[2])});
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], point[axis]);
      high[axis] = std::max(high[axis], point[axis]);
    }
    points.push_back(point);
  }
  std::vector<Vec3> near;
  for (const Vec3& at : calcium_mm) {
    bool inside = true;
    for (std::size_t axis = 0; axis < 3; ++axis)
      inside = inside && at[axis] >= low[axis] - guard_mm && at[axis] <= high[axis] + guard_mm;
    if (inside)
      near.push_back(at);
  }
  std::array<double, guard_mm + 1> sum{};
  std::array<std::size_t, guard_mm + 1> n{};
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    double nearest_mm = 2.0 * guard_mm;
    for (const Vec3& at : near)
      nearest_mm = std::min(nearest_mm, norm(at - points[i]));
    for (std::size_t d = 0; d <= guard_mm; ++d)
      if (d == 0 || nearest_mm > static_cast<double>(d)) {
        sum[d] += hu(voxels[i][0], voxels[i][1], voxels[i][2]);
        ++n[d];
      }
  }
  for (std::size_t d = 0; d <= guard_mm; ++d)
    if (2 * n[d] >= voxels.size())
      guarded[d] = sum[d] / static_cast<double>(n[d]);
  return guarded;
}

} // namespace

void guard_contact(const CtImage& image, const LabelMap& labels, const AnalyzeOptions& options, StudyResult& result) {
  if (options.calcium.combine_slices_mm)
    return; // lesions lie on other slices than labels and bone
  std::map<std::string, GuardedHu> hu_of_level;
  if (result.bone) {
    const std::vector<Vec3> calcium_mm = lesion_points(result.beds, image.hu.geometry());
    for (const bone::VertebraDensity& vertebra : result.bone->vertebrae)
      hu_of_level[std::string(to_string(vertebra.level))] = guarded_hu(image.hu, vertebra, calcium_mm);
  }
  const auto summary_hu = [&](std::size_t d) -> std::optional<double> {
    if (!result.bone || !result.bone->summary)
      return std::nullopt;
    double sum = 0;
    for (const Vertebra level : result.bone->summary->levels) {
      const std::optional<double>& hu = hu_of_level[std::string(to_string(level))][d];
      if (!hu)
        return std::nullopt;
      sum += *hu;
    }
    return sum / static_cast<double>(result.bone->summary->levels.size());
  };
  for (const BedScore& bed : result.beds) {
    if (!bed.reference)
      continue;
    const std::vector<calcium::Lesion> lesions(bed.lesions.begin(), bed.lesions.end());
    const auto to_bone_mm = calcium::distance_to_bone_mm(lesions, labels.voxels, guard_mm, options.parallel);
    const bool one_level = bed.bed.starts_with(level_prefix);
    for (int d = 0; d <= guard_mm; ++d) {
      const auto index = static_cast<std::size_t>(d);
      result.contact_guard.push_back(
          {bed.bed, d, calcium::agatston_beyond(lesions, to_bone_mm, d),
           one_level ? hu_of_level[bed.bed.substr(level_prefix.size())][index] : summary_hu(index)});
    }
  }
}

} // namespace osteocalc::study
