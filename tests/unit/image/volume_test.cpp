// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/volume.h"

#include <gtest/gtest.h>
#include <type_traits>

namespace osteocalc {
namespace {

static_assert(!std::is_copy_constructible_v<Volume<std::int16_t>>); // a scan is copied by clone() or not at all
static_assert(std::is_nothrow_move_constructible_v<Volume<std::int16_t>>);

TEST(Volume, XRunsFastestThenYThenZ) {
  Volume<int> volume(VolumeGeometry{{4, 3, 2}}, 0);
  volume(1, 2, 1) = 9;
  EXPECT_EQ(volume.voxels()[1 + 4 * (2 + 3 * 1)], 9);
  EXPECT_EQ(volume.slice(1)(1, 2), 9);
  EXPECT_EQ(volume.slice(1).row(2)[1], 9);
  const SliceView<const int> view = volume.slice(1);
  EXPECT_EQ(view.width, 4);
  EXPECT_EQ(view.height, 3);
  EXPECT_EQ(view(1, 2), 9);
}

TEST(Volume, KnowsItsBorders) {
  const Volume<int> volume(VolumeGeometry{{4, 3, 2}}, 0);
  EXPECT_TRUE(volume.contains(3, 2, 1));
  for (const auto& [x, y, z] : {std::array{4, 0, 0}, std::array{0, 3, 0}, std::array{0, 0, 2}, std::array{-1, 0, 0},
                                std::array{0, -1, 0}, std::array{0, 0, -1}})
    EXPECT_FALSE(volume.contains(x, y, z));
  EXPECT_TRUE(Volume<int>().empty());
  EXPECT_FALSE(volume.empty());
}

TEST(Volume, ACloneIsApartFromItsOriginal) {
  Volume<int> volume(VolumeGeometry{{4, 3, 2}, {1, 2, 3}}, 5);
  Volume<int> copy = volume.clone();
  copy(0, 0, 0) = 6;
  EXPECT_EQ(volume(0, 0, 0), 5);
  EXPECT_EQ(copy(3, 2, 1), 5);
  EXPECT_EQ(copy.geometry(), volume.geometry());
}

} // namespace
} // namespace osteocalc
