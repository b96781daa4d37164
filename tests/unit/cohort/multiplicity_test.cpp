// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/cohort/multiplicity.h"

#include <cmath>
#include <gtest/gtest.h>

namespace osteocalc::cohort {
namespace {

TEST(EValue, ThePublishedVectors) {
  EXPECT_NEAR(e_value_risk_ratio(0.9, 0.8, 1.1).estimate, 1.4625, 5e-5);
  EXPECT_NEAR(e_value_risk_ratio(1.3, 1.1, 1.5).estimate, 1.9245, 5e-5);
}

TEST(EValue, TheLimitNearerToOneCounts) {
  EXPECT_NEAR(e_value_risk_ratio(1.3, 1.1, 1.5).limit, 1.1 + std::sqrt(1.1 * 0.1), 1e-12);
  EXPECT_NEAR(e_value_risk_ratio(0.7, 0.5, 0.9).limit, 1.4625, 5e-5);
  EXPECT_EQ(e_value_risk_ratio(0.9, 0.8, 1.1).limit, 1);
}

TEST(EValue, CommonOutcomesTakeTheRootOfTheOddsRatio) {
  Term term = wald_term("x", std::log(0.873), 0.02);
  EXPECT_NEAR(e_value_odds_ratio(term, 0.05).estimate, 1.554, 1e-3);
  EXPECT_NEAR(e_value_odds_ratio(term, 0.30).estimate, 1.345, 1e-3);
}

TEST(EValue, ALinearSlopeGoesByItsOutcomesSpread) {
  const EValue value = e_value_difference(wald_term("x", 0.5, 0.01), 2);
  const double ratio = std::exp(0.91 * 0.25);
  EXPECT_NEAR(value.estimate, ratio + std::sqrt(ratio * (ratio - 1)), 1e-12);
}

TEST(FalseDiscoveryRates, NeverFallWithP) {
  const std::vector<double> p{0.01, 0.02, 0.03, 0.04};
  for (const double q : false_discovery_rates(p))
    EXPECT_NEAR(q, 0.04, 1e-12); // each m p / rank is 0.04
  EXPECT_TRUE(false_discovery_rates({}).empty());
}

} // namespace
} // namespace osteocalc::cohort
