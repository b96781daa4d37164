// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/resample.h"

#include "unit/image/oblique.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc {
namespace {

template <class T>
Volume<T> counting(const VolumeGeometry& geometry) {
  Volume<T> volume(geometry);
  T value = 0;
  for (T& voxel : volume.voxels())
    voxel = value++;
  return volume;
}

/// All 48 ways in which voxel axes can run along the body's.
std::vector<std::array<Vec3, 3>> orientations() {
  std::vector<std::array<Vec3, 3>> all;
  std::array<std::size_t, 3> order{0, 1, 2};
  do
    for (int signs = 0; signs < 8; ++signs) {
      std::array<Vec3, 3> axes{};
      for (std::size_t axis = 0; axis < 3; ++axis)
        axes[axis][order[axis]] = ((signs >> axis) & 1) != 0 ? -1 : 1;
      all.push_back(axes);
    }
  while (std::ranges::next_permutation(order).found);
  return all;
}

/// Every voxel of `after` has the value that `before` has at the same place in the body.
template <class T>
void expect_same_in_space(const Volume<T>& before, const Volume<T>& after) {
  ASSERT_EQ(before.voxels().size(), after.voxels().size());
  for (int z = 0; z < after.size(2); ++z)
    for (int y = 0; y < after.size(1); ++y)
      for (int x = 0; x < after.size(0); ++x) {
        const Vec3 index =
            point_to_index(before.geometry(), index_to_point(after.geometry(), {double(x), double(y), double(z)}));
        std::array<int, 3> at{};
        for (std::size_t axis = 0; axis < 3; ++axis) {
          at[axis] = static_cast<int>(std::lround(index[axis]));
          ASSERT_NEAR(index[axis], at[axis], 1e-9);
        }
        ASSERT_EQ(after(x, y, z), before(at[0], at[1], at[2]));
      }
}

TEST(ToLpsOrder, KeepsHuAtEveryPointForAll48Orientations) {
  ASSERT_EQ(orientations().size(), 48U);
  for (const auto& axes : orientations()) {
    const VolumeGeometry stored{{3, 4, 5}, {0.5, 0.75, 2.5}, {-10, 20, -300}, axes};
    const auto before = counting<std::int16_t>(stored);
    const auto after = to_lps_order(before.clone());
    EXPECT_EQ(after.geometry().axes, (VolumeGeometry{}.axes));
    expect_same_in_space(before, after);
    const auto labels = counting<LabelId>(stored);
    expect_same_in_space(labels, to_lps_order(labels.clone()));
  }
}

TEST(ToLpsOrder, TakesTheNearestAxesOfAnObliqueScan) {
  for (const auto& axes : orientations()) {
    const VolumeGeometry stored = test::turned({{3, 4, 5}, {0.5, 0.75, 2.5}, {-10, 20, -300}, axes}, 30, -20);
    const auto before = counting<std::int16_t>(stored);
    const auto after = to_lps_order(before.clone());
    for (std::size_t axis = 0; axis < 3; ++axis)
      EXPECT_GT(after.geometry().axes[axis][axis], 0.8);
    expect_same_in_space(before, after);
  }
}

TEST(ToLpsOrder, WhatAlreadyRunsSoIsNotTouched) {
  auto volume = counting<std::int16_t>({{3, 4, 5}, {0.5, 0.75, 2.5}, {-10, 20, -300}});
  const std::int16_t* voxels = volume.voxels().data();
  EXPECT_EQ(to_lps_order(std::move(volume)).voxels().data(), voxels);
}

TEST(Interpolate, IsLinearWithinAndConstantBeyondTheGrid) {
  Volume<std::int16_t> volume(VolumeGeometry{{4, 5, 6}});
  const auto hu = [](double x, double y, double z) { return 10 * x - 20 * y + 30 * z; };
  for (int z = 0; z < 6; ++z)
    for (int y = 0; y < 5; ++y)
      for (int x = 0; x < 4; ++x)
        volume(x, y, z) = static_cast<std::int16_t>(hu(x, y, z));
  for (const Vec3& at : {Vec3{0, 0, 0}, Vec3{1.25, 3.5, 4.75}, Vec3{3, 4, 5}, Vec3{2.9, 0.1, 4.999}})
    EXPECT_NEAR(interpolate(volume, at), hu(at[0], at[1], at[2]), 1e-9);
  EXPECT_NEAR(interpolate(volume, {-2, 2, 9}), hu(0, 2, 5), 1e-9);
}

TEST(NearestLabel, IsZeroOutside) {
  const auto labels = counting<LabelId>({{3, 3, 3}});
  EXPECT_EQ(nearest_label(labels, {1.4, 0.6, 2.49}), labels(1, 1, 2));
  EXPECT_EQ(nearest_label(labels, {-0.4, 0, 0}), labels(0, 0, 0));
  EXPECT_EQ(nearest_label(labels, {-0.6, 0, 0}), 0);
  EXPECT_EQ(nearest_label(labels, {1, 1, 2.6}), 0);
}

TEST(ResampleLabels, TakesForEachVoxelTheNearestOfTheSource) {
  const auto source = counting<LabelId>(test::turned({{12, 11, 10}, {1.5, 1, 2}, {-8, -5, -10}}, 15, -25));
  const VolumeGeometry target{{20, 18, 16}, {0.9, 1.1, 1.3}, {-9, -9, -10}};
  const auto result = resample_labels(source, target, Parallel{1});
  std::size_t inside = 0;
  for (int z = 0; z < 16; ++z)
    for (int y = 0; y < 18; ++y)
      for (int x = 0; x < 20; ++x) {
        const Vec3 index = point_to_index(source.geometry(), index_to_point(target, {double(x), double(y), double(z)}));
        ASSERT_EQ(result(x, y, z), nearest_label(source, index));
        inside += result(x, y, z) != 0 ? 1 : 0;
      }
  EXPECT_GT(inside, 1000U); // the grids do overlap
  const auto two = resample_labels(source, target, Parallel{2});
  EXPECT_TRUE(std::ranges::equal(two.voxels(), result.voxels()));
}

} // namespace
} // namespace osteocalc
