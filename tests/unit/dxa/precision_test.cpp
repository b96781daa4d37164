// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/precision.h"

#include "osteocalc/core/error.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::dxa {
namespace {

TEST(Precision, RootMeanSquareOfTwoPeople) {
  // SDs of pairs: |difference| / sqrt 2 = 0.02 / sqrt 2 and 0.04 / sqrt 2; mean square (0.0002 + 0.0008) / 2.
  const Precision p = precision_of({{1.00, 1.02}, {0.80, 0.84}});
  EXPECT_NEAR(p.rms_sd, std::sqrt(0.0005), 1e-12);
  EXPECT_NEAR(p.lsc, 2.77 * std::sqrt(0.0005), 1e-12);
  EXPECT_EQ(p.degrees_of_freedom, 2);
  EXPECT_FALSE(p.enough);
  EXPECT_TRUE(precision_of(std::vector<std::vector<double>>(15, {1.0, 1.01, 0.99})).enough);
}

TEST(Precision, NeedsRepeats) {
  EXPECT_THROW(static_cast<void>(precision_of({{1.0}})), ConfigError);
  EXPECT_THROW(static_cast<void>(precision_of({})), ConfigError);
}

TEST(Precision, FewerVertebraeChangeMore) {
  EXPECT_EQ(lsc_factor(4, RepeatDays::Same), 1.0);
  EXPECT_EQ(lsc_factor(2, RepeatDays::Same), 1.24);
  EXPECT_EQ(lsc_factor(1, RepeatDays::Different), 2.12);
}

} // namespace
} // namespace osteocalc::dxa
