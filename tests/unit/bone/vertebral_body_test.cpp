// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/vertebral_body.h"

#include "osteocalc/bone/trabecular.h"
#include "unit/bone/analytic_spine.h"

#include <gtest/gtest.h>
#include <numbers>
#include <ostream>

namespace osteocalc::bone {
namespace {

double degrees_between(const Vec3& a, const Vec3& b) {
  return std::acos(std::clamp(dot(a, b) / (norm(a) * norm(b)), -1.0, 1.0)) * 180 / std::numbers::pi;
}

struct Case {
  const char* name;
  Vec3 spacing_mm;
  double sagittal_deg, coronal_deg, height_tolerance_mm;
};

std::ostream& operator<<(std::ostream& out, const Case& given) {
  return out << given.name;
}

class AnalyticCase : public testing::TestWithParam<Case> {};

TEST_P(AnalyticCase, BodyAxesHeightsAndCoreAreFound) {
  const Case& given = GetParam();
  auto spine = test::analytic_spine(Vertebra::L1, 3, given.sagittal_deg, given.coronal_deg);
  spine[1].core_hu = 87;
  spine[2].core_hu = 165;
  const test::AnalyticScan scan = test::scan_of(spine, test::grid_around(spine, given.spacing_mm));
  const auto found = find_vertebral_bodies(scan.labels, {});
  ASSERT_EQ(found.size(), spine.size());
  for (std::size_t i = 0; i < spine.size(); ++i) {
    SCOPED_TRACE(to_string(spine[i].level));
    EXPECT_EQ(found[i].level, spine[i].level);
    ASSERT_TRUE(found[i].body) << found[i].missing;
    const VertebralBody& body = *found[i].body;
    EXPECT_FALSE(body.cut_by_field_of_view);
    EXPECT_LT(norm(body.center_mm - spine[i].center_mm), 2.5);
    for (std::size_t axis = 0; axis < 3; ++axis)
      EXPECT_LT(degrees_between(body.mask.geometry().axes[axis], spine[i].axes[axis]), 3) << axis;
    EXPECT_NEAR(body.tilt_deg, degrees_between(spine[i].axes[2], {0, 0, 1}), 3);
    EXPECT_NEAR(body.heights.anterior_mm, 28, given.height_tolerance_mm);
    EXPECT_NEAR(body.heights.middle_mm, 28, given.height_tolerance_mm);
    EXPECT_NEAR(body.heights.posterior_mm, 28, given.height_tolerance_mm);

    const VolumeOfInterest voi = trabecular_voi(body, scan.hu.geometry());
    for (const auto& [x, y, z] : voi.voxels)
      ASSERT_TRUE(spine[i].in_body(
          spine[i].local(index_to_point(scan.hu.geometry(), {double(x), double(y), double(z)})), spine[i].cortex_mm));
    const auto statistics = hu_statistics(scan.hu, voi);
    ASSERT_TRUE(statistics);
    EXPECT_NEAR(statistics->mean_hu, spine[i].core_hu, 1);
    EXPECT_GT(static_cast<double>(statistics->n) * voxel_volume_mm3(scan.hu.geometry()), 1000); // of about 2 cm3
  }
}

INSTANTIATE_TEST_SUITE_P(
    Grids, AnalyticCase,
    testing::Values(Case{"Fine", {0.7, 0.7, 1}, 0, 0, 1}, Case{"Isotropic", {1.5, 1.5, 1.5}, 0, 0, 1},
                    Case{"Coarse", {3, 3, 3}, 0, 0, 2}, Case{"FineTilted", {0.7, 0.7, 1}, 20, 10, 1},
                    Case{"IsotropicTilted", {1.5, 1.5, 1.5}, 20, 10, 1}, Case{"CoarseTilted", {3, 3, 3}, 20, 10, 2},
                    Case{"ThickSlicesTilted", {0.7, 0.7, 3}, 20, 10, 2}),
    [](const auto& test) { return test.param.name; });

TEST(FindVertebralBodies, GiveTheSameWhenTheScannerIsTurned) {
  const auto spine = test::analytic_spine(Vertebra::L1, 3);
  const test::AnalyticScan straight = test::scan_of(spine, test::grid_around(spine, {1.5, 1.5, 1.5}));
  test::AnalyticScan turned{straight.hu.clone(), straight.labels.clone()};
  // The patient lies askew in the frame: the same voxels on turned axes.
  turned.labels.set_geometry(test::turned(straight.labels.geometry(), 20, 10));
  turned.hu.set_geometry(turned.labels.geometry());
  const auto before = find_vertebral_bodies(straight.labels, {});
  const auto after = find_vertebral_bodies(turned.labels, {});
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    ASSERT_TRUE(before[i].body && after[i].body);
    EXPECT_NEAR(before[i].body->heights.anterior_mm, after[i].body->heights.anterior_mm, 1);
    EXPECT_NEAR(before[i].body->heights.posterior_mm, after[i].body->heights.posterior_mm, 1);
    EXPECT_NEAR(before[i].body->tilt_deg, after[i].body->tilt_deg, 2); // against the scanner, which turned too
    const auto hu_before = hu_statistics(straight.hu, trabecular_voi(*before[i].body, straight.hu.geometry()));
    const auto hu_after = hu_statistics(turned.hu, trabecular_voi(*after[i].body, turned.hu.geometry()));
    ASSERT_TRUE(hu_before && hu_after);
    EXPECT_NEAR(hu_before->mean_hu, hu_after->mean_hu, 1);
  }
}

TEST(FindVertebralBodies, MeasureAWedgeFrontMiddleAndBack) {
  auto spine = test::analytic_spine(Vertebra::L1, 3);
  spine[1].anterior_mm = 20;
  const auto found = find_vertebral_bodies(test::scan_of(spine, test::grid_around(spine, {0.7, 0.7, 1})).labels, {});
  ASSERT_TRUE(found[1].body);
  const BodyHeights& heights = found[1].body->heights; // medians about 15, 50 and 85 % of the depth
  EXPECT_NEAR(heights.anterior_mm, spine[1].height_mm(0.15), 1);
  EXPECT_NEAR(heights.middle_mm, spine[1].height_mm(0.50), 1);
  EXPECT_NEAR(heights.posterior_mm, spine[1].height_mm(0.85), 1);
}

TEST(FindVertebralBodies, BodyLabelsNeedNoCanal) {
  const auto spine = test::analytic_spine(Vertebra::T11, 3);
  const test::AnalyticScan scan = test::scan_of(spine, test::grid_around(spine, {1.5, 1.5, 1.5}));
  const auto found = find_vertebral_bodies(test::body_labels(scan, spine), {});
  ASSERT_EQ(found.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(found[i].level, spine[i].level);
    ASSERT_TRUE(found[i].body) << found[i].missing;
    EXPECT_NEAR(found[i].body->heights.middle_mm, 28, 1);
    EXPECT_LT(norm(found[i].body->center_mm - spine[i].center_mm), 2);
  }
}

TEST(FindVertebralBodies, AWholeVertebraWithoutCanalHasNoBody) {
  Volume<LabelId> labels(VolumeGeometry{{60, 60, 60}}, 0);
  for (int z = 15; z < 45; ++z)
    for (int y = 15; y < 45; ++y)
      for (int x = 15; x < 45; ++x)
        labels(x, y, z) = whole_vertebra_label(Vertebra::L3);
  const auto found = find_vertebral_bodies(labels, {});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].body);
  EXPECT_NE(found[0].missing.find("no spinal canal"), std::string::npos);
}

