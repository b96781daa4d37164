// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/slice_order.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace osteocalc;
using namespace osteocalc::io;

namespace {

std::vector<SlicePosition> at(const std::vector<double>& places_mm) {
  std::vector<SlicePosition> slices;
  for (const double place : places_mm)
    slices.push_back({{0, 0, place}, "uid" + std::to_string(slices.size())});
  return slices;
}

SliceStack stack(const std::vector<double>& places_mm) {
  return stack_slices(at(places_mm), {0, 0, 1});
}

} // namespace

TEST(SliceOrder, AscendsAlongTheNormalWhateverTheInputOrder) {
  const SliceStack result = stack({6, -3, 3, 0});
  EXPECT_EQ(result.order, (std::vector<std::size_t>{1, 3, 2, 0}));
  EXPECT_EQ(result.grid_z, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_DOUBLE_EQ(result.increment_mm, 3.0);
  EXPECT_TRUE(result.issues.empty());
}

TEST(SliceOrder, AGapKeepsItsPlaces) {
  const SliceStack result = stack({0, 3, 6, 15, 18});
  EXPECT_EQ(result.grid_z, (std::vector<int>{0, 1, 2, 5, 6}));
  EXPECT_EQ(result.grid_slices, 7);
  EXPECT_DOUBLE_EQ(result.increment_mm, 3.0);
  ASSERT_TRUE(has_rule(result.issues, "IO-GAP"));
  EXPECT_NE(result.issues[0].text.find("2 after 6.00 mm"), std::string::npos) << result.issues[0].text;
  EXPECT_FALSE(has_rule(result.issues, "IO-UNEVEN"));
}

TEST(SliceOrder, OfTwoSlicesAtOnePlaceTheFirstUidIsKept) {
  std::vector<SlicePosition> slices = at({0, 3, 6});
  slices.push_back({{0, 0, 3.001}, "a"});
  slices.push_back({{0, 0, 6}, "a"});
  const SliceStack result = stack_slices(slices, {0, 0, 1});
  EXPECT_EQ(result.order, (std::vector<std::size_t>{0, 1, 4}));
  EXPECT_TRUE(has_rule(result.issues, "IO-DUPLICATE"));
  EXPECT_DOUBLE_EQ(result.increment_mm, 3.0);
}

TEST(SliceOrder, VariationAboveOnePercentIsUneven) {
  EXPECT_TRUE(has_rule(stack({0, 3, 6.06, 9.06, 12.06}).issues, "IO-UNEVEN"));
  EXPECT_FALSE(has_rule(stack({0, 3, 6.02, 9.02, 12.02}).issues, "IO-UNEVEN"));
}

TEST(SliceOrder, AStepOfOneAndAHalfIsUnevenNotAGap) {
  const SliceStack result = stack({0, 2, 4, 7, 9});
  EXPECT_FALSE(has_rule(result.issues, "IO-GAP"));
  EXPECT_TRUE(has_rule(result.issues, "IO-UNEVEN"));
  EXPECT_EQ(result.grid_slices, 5);
}

TEST(SliceOrder, RoundedPositionsDoNotAddUp) {
  std::vector<double> places;
  for (int i = 0; i < 401; ++i)
    places.push_back(std::round(6.25 * i) / 10); // 0.625 mm written with one decimal
  const SliceStack result = stack(places);
  EXPECT_EQ(result.grid_slices, 401);
  EXPECT_NEAR(result.increment_mm, 0.625, 1e-12);
}

TEST(SliceOrder, AShiftInThePlaneIsATilt) {
  std::vector<SlicePosition> slices = at({0, 3, 6});
  for (SlicePosition& slice : slices)
    slice.position_mm[1] = 0.2 * slice.position_mm[2];
  const SliceStack result = stack_slices(slices, {0, 0, 1});
  EXPECT_TRUE(has_rule(result.issues, "IO-TILT"));
  EXPECT_DOUBLE_EQ(result.increment_mm, 3.0);
  EXPECT_NEAR(result.step_mm[1], 0.6, 1e-12);
}

TEST(SliceOrder, DistancesRunAlongTheNormalNotAlongZ) {
  std::vector<SlicePosition> slices;
  for (int i = 0; i < 3; ++i)
    slices.push_back({{2.0 * i, 50, 7}, "u"});
  EXPECT_DOUBLE_EQ(stack_slices(slices, {1, 0, 0}).increment_mm, 2.0);
}

TEST(SliceOrder, OneSliceHasNoIncrement) {
  const SliceStack result = stack({5});
  EXPECT_EQ(result.grid_slices, 1);
  EXPECT_EQ(result.increment_mm, 0);
}

TEST(SliceOrder, TwoSeparateScansAreNoVolume) {
  EXPECT_THROW(static_cast<void>(stack({0, 3, 6, 900})), GeometryError);
  EXPECT_THROW(static_cast<void>(stack({0, 3, 6, 1e12})), GeometryError);
}
