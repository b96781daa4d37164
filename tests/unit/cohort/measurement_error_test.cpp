// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/measurement_error.h"

#include "osteocalc/cohort/linear.h"
#include "osteocalc/core/error.h"
#include "unit/cohort/simulated.h"

#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

/// True exposure of SD 10, measured with an error of SD 5; slope -0.1 given z, which goes with the exposure.
ModelFrame measured(std::size_t n) {
  testing::Normals random(31);
  ModelFrame frame{"y ~ x + z", {}, {}, {"(Intercept)", "x", "z"}, {{}, {}, {}}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    const double z = random(), x = 6 * z + 8 * random();
    frame.rows.push_back(i);
    frame.columns[0].push_back(1);
    frame.columns[1].push_back(x + 5 * random());
    frame.columns[2].push_back(z);
    frame.outcome.push_back(-0.1 * x + 0.5 * z + random());
  }
  return frame;
}

double slope_of_x(const ModelFrame& frame) {
  return fit_linear(frame, Errors::Classical).terms[1].estimate;
}

TEST(CalibratedSlope, UndoesTheDilution) {
  const ModelFrame frame = measured(20000);
  const Term naive = fit_linear(frame, Errors::Classical).terms[1];
  EXPECT_NEAR(naive.estimate, -0.1 * 64 / 89, 0.004); // 8^2 of 8^2 + 5^2 is left given z
  const Term corrected = calibrated_slope(frame, naive, "x", 5);
  EXPECT_NEAR(corrected.estimate, -0.1, 0.006);
  EXPECT_NEAR(*corrected.statistic, *naive.statistic, 1e-12); // a correction finds no new evidence
  EXPECT_THROW((void)calibrated_slope(frame, naive, "x", 9.3), TableError);
}

TEST(Simex, MovesMostOfTheWayBack) {
  const ModelFrame frame = measured(2000);
  const Simex result = simex(frame, "x", 5, slope_of_x, {.draws = 20}, {2});
  EXPECT_EQ(result.naive, slope_of_x(frame));
  // slope = -0.1 64 / (64 + 25 (1 + t)): its parabola over t = 0 ... 2, at t = -1
  EXPECT_NEAR(result.corrected, -0.096, 0.008);
  EXPECT_LT(result.corrected, result.naive);
  const Simex again = simex(frame, "x", 5, slope_of_x, {.draws = 20}, {1});
  EXPECT_EQ(result.corrected, again.corrected);
}

TEST(Reliability, ShareThatIsNotError) {
  EXPECT_NEAR(reliability(10, 5), 0.75, 1e-12);
  EXPECT_EQ(reliability(10, 12), 0);
  EXPECT_NEAR(least_significant_change(2), 5.54, 1e-12);
}

} // namespace
} // namespace osteocalc::cohort
