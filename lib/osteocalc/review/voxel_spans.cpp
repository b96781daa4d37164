// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/review/voxel_spans.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <tuple>

namespace osteocalc::review {
namespace {

constexpr double reach_mm = 25; ///< no plaque is longer than 50 mm through its seed

/// Sorted, and those that touch joined.
std::vector<VoxelSpan> joined(std::vector<VoxelSpan> spans) {
  std::ranges::sort(spans, [](const VoxelSpan& a, const VoxelSpan& b) {
    return std::tie(a.z, a.y, a.x_begin) < std::tie(b.z, b.y, b.x_begin);
  });
  std::vector<VoxelSpan> result;
  for (const VoxelSpan& span : spans)
    if (!result.empty() && result.back().z == span.z && result.back().y == span.y &&
        span.x_begin <= result.back().x_end)
      result.back().x_end = std::max(result.back().x_end, span.x_end);
    else
      result.push_back(span);
  return result;
}

/// The disc of a stroke in slice z, seen from its centre.
void add_disc(const Voxel& center, int z, double radius_mm, const VolumeGeometry& geometry,
              std::vector<VoxelSpan>& spans) {
  const int reach_y = static_cast<int>(radius_mm / geometry.spacing_mm[1]);
  for (int y = std::max(0, center[1] - reach_y); y <= std::min(geometry.size[1] - 1, center[1] + reach_y); ++y) {
    const double dy_mm = (y - center[1]) * geometry.spacing_mm[1];
    const int reach_x =
        static_cast<int>(std::sqrt(std::max(0.0, radius_mm * radius_mm - dy_mm * dy_mm)) / geometry.spacing_mm[0]);
    const int begin = std::max(0, center[0] - reach_x), end = std::min(geometry.size[0], center[0] + reach_x + 1);
    if (begin < end)
      spans.push_back({z, y, begin, end});
  }
}

} // namespace

std::vector<VoxelSpan> spans_of(const calcium::Lesion& lesion) {
  std::vector<VoxelSpan> spans;
  for (const calcium::LesionRun& part : lesion.runs)
    spans.push_back({part.z, part.run.y, part.run.x_begin, part.run.x_end});
  return spans;
}

bool holds(const calcium::Lesion& lesion, const Voxel& voxel) {
  return std::ranges::any_of(lesion.runs, [&](const calcium::LesionRun& part) {
    return part.z == voxel[2] && part.run.y == voxel[1] && part.run.x_begin <= voxel[0] && voxel[0] < part.run.x_end;
  });
}

std::vector<VoxelSpan> spans_of(const Stroke& stroke, const VolumeGeometry& geometry) {
  std::vector<VoxelSpan> spans;
  const int reach_z = stroke.through_slices ? static_cast<int>(stroke.radius_mm / geometry.spacing_mm[2]) : 0;
  for (const Voxel& center : stroke.centers)
    for (int z = std::max(0, center[2] - reach_z); z <= std::min(geometry.size[2] - 1, center[2] + reach_z); ++z) {
      const double dz_mm = (z - center[2]) * geometry.spacing_mm[2];
      add_disc(center, z, std::sqrt(stroke.radius_mm * stroke.radius_mm - dz_mm * dz_mm), geometry, spans);
    }
  return joined(std::move(spans));
}

std::vector<VoxelSpan> grown_from(const Voxel& seed, const Volume<std::int16_t>& hu, const Volume<LabelId>& labels,
                                  int min_hu) {
  const auto counts = [&](const Voxel& v) {
    return hu.contains(v[0], v[1], v[2]) && hu(v[0], v[1], v[2]) >= min_hu && !is_bone_label(labels(v[0], v[1], v[2]));
  };
  if (!counts(seed))
    throw Error("nothing grows from here (the voxel is dimmer than " + std::to_string(min_hu) +
                " HU or belongs to a bone); click on the plaque itself");
  const Vec3& spacing_mm = hu.geometry().spacing_mm;
  std::set<Voxel> found{seed};
  std::vector<Voxel> open{seed};
  while (!open.empty()) {
    const Voxel at = open.back();
    open.pop_back();
    if (std::hypot((at[0] - seed[0]) * spacing_mm[0], (at[1] - seed[1]) * spacing_mm[1],
                   (at[2] - seed[2]) * spacing_mm[2]) > reach_mm)
      throw Error("what hangs together with this voxel reaches farther than 25 mm (bone, contrast or metal, not a "
                  "plaque); paint the plaque with the brush");
    for (int dz = -1; dz <= 1; ++dz)
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx)
          if (const Voxel next{at[0] + dx, at[1] + dy, at[2] + dz}; counts(next) && found.insert(next).second)
            open.push_back(next);
  }
  std::vector<VoxelSpan> spans;
  for (const Voxel& v : found)
    spans.push_back({v[2], v[1], v[0], v[0] + 1});
  return joined(std::move(spans));
}

Voxel brightest_near(const Voxel& voxel, const Volume<std::int16_t>& hu, double radius_mm) {
  std::vector<VoxelSpan> disc;
  add_disc(voxel, voxel[2], radius_mm, hu.geometry(), disc);
  Voxel best = voxel;
  for (const VoxelSpan& span : disc)
    for (int x = span.x_begin; x < span.x_end; ++x)
      if (hu(x, span.y, span.z) > hu(best[0], best[1], best[2]))
        best = {x, span.y, span.z};
  return best;
}

std::vector<LabelledSpan> relabel(Volume<LabelId>& labels, const std::vector<VoxelSpan>& spans, LabelId to) {
  std::vector<LabelledSpan> before;
  for (const VoxelSpan& span : spans)
    for (int x = span.x_begin; x < span.x_end; ++x) {
      LabelId& label = labels(x, span.y, span.z);
      if (label == to)
        continue;
      LabelledSpan* last = before.empty() ? nullptr : &before.back();
      if (last && last->label == label && last->span.z == span.z && last->span.y == span.y && last->span.x_end == x)
        ++last->span.x_end;
      else
        before.push_back({{span.z, span.y, x, x + 1}, label});
      label = to;
    }
  return before;
}

void restore(Volume<LabelId>& labels, const std::vector<LabelledSpan>& before) {
  for (const LabelledSpan& part : before)
    for (int x = part.span.x_begin; x < part.span.x_end; ++x)
      labels(x, part.span.y, part.span.z) = part.label;
}

} // namespace osteocalc::review
