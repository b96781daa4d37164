// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/combine_slices.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc {
namespace {

Volume<std::int16_t> stack(const std::vector<std::int16_t>& values, double increment_mm) {
  Volume<std::int16_t> hu(VolumeGeometry{{2, 2, static_cast<int>(values.size())}, {1, 1, increment_mm}, {0, 0, 100}});
  for (int z = 0; z < hu.size(2); ++z)
    std::fill_n(hu.slice(z).data, 4, values[static_cast<std::size_t>(z)]);
  return hu;
}

TEST(CombineSlices, averages_whole_slices) {
  const auto thick = combine_slices(stack({0, 30, 60, 10, 10, 41, 7}, 1), 3, {});
  ASSERT_EQ(thick.size(2), 2); // the seventh is left over
  EXPECT_EQ(thick(0, 0, 0), 30);
  EXPECT_EQ(thick(1, 1, 1), 20); // 61 / 3 rounded down
  EXPECT_EQ(thick.geometry().spacing_mm[2], 3);
  EXPECT_NEAR(thick.geometry().origin_mm[2], 101, 1e-12); // the middle of the first three
}

TEST(CombineSlices, shares_slices_that_cross_the_border) {
  const auto thick = combine_slices(stack({0, 0, 100, 100, 100, 100}, 1), 2.5, {});
  ASSERT_EQ(thick.size(2), 2);
  EXPECT_EQ(thick(0, 0, 0), 20); // half of the third slice
  EXPECT_EQ(thick(0, 0, 1), 100);
}

TEST(CombineSlices, labels_go_by_the_larger_share) {
  Volume<LabelId> labels(VolumeGeometry{{1, 1, 3}, {1, 1, 1}, {0, 0, 0}});
  labels(0, 0, 0) = 5;
  labels(0, 0, 1) = 7;
  labels(0, 0, 2) = 7;
  EXPECT_EQ(combine_slices(labels, 3, {})(0, 0, 0), 7);
}

TEST(CombineSlices, a_scan_thinner_than_one_slice_is_an_error) {
  EXPECT_THROW((void)combine_slices(stack({0, 0}, 1), 3, {}), GeometryError);
}

} // namespace
} // namespace osteocalc
