// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/segmentation/line_filter.h"

#include <gtest/gtest.h>

namespace osteocalc::segmentation {
namespace {

TEST(LineFilter, SlopeOfARampIsItsStep) {
  Line ramp_line;
  for (int i = 0; i < 60; ++i)
    ramp_line.push_back(3.0 * i + 7.0);
  EXPECT_NEAR(gaussian_slope(ramp_line, 2.0)[30], 3.0, 0.02);
  EXPECT_NEAR(gaussian(ramp_line, 2.0)[30], ramp_line[30], 1e-9);
}

TEST(LineFilter, ReflectionKeepsStraightEndsStraight) {
  Line line;
  for (int i = 0; i < 40; ++i)
    line.push_back(2.0 * i);
  const Line smooth = gaussian_reflected(line, 8.0);
  ASSERT_EQ(smooth.size(), line.size());
  EXPECT_NEAR(smooth.front(), 0.0, 1e-9);
  EXPECT_NEAR(smooth.back(), 78.0, 1e-9);
}

TEST(LineFilter, Windows) {
  const Line line{5, 1, 4, 2, 3};
  EXPECT_EQ(running_max(line, 3), (Line{5, 5, 4, 4, 3}));
  EXPECT_EQ(running_min(line, 3), (Line{1, 1, 1, 2, 2}));
  EXPECT_EQ(running_quantile(line, 3, 0.5), (Line{5, 4, 2, 3, 3}));
  EXPECT_DOUBLE_EQ(box_mean(line, 3)[1], 10.0 / 3.0);
  EXPECT_EQ(quantile(line, 0.5), 3.0);
}

TEST(LineFilter, ValuesBetweenSamplesAndBeyondTheEnds) {
  const Line line{0, 10, 20};
  EXPECT_DOUBLE_EQ(value_at(line, 0.25), 2.5);
  EXPECT_DOUBLE_EQ(value_at(line, -3.0), 0.0);
  EXPECT_DOUBLE_EQ(value_at(line, 9.0), 20.0);
  EXPECT_DOUBLE_EQ(value_at(Line{4.0}, 0.7), 4.0);
}

TEST(LineFilter, Ramp) {
  EXPECT_EQ(ramp(1.0, 2.0, 4.0), 0.0);
  EXPECT_EQ(ramp(3.0, 2.0, 4.0), 0.5);
  EXPECT_EQ(ramp(9.0, 2.0, 4.0), 1.0);
}

} // namespace
} // namespace osteocalc::segmentation
