// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/synth/random.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::synth {
namespace {

TEST(Random, IsTheStandardsMersenneTwisterSeededByItsSeedSequence) {
  // Both are fixed by the C++ standard, so these numbers hold on every platform.
  std::seed_seq words{7U, 3U};
  std::mt19937 engine(words);
  Random random(7, 3);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(random.raw(), engine());
}

TEST(Random, StreamsOfOneSeedDiffer) {
  EXPECT_NE(Random(1, 0).raw(), Random(1, 1).raw());
}

TEST(Random, NormalHasTheMeanAndSpreadAskedFor) {
  Random random(5);
  double sum = 0, squares = 0;
  const int n = 40000;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal(3, 2);
    sum += x;
    squares += (x - 3) * (x - 3);
  }
  EXPECT_NEAR(sum / n, 3, 4 * 2 / std::sqrt(n));
  EXPECT_NEAR(std::sqrt(squares / n), 2, 0.04);
}

TEST(Random, VaryStaysWithinTwoStandardDeviations) {
  Random random(6);
  for (int i = 0; i < 2000; ++i)
    EXPECT_LE(std::abs(random.vary(10, 1.5) - 10), 3.0);
}

} // namespace
} // namespace osteocalc::synth
