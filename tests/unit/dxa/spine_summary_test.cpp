// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/spine_summary.h"

#include <gtest/gtest.h>

namespace osteocalc::dxa {
namespace {

std::optional<double> t_of(const SiteDensity& site) {
  return (site.abmd_g_cm2() - 1.047) / 0.110;
}
SiteDensity level(std::string name, double abmd) {
  return {std::move(name), abmd * 15, 15};
}

TEST(SpineSummary, FourLevels) {
  const SpineSummary s =
      summarise_spine({level("L1", 0.9), level("L2", 0.95), level("L3", 0.98), level("L4", 1.0)}, t_of);
  ASSERT_TRUE(s.site);
  EXPECT_EQ(s.site->site, "L1-L4");
  EXPECT_NEAR(s.site->abmd_g_cm2(), 0.9575, 1e-12);
}

TEST(SpineSummary, AFracturedLevelGoesAndItsNeighboursStay) {
  const SpineSummary s =
      summarise_spine({level("L1", 0.9), level("L2", 1.25), level("L3", 0.95), level("L4", 0.97)}, t_of);
  ASSERT_TRUE(s.site);
  EXPECT_EQ(s.site->site, "L1,L3,L4");
  ASSERT_EQ(s.excluded.size(), 1U);
  EXPECT_EQ(s.excluded[0].level, "L2");
}

TEST(SpineSummary, OneVertebraIsNotReported) {
  EXPECT_FALSE(summarise_spine({level("L3", 0.9)}, t_of).site);
  EXPECT_FALSE(summarise_spine({level("L1", 0.9), level("L2", 0.9)}, t_of, {{"L2", "fracture"}}).site);
  EXPECT_EQ(summarise_spine({level("L1", 0.9), level("L3", 0.9)}, t_of).site->site, "L1,L3");
}

} // namespace
} // namespace osteocalc::dxa
