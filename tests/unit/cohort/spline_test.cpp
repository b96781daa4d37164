// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/spline.h"

#include "osteocalc/cohort/trend.h"
#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace osteocalc::cohort {
namespace {

std::vector<double> one_to(std::size_t n) {
  std::vector<double> values(n);
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(SplineKnots, HarrellsQuantiles) {
  EXPECT_EQ(spline_knots(one_to(101), 4), (std::vector<double>{6, 36, 66, 96})); // .05 .35 .65 .95
  EXPECT_EQ(spline_knots(one_to(101), 3), (std::vector<double>{11, 51, 91}));
}

TEST(SplineKnots, FewValuesMoveTheOuterKnotsIn) {
  const std::vector<double> knots = spline_knots(one_to(41), 4);
  EXPECT_EQ(knots.front(), 5);
  EXPECT_EQ(knots.back(), 37);
}

TEST(SplineKnots, WhatCannotBeKnottedIsRefused) {
  EXPECT_THROW((void)spline_knots(one_to(100), 2), TableError);
  EXPECT_THROW((void)spline_knots(std::vector<double>(200, 3.0), 4), TableError);
}

TEST(SplineBasis, IsStraightBeyondTheOuterKnotsAndSmoothBetween) {
  const std::vector<double> knots{1, 2, 4, 7};
  const auto at = [&](double x) { return spline_basis(std::vector<double>{x}, knots)[1][0]; };
  EXPECT_EQ(at(0.5), 0);
  EXPECT_NEAR(at(9) - at(8), at(11) - at(10), 1e-9);
  const double h = 1e-4;
  for (const double knot : knots) // second derivative has no jump
    EXPECT_NEAR((at(knot + 2 * h) - 2 * at(knot + h) + at(knot)) / (h * h),
                (at(knot) - 2 * at(knot - h) + at(knot - 2 * h)) / (h * h), 1e-2);
  EXPECT_NEAR(at(1.5), 0.125 / 36, 1e-12); // (x - t1)^3 / (t4 - t1)^2
}

TEST(WithSpline, PutsTheColumnsInPlace) {
  const ModelFrame frame{"y ~ x + z", {0, 1}, {1, 2}, {"(Intercept)", "x", "z"}, {{1, 1}, {2, 3}, {5, 6}}, {}};
  const ModelFrame result = with_spline(frame, "x", {1, 2, 3, 4});
  EXPECT_EQ(result.names, (std::vector<std::string>{"(Intercept)", "rcs(x,4)1", "rcs(x,4)2", "rcs(x,4)3", "z"}));
  EXPECT_EQ(result.columns[1], frame.columns[1]);
  EXPECT_EQ(result.columns[4], frame.columns[2]);
}

TEST(QuantileGroups, WeightsMoveTheCuts) {
  const std::vector<double> values{1, 2, 3, 4}, weights{7, 1, 1, 1};
  EXPECT_EQ(quantile_groups(values, {}, 2).cuts, (std::vector<double>{2.5}));
  EXPECT_EQ(quantile_groups(values, weights, 2).cuts, (std::vector<double>{1}));
  EXPECT_EQ(quantile_groups(values, weights, 2).group, (std::vector<std::size_t>{0, 1, 1, 1}));
  EXPECT_EQ(quantile_groups(values, weights, 2).medians, (std::vector<double>{1, 3}));
}

TEST(QuantileGroups, TiesThatEmptyAGroupAreRefused) {
  const std::vector<double> tied{0, 0, 0, 0, 0, 1};
  EXPECT_THROW((void)quantile_groups(tied), TableError);
}

} // namespace
} // namespace osteocalc::cohort
