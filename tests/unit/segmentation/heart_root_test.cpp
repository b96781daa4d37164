// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/heart_root.h"

#include "heart_phantom.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

using test::HeartPhantom;

class Root : public ::testing::Test {
 protected:
  HeartPhantom phantom;
  std::optional<Thorax> thorax = find_thorax(find_body(phantom.hu, {2}), {2});
  [[nodiscard]] Vec3 place(const AorticRoot& root) const { return index_to_point(thorax->hu.geometry(), root.index); }
};

TEST_F(Root, IsWhereTheRoundOutlineEnds) {
  const AorticRoot root = find_aortic_root(*thorax, {}, {}, {2});
  EXPECT_TRUE(root.trusted);
  EXPECT_NEAR(place(root)[0], HeartPhantom::root_x, 4);
  EXPECT_NEAR(place(root)[1], HeartPhantom::root_y, 4);
  EXPECT_NEAR(place(root)[2], HeartPhantom::root_z, 6);
  const auto slice = static_cast<std::size_t>(root.index[2]);
  const Vec3 aorta = index_to_point(thorax->hu.geometry(), {root.descending[slice].x, root.descending[slice].y, 0});
  EXPECT_NEAR(aorta[0], 25, 3);
  EXPECT_NEAR(aorta[1], 28, 3);
}

TEST_F(Root, TooCloseToTheCarinaIsMovedAndNotTrusted) {
  const double carina_mm = HeartPhantom::root_z + 20;
  const AorticRoot root = find_aortic_root(*thorax, carina_mm, {}, {2});
  EXPECT_FALSE(root.trusted);
  EXPECT_NEAR(place(root)[2], carina_mm - 50, 3);
  EXPECT_TRUE(find_aortic_root(*thorax, HeartPhantom::root_z + 50, {}, {2}).trusted);
}

} // namespace
} // namespace osteocalc::segmentation
