// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/bone/trabecular.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>
#include <random>

namespace osteocalc::bone {
namespace {

constexpr double radius_mm = 20, half_height_mm = 14;

/// An upright cylinder about the LPS origin on its own 1 mm grid.
VertebralBody cylinder_body() {
  VertebralBody body;
  VolumeGeometry grid{{61, 61, 41}};
  grid.origin_mm = {-30, -30, -20};
  body.mask = Volume<std::uint8_t>(grid, std::uint8_t{0});
  for (int z = 0; z < 41; ++z)
    for (int y = 0; y < 61; ++y)
      for (int x = 0; x < 61; ++x)
        body.mask(x, y, z) = std::hypot(x - 30, y - 30) <= radius_mm && std::abs(z - 20) <= half_height_mm ? 1 : 0;
  body.mid_height_index = 20;
  return body;
}

const VolumeGeometry scan_grid{{120, 120, 60}, {0.5, 0.5, 1}, {-30, -30, -30}};

TEST(TrabecularVoi, LiesWhereTheMethodSaysInAKnownCylinder) {
  // Eroded by 3 mm: radius 17. Front 60 %: y from -17 to 3.4. Ellipse about y = -6.8 with half axes 0.7 * 17 = 11.9
  // deep and 0.8 * 17 = 13.6 wide, 10 mm high.
  const VolumeOfInterest voi = trabecular_voi(cylinder_body(), scan_grid);
  ASSERT_FALSE(voi.voxels.empty());
  Vec3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
  for (const auto& [x, y, z] : voi.voxels) {
    const Vec3 at = index_to_point(scan_grid, {double(x), double(y), double(z)});
    ASSERT_LE(std::hypot(at[0], at[1]), radius_mm - 2.2); // 3 mm less the rounding of both grids
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], at[axis]);
      high[axis] = std::max(high[axis], at[axis]);
    }
  }
  EXPECT_NEAR(low[0], -13.6, 1.3); // the 1 mm grid of the body rounds
  EXPECT_NEAR(high[0], 13.6, 1.3);
  EXPECT_NEAR(low[1], -17, 1.3);
  EXPECT_NEAR(high[1], 3.4, 1.3);
  EXPECT_NEAR(high[2] - low[2], 10, 1);
}

TEST(TrabecularVoi, OptionsMoveItsBorders) {
  VoiOptions thin;
  thin.slab_mm = 4;
  const auto slices = [](const VolumeOfInterest& voi) {
    int low = 1000, high = -1;
    for (const auto& voxel : voi.voxels) {
      low = std::min(low, voxel[2]);
      high = std::max(high, voxel[2]);
    }
    return high - low + 1;
  };
  EXPECT_EQ(slices(trabecular_voi(cylinder_body(), scan_grid, thin)), 5);
  EXPECT_EQ(slices(trabecular_voi(cylinder_body(), scan_grid)), 11);
  VoiOptions deep;
  deep.erosion_mm = 25;
  EXPECT_TRUE(trabecular_voi(cylinder_body(), scan_grid, deep).voxels.empty());
}

TEST(TrabecularVoi, DefinitionsDifferAsTheirNamesSay) {
  const auto count = [](VoiDefinition definition) {
    VoiOptions options;
    options.definition = definition;
    const VolumeOfInterest voi = trabecular_voi(cylinder_body(), scan_grid, options);
    return static_cast<double>(voi.voxels.size()) * voxel_volume_mm3(scan_grid);
  };
  // The cylinder less 4 mm: radius 16, height 20 to 21 (its 29 layers less four at each end).
  const double eroded = count(VoiDefinition::ErodedBody);
  EXPECT_NEAR(eroded, std::numbers::pi * 16 * 16 * 20.5, 0.06 * eroded);
  // Without the vein's wedge: 16 mm long, 12 mm wide at its end, 8 mm high.
  EXPECT_NEAR(eroded - count(VoiDefinition::FullCore), 0.5 * 16 * 12 * 8.5, 250);
  // Of slices of 5 mm it keeps those that hold nothing within 6.5 mm of the ends: 15 or 16 mm are left of 29.
  VoiOptions thick;
  thick.definition = VoiDefinition::FullCore;
  thick.voxel_mm = 5;
  const VolumeOfInterest ends_cut = trabecular_voi(cylinder_body(), scan_grid, thick);
  const auto [lowest, highest] = std::ranges::minmax(ends_cut.voxels, {}, [](const auto& v) { return v[2]; });
  EXPECT_NEAR((highest[2] - lowest[2] + 1) * scan_grid.spacing_mm[2], 15, 1.5);
  // The front 60 % cut 6 % off the ellipse at its ends.
  EXPECT_NEAR(count(VoiDefinition::EllipseSlab), 0.94 * std::numbers::pi * 11.9 * 13.6 * 11, 500);
  for (const VoiDefinition definition :
       {VoiDefinition::EllipseSlab, VoiDefinition::ErodedBody, VoiDefinition::FullCore})
    EXPECT_EQ(voi_definition_from_string(to_string(definition)), definition);
  EXPECT_FALSE(voi_definition_from_string("sphere"));
}

