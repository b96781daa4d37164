// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/settled_body.h"

#include "unit/bone/analytic_spine.h"
#include "unit/bone/changed_labels.h"

#include <gtest/gtest.h>
#include <numbers>

namespace osteocalc::bone {
namespace {

struct Labelled {
  std::vector<test::AnalyticVertebra> spine = test::analytic_spine(Vertebra::L1, 1, 10, 5);
  test::AnalyticScan scan;

  explicit Labelled(double spacing_mm) {
    scan = test::scan_of(spine, test::grid_around(spine, {spacing_mm, spacing_mm, spacing_mm}));
  }
  [[nodiscard]] VertebralBody settled_in(const Volume<LabelId>& labels) const {
    return settled(*find_vertebral_bodies(labels, {}).at(0).body, scan.hu);
  }
};

TEST(SettledBody, LiesOnTheBoneWhateverTheLabelsOffset) {
  const Labelled given(2);
  for (const auto& [name, labels] : test::changed_by_a_voxel(
           given.scan.labels, [](LabelId id) { return id != 0; }, [](LabelId) { return LabelId{0}; })) {
    ASSERT_TRUE(find_vertebral_bodies(labels, {}).at(0).body) << name;
    const VertebralBody body = given.settled_in(labels);
    EXPECT_LT(norm(body.center_mm - given.spine[0].center_mm), 1.5) << name; // the label's own middle is 2 mm off
    EXPECT_NEAR(body.heights.middle_mm, 28, 1.5) << name;                    // and its height 4
    const Vec3 middle = point_to_index(body.mask.geometry(), given.spine[0].center_mm);
    EXPECT_NEAR(body.mid_height_index, middle[2], 0.7) << name;
    const double volume_mm3 =
        std::numbers::pi * test::AnalyticVertebra::half_width_mm * test::AnalyticVertebra::half_depth_mm * 28;
    EXPECT_NEAR(static_cast<double>(std::ranges::count(body.mask.voxels(), 1)) / volume_mm3, 1, 0.15) << name;
  }
}

TEST(SettledBody, GoesNoFartherThanOneAndAHalfVoxels) {
  const Labelled given(1.5);
  const Volume<LabelId> far = test::shifted(given.scan.labels, 2, 3); // 4.5 mm up
  const VertebralBody before = std::move(*find_vertebral_bodies(far, {}).at(0).body);
  const double moved_mm = norm(settled(before, given.scan.hu).center_mm - before.center_mm);
  EXPECT_LE(moved_mm, 1.5 * 1.5 * 1.3); // along the body's askew axes a voxel is a little thicker
}

TEST(SettledBody, StaysWhereNoEdgeShows) {
  const Labelled given(1.5);
  const VertebralBody before = std::move(*find_vertebral_bodies(given.scan.labels, {}).at(0).body);
  const VertebralBody body = settled(before, Volume<std::int16_t>(given.scan.hu.geometry(), 100));
  EXPECT_EQ(body.heights.middle_mm, before.heights.middle_mm);
  EXPECT_LT(norm(body.center_mm - before.center_mm), 1e-9);
  EXPECT_EQ(std::ranges::count(body.mask.voxels(), 1), std::ranges::count(before.mask.voxels(), 1));
}

TEST(SettledBody, StaysWhereTheScanCutsIt) {
  const Labelled given(1.5);
  VertebralBody before = std::move(*find_vertebral_bodies(test::shifted(given.scan.labels, 0, 1), {}).at(0).body);
  EXPECT_GT(norm(settled(before, given.scan.hu).center_mm - before.center_mm), 0.5);
  before.cut_by_field_of_view = true;
  EXPECT_LT(norm(settled(before, given.scan.hu).center_mm - before.center_mm), 1e-9);
}

} // namespace
} // namespace osteocalc::bone
