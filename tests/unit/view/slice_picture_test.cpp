// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/view/slice_picture.h"

#include <gtest/gtest.h>

namespace osteocalc::view {
namespace {

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

TEST(Presets, AreThoseThatRadiologistsAskFor) {
  std::vector<std::string_view> names;
  for (const WindowPreset& preset : window_presets())
    names.push_back(preset.name);
  EXPECT_EQ(names, (std::vector<std::string_view>{"calcium", "bone", "soft", "lung"}));
}

} // namespace
} // namespace osteocalc::view
