// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/stratified.h"

#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

namespace osteocalc::cohort {
namespace {

struct People {
  std::vector<double> exposure, outcome, stratum;
  void add(double s, int a, int b, int c, int d) {
    const auto cases = [&](int count, double e, double o) {
      for (int i = 0; i < count; ++i) {
        exposure.push_back(e);
        outcome.push_back(o);
        stratum.push_back(s);
      }
    };
    cases(a, 1, 1);
    cases(b, 1, 0);
    cases(c, 0, 1);
    cases(d, 0, 0);
  }
};

TEST(MantelHaenszel, TwoStrataWithTheSameRatio) {
  People p;
  p.add(1, 8, 4, 10, 20);  // 4
  p.add(2, 20, 10, 5, 10); // 4
  const MantelHaenszel result = mantel_haenszel(p.exposure, p.outcome, p.stratum);
  EXPECT_NEAR(result.odds_ratio.estimate, 4, 1e-12);
  EXPECT_NEAR(result.homogeneity.statistic, 0, 1e-9);
  EXPECT_EQ(result.homogeneity.df, 1);
}

TEST(MantelHaenszel, SimpsonsReversalIsUndone) {
  People p; // within both strata the odds ratio is 1, pooled it is not
  p.add(1, 18, 2, 9, 1);
  p.add(2, 1, 9, 2, 18);
  EXPECT_NEAR(mantel_haenszel(p.exposure, p.outcome, p.stratum).odds_ratio.estimate, 1, 1e-12);
}

TEST(MantelHaenszel, StrataThatDifferAreFound) {
  People p;
  p.add(1, 40, 10, 10, 40);
  p.add(2, 10, 40, 40, 10);
  EXPECT_LT(mantel_haenszel(p.exposure, p.outcome, p.stratum).homogeneity.p, 1e-6);
}

TEST(MantelHaenszel, StrataWithOneSideOnlyAreLeftOut) {
  People p;
  p.add(1, 8, 4, 10, 20);
  p.add(2, 0, 0, 5, 10);
  EXPECT_EQ(mantel_haenszel(p.exposure, p.outcome, p.stratum).strata, 1U);
  People none;
  none.add(1, 0, 4, 10, 20);
  EXPECT_THROW((void)mantel_haenszel(none.exposure, none.outcome, none.stratum), TableError);
}

} // namespace
} // namespace osteocalc::cohort