TEST(FindVertebralBodies, SacrumAloneAndNothingGiveNone) {
  Volume<LabelId> labels(VolumeGeometry{{10, 10, 10}}, 0);
  EXPECT_TRUE(find_vertebral_bodies(labels, {}).empty());
  std::ranges::fill(labels.voxels(), whole_vertebra_label(Vertebra::S1));
  EXPECT_TRUE(find_vertebral_bodies(labels, {}).empty());
}

TEST(FindVertebralBodies, ABodyThatLeavesTheScanIsMarkedCut) {
  const auto spine = test::analytic_spine(Vertebra::L1, 3);
  VolumeGeometry grid = test::grid_around(spine, {1.5, 1.5, 1.5});
  grid.size[2] -= 10; // 15 mm, where only 6 mm of margin lie above the body
  const auto found = find_vertebral_bodies(test::scan_of(spine, grid).labels, {});
  ASSERT_EQ(found.size(), 3U);
  ASSERT_TRUE(found[0].body && found[1].body && found[2].body);
  EXPECT_TRUE(found[0].body->cut_by_field_of_view);
  EXPECT_FALSE(found[1].body->cut_by_field_of_view);
  EXPECT_FALSE(found[2].body->cut_by_field_of_view);
}

TEST(FindVertebralBodies, AreTheSameForAnyNumberOfThreads) {
  const auto spine = test::analytic_spine(Vertebra::L1, 3, 20, 10);
  const test::AnalyticScan scan = test::scan_of(spine, test::grid_around(spine, {1.5, 1.5, 1.5}));
  const auto one = find_vertebral_bodies(scan.labels, Parallel{1});
  const auto two = find_vertebral_bodies(scan.labels, Parallel{2});
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].body->center_mm, two[i].body->center_mm);
    EXPECT_EQ(one[i].body->mask.geometry(), two[i].body->mask.geometry());
    EXPECT_TRUE(std::ranges::equal(one[i].body->mask.voxels(), two[i].body->mask.voxels()));
  }
}

} // namespace
} // namespace osteocalc::bone
