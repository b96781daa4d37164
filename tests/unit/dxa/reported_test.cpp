// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/dxa/reported.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace osteocalc::dxa {
namespace {

ScoringContext hologic_woman() {
  ScoringContext context;
  context.person.sex = Sex::Female;
  context.person.age_years = 65;
  context.manufacturer = "Hologic";
  return context;
}

ReportedSite site(std::string name, double bmc_g, double area_cm2, double abmd_g_cm2, double step = 0.001) {
  return {.site = std::move(name),
          .bmc_g = Printed{bmc_g, 0.01},
          .area_cm2 = Printed{area_cm2, 0.01},
          .abmd_g_cm2 = Printed{abmd_g_cm2, step}};
}

DxaResult scored(std::vector<ReportedSite> sites) {
  ReportedExam exam;
  exam.sites = std::move(sites);
  return score_reported(exam, hologic_woman());
}

TEST(Reported, IsScoredByTheNamedReferenceBesideTheScannersOwnScore) {
  ReportedSite neck = site("neck", 3.50, 5.00, 0.700);
  neck.t_score = -1.4;
  const DxaResult result = scored({neck});
  ASSERT_EQ(result.sites.size(), 1U);
  EXPECT_NEAR(*result.sites[0].scores.t_score, (0.700 - 0.858) / 0.120, 1e-9); // NHANES III, white women of 20 to 29
  EXPECT_EQ(result.sites[0].reported_t_score, -1.4);
  EXPECT_EQ(result.sites[0].bmc_g, 3.5);
}

TEST(Reported, MineralMustBeDensityTimesArea) {
  for (const auto& [abmd, kept] :
       {std::pair{0.900, true}, {0.904, true}, {0.896, true}, {0.906, false}, {0.894, false}}) {
    const DxaResult result = scored({site("total", 54.00, 60.00, abmd)});
    EXPECT_EQ(result.sites.size(), kept ? 1U : 0U) << abmd;
    EXPECT_EQ(has_rule(result.issues, "DXA-IDENTITY"), !kept) << abmd;
  }
}

TEST(Reported, RoundingOfPrintedDigitsIsNoContradiction) {
  // 0.52 g over 1.10 cm2 are 0.473; the scanner computed from more digits. 1.3 % off is within 0.005/0.52 + 0.005/1.1.
  EXPECT_EQ(scored({site("wards", 0.52, 1.10, 0.479)}).sites.size(), 1U);
  EXPECT_EQ(scored({site("wards", 0.52, 1.10, 0.490)}).sites.size(), 0U);
}

TEST(Reported, TwoNumbersGiveTheThird) {
  ReportedSite no_density = site("neck", 3.5, 5, 1);
  no_density.abmd_g_cm2.reset();
  ReportedSite no_area = site("total", 30.6, 1, 0.85);
  no_area.area_cm2.reset();
  ReportedSite alone{.site = "trochanter", .abmd_g_cm2 = Printed{0.6, 0.001}};
  const DxaResult result = scored({no_density, no_area, alone});
  ASSERT_EQ(result.sites.size(), 3U);
  EXPECT_NEAR(result.sites[0].abmd_g_cm2, 0.7, 1e-12);
  EXPECT_NEAR(*result.sites[1].area_cm2, 36, 1e-9);
  EXPECT_EQ(result.sites[2].abmd_g_cm2, 0.6);
  EXPECT_FALSE(result.sites[2].bmc_g);
}

TEST(Reported, AMissingSpineSummaryIsTheRatioOfSums) {
  const DxaResult result =
      scored({site("L1", 10, 10, 1), site("L2", 11, 10, 1.1), site("L3", 24, 20, 1.2), site("L4", 23, 20, 1.15)});
  const ScoredSite* summary = result.site("L1-L4");
  ASSERT_NE(summary, nullptr);
  EXPECT_NEAR(summary->abmd_g_cm2, 68.0 / 60.0, 1e-12);
  EXPECT_NEAR(*summary->scores.t_score, (68.0 / 60.0 - 1.047) / 0.110, 1e-9);
}

TEST(Reported, DensitiesAloneAreNotAveraged) {
  const DxaResult result =
      scored({{.site = "L1", .abmd_g_cm2 = Printed{1, 0.001}}, {.site = "L2", .abmd_g_cm2 = Printed{1.1, 0.001}}});
  EXPECT_EQ(result.sites.size(), 2U);
}

TEST(Reported, AScoreWithoutItsDensityIsNotUsed) {
  const DxaResult result = scored({{.site = "neck", .t_score = -2.0}});
  EXPECT_TRUE(result.sites.empty());
  EXPECT_TRUE(has_rule(result.issues, "DXA-SCORE-ALONE"));
}

TEST(Reported, AnAacIsClassifiedUnderEveryCut) {
  ReportedExam exam;
  exam.aac24 = 6;
  exam.aac8 = 2;
  const DxaResult result = score_reported(exam, hologic_woman());
  ASSERT_TRUE(result.aac);
  EXPECT_EQ(result.aac->aac24, 6);
  EXPECT_EQ(result.aac->severity.front().level, "severe");
  EXPECT_TRUE(result.aac->walls.empty());
}

} // namespace
} // namespace osteocalc::dxa
