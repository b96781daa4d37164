// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/reference/calcium_categories.h"

#include <gtest/gtest.h>

namespace osteocalc::reference {
namespace {

std::string level(double agatston, std::string_view scheme, std::optional<int> vessels = {}) {
  for (const CalciumCategory& category : coronary_categories(agatston, vessels))
    if (category.scheme == scheme)
      return category.level;
  return "no such scheme";
}

TEST(CoronaryCategories, at_the_edges) {
  EXPECT_EQ(level(0, "classic"), "0");
  EXPECT_EQ(level(0.3, "classic"), "1-10"); // any calcium is not none
  EXPECT_EQ(level(10.4, "classic"), "1-10");
  EXPECT_EQ(level(10.5, "classic"), "11-100");
  EXPECT_EQ(level(400, "classic"), "101-400");
  EXPECT_EQ(level(400.6, "classic"), ">400");
  EXPECT_EQ(level(99.4, "guideline"), "1-99");
  EXPECT_EQ(level(99.6, "guideline"), "100-299");
  EXPECT_EQ(level(1000, "guideline"), ">=1000");
}

TEST(CoronaryCategories, cac_drs_counts_vessels_where_they_are_known) {
  EXPECT_EQ(level(0, "cac-drs", 0), "A0/N0");
  EXPECT_EQ(level(150, "cac-drs", 3), "A2/N3");
  EXPECT_EQ(level(300, "cac-drs"), "A3");
}

TEST(AorticValve, bounds_by_sex) {
  EXPECT_EQ(aortic_valve_category(799, Sex::Female).level, "unlikely");
  EXPECT_EQ(aortic_valve_category(800, Sex::Female).level, "undecided");
  EXPECT_EQ(aortic_valve_category(1200, Sex::Female).level, "likely");
  EXPECT_EQ(aortic_valve_category(1600, Sex::Female).level, "very likely");
  EXPECT_EQ(aortic_valve_category(1600, Sex::Male).level, "undecided");
  EXPECT_EQ(aortic_valve_category(3000, Sex::Male).level, "very likely");
  EXPECT_DOUBLE_EQ(aortic_valve_category(1000, Sex::Male).ratio, 0.5);
}

} // namespace
} // namespace osteocalc::reference
