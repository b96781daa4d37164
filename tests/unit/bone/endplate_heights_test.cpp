// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/endplate_heights.h"

#include "unit/bone/analytic_spine.h"

#include <gtest/gtest.h>

namespace osteocalc::bone {
namespace {

struct Case {
  const char* name;
  Vec3 spacing_mm;
  double anterior_mm, posterior_mm, sagittal_deg, tolerance_mm;
};

std::ostream& operator<<(std::ostream& out, const Case& given) {
  return out << given.name;
}

class HeightCase : public testing::TestWithParam<Case> {};

TEST_P(HeightCase, IsFinerThanAVoxel) {
  const Case& given = GetParam();
  auto spine = test::analytic_spine(Vertebra::L1, 1, given.sagittal_deg);
  spine[0].anterior_mm = given.anterior_mm;
  spine[0].posterior_mm = given.posterior_mm;
  const test::AnalyticScan scan = test::scan_of(spine, test::grid_around(spine, given.spacing_mm));
  const auto found = find_vertebral_bodies(scan.labels, {});
  ASSERT_TRUE(found.at(0).body);
  const auto heights = endplate_heights(scan.hu, *found[0].body);
  ASSERT_TRUE(heights);
  // The scan knows two points a voxel along each axis, so faces are certain to a quarter voxel; slices thicker than
  // the endplate widen it by up to a third of a slice at each end.
  // Heights are read at 15, 50 and 85 % of the depth.
  EXPECT_NEAR(heights->anterior_mm, spine[0].height_mm(0.15), given.tolerance_mm);
  EXPECT_NEAR(heights->middle_mm, spine[0].height_mm(0.5), given.tolerance_mm);
  EXPECT_NEAR(heights->posterior_mm, spine[0].height_mm(0.85), given.tolerance_mm);
}

INSTANTIATE_TEST_SUITE_P(Bodies, HeightCase,
                         testing::Values(Case{"Millimetre", {0.7, 0.7, 1}, 28, 28, 0, 0.6},
                                         Case{"HalfAVoxelLess", {0.7, 0.7, 1}, 27.5, 27.5, 0, 0.6},
                                         Case{"Wedge", {1, 1, 1}, 24, 28, 0, 0.8},
                                         Case{"Tilted", {1, 1, 1}, 28, 28, 15, 0.6},
                                         Case{"ThreeMillimetreSlices", {1, 1, 3}, 28, 28, 0, 2.1}),
                         [](const auto& test) { return test.param.name; });

TEST(EndplateHeights, AreNotReadWhereNoEndplateStandsOut) {
  auto spine = test::analytic_spine(Vertebra::L1, 1);
  const test::AnalyticScan scan = test::scan_of(spine, test::grid_around(spine, {1, 1, 1}));
  const auto found = find_vertebral_bodies(scan.labels, {});
  EXPECT_FALSE(endplate_heights(Volume<std::int16_t>(scan.hu.geometry(), 100), *found.at(0).body));
}

} // namespace
} // namespace osteocalc::bone
