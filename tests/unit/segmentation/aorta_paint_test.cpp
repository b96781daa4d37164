// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/aorta.h"

#include <gtest/gtest.h>

#include <cmath>
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
  const auto labels = paint_aorta(cylinder(AortaSegment::Abdominal), g, {2});
  const double expected = std::numbers::pi * 10.0 * 10.0 * length;
  EXPECT_NEAR(volume_mm3(labels, label::aorta_abdominal), expected, 0.02 * expected);
}

TEST(AortaPaint, LeavesNoGapsOutsideOfABend) {
  AortaResult r;
  r.aorta.emplace_back();
  const double bend_mm = 18.0, radius_mm = 12.0;
  for (double angle = 0.0; angle <= std::numbers::pi; angle += section_step_mm / bend_mm) {
    VesselSection s;
    s.center_mm = {50.0 - bend_mm * std::cos(angle), 50.0, 40.0 + bend_mm * std::sin(angle)};
    s.direction = {std::sin(angle), 0.0, std::cos(angle)};
    s.side = {0, 1, 0};
    s.contour_mm.fill(static_cast<float>(radius_mm));
    r.aorta.back().push_back(s);
  }
  VolumeGeometry g;
  g.size = {100, 100, 80};
  const auto labels = paint_aorta(r, g, {2});
  int within = 0, missed = 0;
  for (int z = 42; z < 80; ++z)
    for (int y = 0; y < 100; ++y)
      for (int x = 0; x < 100; ++x)
        if (std::hypot(std::hypot(x - 50.0, z - 40.0) - bend_mm, y - 50.0) < radius_mm - 0.1) {
          ++within;
          missed += labels(x, y, z) == 0;
        }
  EXPECT_GT(within, 20000);
  EXPECT_EQ(missed, 0);
}

/// The cylinder with bright bodies outside its wall: `out_mm` is how far they reach beyond it, at 45 degree steps of
/// the slice z = 25.
struct BulgingWall {
  Volume<std::int16_t> image;
  Volume<LabelId> bone;
  AortaResult aorta = cylinder(AortaSegment::Abdominal);

  BulgingWall() {
    VolumeGeometry g;
    g.size = {100, 100, 50};
    g.spacing_mm = {1.0, 1.0, 2.0};
    image = Volume<std::int16_t>(g, 40);
    bone = Volume<LabelId>(g, 0);
  }
  /// A bright spoke from `from_mm` to `to_mm` beyond the wall; the slanting cylinder's section is a little oval.
  void spoke(const Vec3& direction, double from_mm, double to_mm) {
    for (double r = 10.0 + from_mm; r <= 10.0 + to_mm; r += 0.25)
      image(static_cast<int>(std::lround(50.0 + r * direction[0])),
            static_cast<int>(std::lround(50.0 + r * direction[1])), 25) = 400;
  }
  [[nodiscard]] int bright(bool labelled) const {
    const auto labels = paint_aorta(aorta, image, bone, {2});
    int count = 0;
    for (std::size_t i = 0; i < labels.voxels().size(); ++i)
      count += image.voxels()[i] == 400 && (labels.voxels()[i] != 0) == labelled;
    return count;
  }
};

TEST(AortaPaint, HoldsPlaqueThatBulgesOutOfTheWall) {
  BulgingWall wall;
  wall.spoke({1, 0, 0}, -3.0, 1.5);
  wall.spoke({0, 1, 0}, -3.0, 1.0);
  EXPECT_EQ(wall.bright(false), 0);
  EXPECT_GE(wall.bright(true), 8);
}

TEST(AortaPaint, LeavesBoneAndWhatGoesOnOutside) {
  BulgingWall wall;
  wall.spoke({1, 0, 0}, -2.0, 12.0); // goes on: a branch, bowel or unlabelled bone
  wall.spoke({-1, 0, 0}, 1.0, 1.5);  // shows nothing inside
  wall.spoke({0, 1, 0}, -1.0, 1.5);  // leads to a vertebra
  const int inside = wall.bright(true);
  for (int x = 40; x < 60; ++x)
    for (int y = 62; y < 70; ++y)
      wall.bone(x, y, 25) = 31;
  EXPECT_GE(wall.bright(false), 11);
  EXPECT_LT(wall.bright(true), inside);
  for (int y = 61; y < 70; ++y)
    EXPECT_EQ(paint_aorta(wall.aorta, wall.image, wall.bone, {2})(50, y, 25), 0) << y;
}

TEST(AortaPaint, EnhancedBloodIsNoCalcium) {
  BulgingWall wall;
  wall.spoke({1, 0, 0}, -3.0, 1.5);
  wall.aorta.blood_hu = 250.0;
  EXPECT_GT(wall.bright(false), 0);
}

TEST(AortaPaint, WritesTheSegmentsLabel) {
  VolumeGeometry g;
  g.size = {100, 100, 50};
  g.spacing_mm = {1.0, 1.0, 2.0};
  EXPECT_EQ(paint_aorta(cylinder(AortaSegment::Arch), g, {1})(50, 50, 25), label::aorta_arch);
  EXPECT_EQ(paint_aorta(cylinder(AortaSegment::IliacRight), g, {1})(50, 50, 25), label::iliac_artery_right);
}

} // namespace
} // namespace osteocalc::segmentation
