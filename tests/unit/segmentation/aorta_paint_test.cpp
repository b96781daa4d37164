// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta.h"

#include <gtest/gtest.h>

#include <numbers>

namespace osteocalc::segmentation {
namespace {

/// A slanting cylinder of radius 10 mm and length 60 mm in the middle of the image.
AortaResult cylinder(AortaSegment segment) {
  AortaResult r;
  r.aorta.emplace_back();
  const Vec3 direction = normalized({0.3, 0.2, -1.0});
  for (double t = -30.0; t <= 30.0; t += section_step_mm) {
    VesselSection s;
    s.center_mm = Vec3{50.0, 50.0, 50.0} + t * direction;
    s.direction = direction;
    s.side = normalized(cross(direction, {0, 1, 0}));
    s.contour_mm.fill(10.0F);
    s.segment = segment;
    r.aorta.back().push_back(s);
  }
  return r;
}

double volume_mm3(const Volume<LabelId>& labels, LabelId id) {
  return static_cast<double>(std::ranges::count(labels.voxels(), id)) * voxel_volume_mm3(labels.geometry());
}

TEST(AortaPaint, FillsACylinderWithoutGaps) {
  VolumeGeometry g;
  g.size = {100, 100, 50};
  g.spacing_mm = {1.0, 1.0, 2.0};
  const double length = 60.0 + 1.5 * section_step_mm; // both end sections are slabs
  for (const double margin : {0.0, 2.0}) {
    const auto labels = paint_aorta(cylinder(AortaSegment::Abdominal), g, margin, {2});
    const double expected = std::numbers::pi * (10.0 + margin) * (10.0 + margin) * length;
    EXPECT_NEAR(volume_mm3(labels, label::aorta_abdominal), expected, 0.02 * expected);
  }
}

TEST(AortaPaint, WritesTheSegmentsLabel) {
  VolumeGeometry g;
  g.size = {100, 100, 50};
  g.spacing_mm = {1.0, 1.0, 2.0};
  EXPECT_EQ(paint_aorta(cylinder(AortaSegment::Arch), g, 0.0, {1})(50, 50, 25), label::aorta_arch);
  EXPECT_EQ(paint_aorta(cylinder(AortaSegment::IliacRight), g, 0.0, {1})(50, 50, 25), label::iliac_artery_right);
}

} // namespace
} // namespace osteocalc::segmentation
