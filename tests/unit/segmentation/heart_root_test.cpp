// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/heart_root.h"

#include "heart_phantom.h"

#include <gtest/gtest.h>

#include <cmath>

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

TEST_F(Root, TooFarBelowTheCarinaIsMovedAndNotTrusted) {
  const double carina_mm = HeartPhantom::root_z + 75;
  const AorticRoot root = find_aortic_root(*thorax, carina_mm, {}, {2});
  EXPECT_FALSE(root.trusted);
  EXPECT_NEAR(place(root)[2], carina_mm - 50, 3);
}

TEST_F(Root, FarFromTheAortasOwnRootIsNotTrusted) {
  AortaResult aorta;
  aorta.root_mm = Vec3{HeartPhantom::root_x, HeartPhantom::root_y, HeartPhantom::root_z + 10};
  EXPECT_TRUE(find_aortic_root(*thorax, {}, aorta, {2}).trusted);
  (*aorta.root_mm)[2] += 50;
  EXPECT_FALSE(find_aortic_root(*thorax, {}, aorta, {2}).trusted);
}

TEST_F(Root, IsAboveANarrowerRoundOutflowTract) {
  constexpr double aorta_radius = 20, outflow_radius = 11, length = 18;
  for (int z = 0; z < phantom.hu.size(2); ++z)
    for (int y = 0; y < phantom.hu.size(1); ++y)
      for (int x = 0; x < phantom.hu.size(0); ++x) {
        const Vec3 p = index_to_point(phantom.hu.geometry(), {double(x), double(y), double(z)});
        const double r = std::hypot(p[0] - HeartPhantom::root_x, p[1] - HeartPhantom::root_y);
        if (p[2] <= HeartPhantom::root_z && p[2] > HeartPhantom::root_z - length && r < 45)
          phantom.hu(x, y, z) = r < outflow_radius ? 40 : -100;
        else if (p[2] > HeartPhantom::root_z && r < aorta_radius)
          phantom.hu(x, y, z) = 40;
      }
  thorax = find_thorax(find_body(phantom.hu, {2}), {2});
  const AorticRoot root = find_aortic_root(*thorax, {}, {}, {2});
  EXPECT_TRUE(root.trusted);
  EXPECT_NEAR(place(root)[2], HeartPhantom::root_z, 7);
}

TEST_F(Root, AsLowAsTheHeartsLowerEndThereIsNone) {
  for (int z = 0; z < 22; ++z) // no lung up to 70 mm below the root
    for (int y = 0; y < phantom.hu.size(1); ++y)
      for (int x = 0; x < phantom.hu.size(0); ++x)
        if (phantom.hu(x, y, z) > -950 && phantom.hu(x, y, z) < -600)
          phantom.hu(x, y, z) = 50;
  thorax = find_thorax(find_body(phantom.hu, {2}), {2});
  EXPECT_EQ(find_aortic_root(*thorax, {}, {}, {2}).followed_mm, 0.0);
}

} // namespace
} // namespace osteocalc::segmentation
