// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace osteocalc::segmentation {
namespace {

constexpr double half_slab_mm = 0.75 * section_step_mm; // more than half a step: no gaps outside of a bend

/// Contour at an angle, linear between rays.
double contour_at(const VesselSection& s, double angle) {
  const double turn = angle / (2.0 * std::numbers::pi), position = (turn - std::floor(turn)) * contour_rays;
  const auto ray = static_cast<std::size_t>(position) % contour_rays;
  const double t = position - std::floor(position);
  return (1.0 - t) * double(s.contour_mm[ray]) + t * double(s.contour_mm[(ray + 1) % contour_rays]);
}

bool within(const VesselSection& s, const Vec3& point, double margin_mm) {
  const Vec3 d = point - s.center_mm;
  if (std::abs(dot(d, s.direction)) > half_slab_mm)
    return false;
  const double u = dot(d, s.side), v = dot(d, cross(s.direction, s.side));
  const double reach = contour_at(s, std::atan2(v, u)) + margin_mm;
  return u * u + v * v <= reach * reach;
}

void paint_section(const VesselSection& s, int z, double margin_mm, Volume<LabelId>& labels) {
  const VolumeGeometry& g = labels.geometry();
  const double reach = double(*std::ranges::max_element(s.contour_mm)) + margin_mm + half_slab_mm;
  const Vec3 at = point_to_index(g, s.center_mm);
  if (std::abs(at[2] - z) * g.spacing_mm[2] > reach)
    return;
  const int x0 = std::max(0, static_cast<int>(at[0] - reach / g.spacing_mm[0]));
  const int x1 = std::min(g.size[0] - 1, static_cast<int>(at[0] + reach / g.spacing_mm[0]) + 1);
  const int y0 = std::max(0, static_cast<int>(at[1] - reach / g.spacing_mm[1]));
  const int y1 = std::min(g.size[1] - 1, static_cast<int>(at[1] + reach / g.spacing_mm[1]) + 1);
  for (int y = y0; y <= y1; ++y)
    for (int x = x0; x <= x1; ++x) {
      LabelId& label = labels(x, y, z);
      if (label == 0 && within(s, index_to_point(g, {double(x), double(y), double(z)}), margin_mm))
        label = segment_label(s.segment);
    }
}

} // namespace

LabelId segment_label(AortaSegment segment) noexcept {
  switch (segment) {
  case AortaSegment::Ascending:
    return label::aorta_ascending;
  case AortaSegment::Arch:
    return label::aorta_arch;
  case AortaSegment::Descending:
    return label::aorta_descending;
  case AortaSegment::Abdominal:
    return label::aorta_abdominal;
  case AortaSegment::IliacLeft:
    return label::iliac_artery_left;
  case AortaSegment::IliacRight:
    return label::iliac_artery_right;
  }
  return 0;
}

Volume<LabelId> paint_aorta(const AortaResult& aorta, const VolumeGeometry& image, double margin_mm,
                            Parallel parallel) {
  Volume<LabelId> labels(image);
  parallel_for(static_cast<std::size_t>(image.size[2]), parallel, [&](std::size_t slice) {
    const int z = static_cast<int>(slice);
    std::fill_n(labels.slice(z).data, static_cast<std::size_t>(image.size[0]) * static_cast<std::size_t>(image.size[1]),
                LabelId{0});
    for (const auto& course : aorta.aorta)
      for (const VesselSection& s : course)
        paint_section(s, z, margin_mm, labels);
    for (const auto* course : {&aorta.iliac_left, &aorta.iliac_right})
      for (const VesselSection& s : *course)
        paint_section(s, z, margin_mm, labels);
  });
  return labels;
}

} // namespace osteocalc::segmentation
