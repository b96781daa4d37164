// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/spearman.h"

#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace osteocalc::cohort {
namespace {

using Values = std::vector<double>;

TEST(Midranks, TiesShareTheirMeanRank) {
  EXPECT_EQ(midranks(Values{20, 10, 30, 20}), (Values{2.5, 1, 4, 2.5}));
  EXPECT_EQ(midranks(Values{5, 5, 5}), (Values{2, 2, 2}));
}

TEST(Pearson, ByHand) {
  // dx = -1.5 -.5 .5 1.5, dy = -1.75 .25 -.75 2.25: 5.5 / sqrt(5 * 8.75)
  EXPECT_NEAR(pearson_correlation(Values{0, 1, 2, 3}, Values{1, 3, 2, 5}), 5.5 / std::sqrt(43.75), 1e-14);
}

TEST(Spearman, ByHandWithoutTies) {
  // Rank differences are +-1 four times: rho = 1 - 6 * 4 / (5 * 24) = 0.8, t = 0.8 sqrt(3 / 0.36), 3 degrees of
  // freedom, whose two-sided p is 1 - 2/pi (a + sin a cos a) with tan a = t / sqrt(3) = 4/3.
  const Term rho = spearman(Values{1, 2, 3, 4, 5}, Values{20, 10, 40, 30, 50});
  EXPECT_NEAR(rho.estimate, 0.8, 1e-14);
  EXPECT_NEAR(*rho.statistic, 0.8 * std::sqrt(3 / 0.36), 1e-12);
  EXPECT_NEAR(*rho.p, 1 - 2 / std::numbers::pi * (std::atan(4.0 / 3.0) + 0.48), 1e-12);
  // Bonett and Wright: atanh 0.8 = ln 3; se = sqrt(1.32 / 2)
  EXPECT_NEAR(*rho.ci_low, std::tanh(std::log(3.0) - 1.959963984540054 * std::sqrt(0.66)), 1e-12);
  EXPECT_NEAR(*rho.ci_high, std::tanh(std::log(3.0) + 1.959963984540054 * std::sqrt(0.66)), 1e-12);
}

TEST(Spearman, ByHandWithTies) {
  // x ranks 1 2.5 2.5 4, y ranks 1 2 3 4: centred products 2.25 + 0 + 0 + 2.25, squares 4.5 and 5
  EXPECT_NEAR(spearman(Values{1, 2, 2, 3}, Values{1, 2, 3, 4}).estimate, 4.5 / std::sqrt(22.5), 1e-14);
}

TEST(Spearman, SeesOnlyTheOrder) {
  const Values x{3, 1, 4, 1, 5, 9, 2, 6}, y{2, 7, 1, 8, 2, 8, 1, 8};
  Values stretched;
  for (const double value : y)
    stretched.push_back(std::exp(value));
  EXPECT_EQ(spearman(x, y).estimate, spearman(x, stretched).estimate);
}

TEST(Spearman, PerfectOrderHasNoInterval) {
  const Term rho = spearman(Values{1, 2, 3, 4}, Values{8, 6, 4, 2});
  EXPECT_NEAR(rho.estimate, -1, 1e-14);
  EXPECT_FALSE(rho.ci_low || rho.ci_high || rho.statistic);
}

TEST(Spearman, RefusesWhatHasNoCorrelation) {
  EXPECT_THROW((void)spearman(Values{1, 2, 3}, Values{1, 2, 3}), TableError);
  EXPECT_THROW((void)spearman(Values{1, 1, 1, 1}, Values{1, 2, 3, 4}), TableError);
}

} // namespace
} // namespace osteocalc::cohort