TEST(TrabecularVoi, IsOrderedBySliceRowColumn) {
  const VolumeOfInterest voi = trabecular_voi(cylinder_body(), scan_grid);
  const auto key = [](const std::array<int, 3>& v) { return std::array{v[2], v[1], v[0]}; };
  EXPECT_TRUE(std::ranges::is_sorted(voi.voxels, {}, key));
}

/// A row of voxels with these HU.
struct Row {
  Volume<std::int16_t> hu;
  VolumeOfInterest voi;
  explicit Row(const std::vector<std::int16_t>& values)
      : hu(VolumeGeometry{{static_cast<int>(values.size()), 1, 1}}, std::int16_t{0}) {
    for (int x = 0; x < hu.size(0); ++x) {
      hu(x, 0, 0) = values[static_cast<std::size_t>(x)];
      voi.voxels.push_back({x, 0, 0});
    }
  }
};

TEST(RemoveIslands, TakesOutWhatIsFarDenserAndNothingElse) {
  std::mt19937 random(1);
  std::vector<std::int16_t> values;
  for (int i = 0; i < 900; ++i)
    values.push_back(static_cast<std::int16_t>(80 + random() % 41)); // 80..120
  values.insert(values.end(), 100, std::int16_t{600});
  Row row(values);
  EXPECT_NEAR(remove_islands(row.voi, row.hu, 4), 0.1, 1e-12);
  ASSERT_EQ(row.voi.voxels.size(), 900U);
  EXPECT_LE(hu_statistics(row.hu, row.voi)->mean_hu, 120);
}

TEST(RemoveIslands, LowValuesStay) {
  // Fat and true voids are trabecular bone's own: only the dense side is cut.
  std::vector<std::int16_t> values(200, std::int16_t{-80});
  for (int i = 0; i < 800; ++i)
    values.push_back(static_cast<std::int16_t>(90 + i % 21));
  Row row(values);
  EXPECT_EQ(remove_islands(row.voi, row.hu, 4), 0);
  EXPECT_EQ(row.voi.voxels.size(), 1000U);
}

TEST(RemoveIslands, ZeroSwitchesItOffAndNothingHasNone) {
  Row row({1, 2, 3, 900});
  EXPECT_EQ(remove_islands(row.voi, row.hu, 0), 0);
  EXPECT_EQ(row.voi.voxels.size(), 4U);
  VolumeOfInterest none;
  EXPECT_EQ(remove_islands(none, row.hu, 4), 0);
}

TEST(HuStatistics, MeanAndSampleSd) {
  const Row row({2, 4, 4, 4, 5, 5, 7, 9});
  const auto statistics = hu_statistics(row.hu, row.voi);
  ASSERT_TRUE(statistics);
  EXPECT_DOUBLE_EQ(statistics->mean_hu, 5);
  EXPECT_DOUBLE_EQ(statistics->sd_hu, std::sqrt(32.0 / 7));
  EXPECT_EQ(statistics->n, 8);
}

TEST(HuStatistics, OfZeroHuIsAMeasurementOfNothingIsNot) {
  const Row zeros({0, 0, 0});
  EXPECT_EQ(hu_statistics(zeros.hu, zeros.voi)->mean_hu, 0);
  EXPECT_FALSE(hu_statistics(zeros.hu, {}));
  EXPECT_FALSE(hu_statistics(zeros.hu, {{{0, 0, 0}}})); // one voxel has no SD
}

} // namespace
} // namespace osteocalc::bone
