// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/correlation.h"

#include "osteocalc/core/error.h"
#include "unit/cohort/simulated.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

double sign(double value) {
  return (value > 0) - (value < 0);
}

TEST(Kendall, EqualsCountingAllPairs) {
  testing::Normals random(4);
  std::vector<double> x, y;
  for (int i = 0; i < 150; ++i) { // few different values: many ties
    x.push_back(std::floor(6 * random.uniform()));
    y.push_back(std::floor(4 * random.uniform() + 0.4 * x.back()));
  }
  double score = 0, pairs_x = 0, pairs_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      score += sign(x[i] - x[j]) * sign(y[i] - y[j]);
      pairs_x += x[i] != x[j];
      pairs_y += y[i] != y[j];
    }
  EXPECT_NEAR(kendall(x, y).estimate, score / std::sqrt(pairs_x * pairs_y), 1e-12);
}

TEST(Kendall, PerfectOrderHasNoInterval) {
  const std::vector<double> x{1, 2, 3, 4, 5}, y{10, 20, 30, 40, 50};
  EXPECT_NEAR(kendall(x, y).estimate, 1, 1e-12);
  EXPECT_FALSE(kendall(x, y).ci_low);
}

TEST(Partial, AgreesWithTheFormulaForOneCovariate) {
  const std::vector<double> x{1, 4, 2, 8, 5, 7, 3}, y{2, 3, 1, 9, 4, 8, 6}, z{1, 2, 3, 4, 5, 6, 7};
  const double xy = pearson(x, y).estimate, xz = pearson(x, z).estimate, yz = pearson(y, z).estimate;
  const Term partial = partial_correlation(x, y, {z});
  EXPECT_NEAR(partial.estimate, (xy - xz * yz) / std::sqrt((1 - xz * xz) * (1 - yz * yz)), 1e-12);
  EXPECT_EQ(*partial.df, 4);
}

TEST(Partial, ACovariateThatRepeatsTheExposureIsRefused) {
  const std::vector<double> x{1, 4, 2, 8, 5, 7, 3}, y{2, 3, 1, 9, 4, 8, 6};
  std::vector<double> doubled = x;
  for (double& value : doubled)
    value = 2 * value + 1;
  EXPECT_THROW((void)partial_correlation(x, y, {doubled}), TableError);
}

TEST(Pearson, TooFewPairsOrNoSpreadAreRefused) {
  const std::vector<double> three{1, 2, 3}, same{2, 2, 2, 2}, four{1, 2, 3, 4};
  EXPECT_THROW((void)pearson(three, three), TableError);
  EXPECT_THROW((void)pearson(same, four), TableError);
  EXPECT_THROW((void)kendall(same, four), TableError);
}

} // namespace
} // namespace osteocalc::cohort
