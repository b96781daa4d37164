// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/view/slice_picture.h"

#include <gtest/gtest.h>

namespace osteocalc::view {
namespace {

/// HU = 10 x + 20 y + 30 z in voxels of 1 by 1 by 2 mm.
Volume<std::int16_t> ramp() {
  Volume<std::int16_t> hu(VolumeGeometry{{20, 20, 20}, {1, 1, 2}, {0, 0, 0}});
  for (int z = 0; z < 20; ++z)
    for (int y = 0; y < 20; ++y)
      for (int x = 0; x < 20; ++x)
        hu(x, y, z) = static_cast<std::int16_t>(10 * x + 20 * y + 30 * z);
  return hu;
}

TEST(Sample, InterpolatesBetweenVoxels) {
  const Surface surface = plane_through(Plane::Coronal, {7.5, 4.25, 9}, 1, 1, 1);
  EXPECT_NEAR(sample(ramp(), surface, {}, {})[0], 75 + 85 + 135, 1e-3);
}

TEST(Sample, BeyondTheScanThereIsAir) {
  const Surface surface = plane_through(Plane::Axial, {-5, 5, 5}, 1, 1, 1);
  EXPECT_EQ(sample(ramp(), surface, {}, {})[0], -1024);
}

TEST(Sample, ASlabIsItsMeanOrMaximum) {
  Volume<std::int16_t> hu(VolumeGeometry{{9, 9, 9}}, 0);
  hu(4, 4, 6) = 900;
  const Surface surface = plane_through(Plane::Axial, {4, 4, 4}, 1, 1, 1);
  EXPECT_EQ(sample(hu, surface, {}, {})[0], 0);
  EXPECT_NEAR(sample(hu, surface, {5, Projection::Mean}, {})[0], 900.0 / 5, 1e-3);
  EXPECT_EQ(sample(hu, surface, {5, Projection::Maximum}, {})[0], 900);
  EXPECT_EQ(sample(hu, surface, {3, Projection::Maximum}, {})[0], 0);
}

TEST(SlicePicture, TheWindowMakesTheGrey) {
  Volume<std::int16_t> hu(VolumeGeometry{{5, 5, 5}}, 50);
  const Surface surface = plane_through(Plane::Axial, {2, 2, 2}, 3, 3, 1);
  const auto gray = [&](const Window& window) { return slice_picture(hu, surface, {}, window, {}, {}).at(1, 1).r; };
  EXPECT_EQ(gray({50, 400}), 127);
  EXPECT_EQ(gray({500, 400}), 0);
  EXPECT_EQ(gray({-500, 400}), 255);
}

TEST(SlicePicture, LabelsAreColouredByTheirOpacity) {
  Volume<std::int16_t> hu(VolumeGeometry{{9, 9, 9}}, -1000);
  Volume<LabelId> labels(hu.geometry(), label::coronary_lad);
  const Surface surface = plane_through(Plane::Axial, {4, 4, 4}, 5, 5, 1);
  const Rgb color = *label_color(label::coronary_lad);
  Overlay overlay{&labels, 1, false, nullptr};
  EXPECT_EQ(slice_picture(hu, surface, {}, {50, 400}, overlay, {}).at(2, 2), color);
  overlay.opacity = 0;
  EXPECT_EQ(slice_picture(hu, surface, {}, {50, 400}, overlay, {}).at(2, 2), Rgb{});
  EXPECT_FALSE(label_color(5)); // a liver is not coloured
}

TEST(SlicePicture, IsTheSameForAnyNumberOfThreads) {
  const Surface surface = plane_through(Plane::Sagittal, {7, 8, 9}, 40, 40, 0.5);
  EXPECT_EQ(slice_picture(ramp(), surface, {4, Projection::Mean}, {300, 600}, {}, {1}).pixels,
            slice_picture(ramp(), surface, {4, Projection::Mean}, {300, 600}, {}, {3}).pixels);
}

TEST(Presets, AreThoseThatRadiologistsAskFor) {
  std::vector<std::string_view> names;
  for (const WindowPreset& preset : window_presets())
    names.push_back(preset.name);
  EXPECT_EQ(names, (std::vector<std::string_view>{"calcium", "bone", "soft", "lung"}));
}

} // namespace
} // namespace osteocalc::view
