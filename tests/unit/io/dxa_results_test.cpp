// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dxa_results.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace osteocalc::io {
namespace {

DxaTable table_of(const char* text) {
  return joined_by_person({dxa_table(parse_text_table(text))});
}

const ReportedExam* exam_of(const DxaReport& person, std::optional<DxaExam> exam) {
  const auto found = std::ranges::find(person.exams, exam, &ReportedExam::exam);
  return found == person.exams.end() ? nullptr : &*found;
}

const ReportedSite* site_of(const DxaReport& person, std::optional<DxaExam> exam, const char* site) {
  const ReportedExam* found = exam_of(person, exam);
  if (found == nullptr)
    return nullptr;
  const auto at = std::ranges::find(found->sites, site, &ReportedSite::site);
  return at == found->sites.end() ? nullptr : &*at;
}

TEST(DxaTable, HologicsExportWithBothExamsInOneRow) {
  const DxaTable table =
      table_of("IDENTIFIER1,LAST_NAME,SEX,AGE,SCAN_DATE,L1_AREA,L1_BMC,L1_BMD,TOT_AREA,TOT_BMC,TOT_BMD,"
               "STD_TOT_BMD,NECK_AREA,NECK_BMC,NECK_BMD,HTOT_BMD\n"
               "P1,Doe,F,62.5,2020-03-01,13.0,10.40,0.800,60.0,54.00,0.900,960,5.0,3.50,0.700,0.850\n");
  ASSERT_EQ(table.people.size(), 1U);
  const DxaReport& person = table.people[0];
  EXPECT_EQ(person.patient_id, "P1");
  EXPECT_EQ(person.manufacturer, "Hologic");
  EXPECT_EQ(person.sex, Sex::Female);
  EXPECT_EQ(person.age_years, 62.5);
  EXPECT_EQ(site_of(person, DxaExam::Spine, "L1")->bmc_g->value, 10.4);
  EXPECT_EQ(site_of(person, DxaExam::Spine, "L1-L4")->abmd_g_cm2->value, 0.9); // TOT, not the standardised one
  EXPECT_EQ(site_of(person, {}, "neck")->area_cm2->value, 5.0);
  EXPECT_EQ(site_of(person, {}, "total")->abmd_g_cm2->value, 0.85);
  EXPECT_TRUE(has_rule(table.issues, "DXA-MANUFACTURER"));
}

TEST(DxaTable, GesExportWithDecimalCommasAndMilligrams) {
  const DxaTable table = table_of(
      "Patient ID;Sex;Birth Date;Measure Date;L1-L4 BMD (mg/cm\xc2\xb2);L1-L4 YA T-Score;Neck Left BMD (g/cm\xc2\xb2);"
      "Neck Left AM Z-Score;Total Right BMD (g/cm\xc2\xb2)\n"
      "7;Male;01.02.1950;01.02.2020;1012,5;-1,3;0,871;0,2;0,95\n");
  ASSERT_EQ(table.people.size(), 1U);
  const DxaReport& person = table.people[0];
  EXPECT_EQ(person.manufacturer, "GE Lunar");
  EXPECT_NEAR(*person.age_years, 70, 0.01);
  const ReportedSite* spine = site_of(person, DxaExam::Spine, "L1-L4");
  EXPECT_NEAR(spine->abmd_g_cm2->value, 1.0125, 1e-12);
  EXPECT_EQ(spine->t_score, -1.3);
  EXPECT_EQ(site_of(person, DxaExam::FemurLeft, "neck")->z_score, 0.2);
  EXPECT_EQ(site_of(person, DxaExam::FemurRight, "total")->abmd_g_cm2->value, 0.95);
}

TEST(DxaTable, ARowARegion) {
  const DxaTable table = table_of("Patient ID\tScan Type\tRegion\tBMD\tBMC\tArea\tT-Score\n"
                                  "a\tAP Spine\tL1\t0.978\t13.75\t14.06\t-0.1\n"
                                  "a\tAP Spine\tTotal\t1.081\t66.84\t61.84\t0.3\n"
                                  "a\tLeft Femur\tNeck\t0.7\t3.5\t5.0\t-1.3\n"
                                  "a\tLeft Femur\tTotal\t0.85\t30.6\t36.0\t-0.8\n"
                                  "b\tLeft Femur\tNeck\t\tNA\t-\t\n");
  ASSERT_EQ(table.people.size(), 1U); // b has no number
  const DxaReport& person = table.people[0];
  EXPECT_EQ(site_of(person, DxaExam::Spine, "L1")->area_cm2->value, 14.06);
  EXPECT_EQ(site_of(person, DxaExam::Spine, "L1-L4")->abmd_g_cm2->value, 1.081);
  EXPECT_EQ(site_of(person, DxaExam::FemurLeft, "total")->bmc_g->value, 30.6);
}

TEST(DxaTable, SurveyTablesJoinByPerson) {
  const DxaTable joined = joined_by_person(
      {dxa_table(parse_text_table("\"SEQN\",\"DXAFMRST\",\"DXXOFBMD\",\"DXXOFBMC\",\"DXXOFA\",\"DXXNKBMD\"\n"
                                  "1,1,0.991,36.1,36.43,0.815\n2,5,NA,NA,NA,NA\n")),
       dxa_table(parse_text_table("SEQN,DXXAAC8,DXXAAC24\n1,2,7\n3,0,0\n")),
       dxa_table(parse_text_table("SEQN,RIAGENDR,RIDAGEYR,RIDRETH3\n1,1,54,3\n2,2,60,4\n3,2,71,4\n"))});
  ASSERT_EQ(joined.people.size(), 2U); // 2 was not measured
  const DxaReport& first = joined.people[0];
  EXPECT_EQ(first.sex, Sex::Male);
  EXPECT_EQ(first.age_years, 54);
  EXPECT_EQ(first.race, "white");
  EXPECT_EQ(first.manufacturer, "Hologic");
  EXPECT_EQ(site_of(first, {}, "total")->bmc_g->value, 36.1);
  EXPECT_EQ(exam_of(first, DxaExam::LateralSpine)->aac24, 7);
  EXPECT_EQ(exam_of(joined.people[1], DxaExam::LateralSpine)->aac24, 0); // a score of 0 is a finding
  EXPECT_EQ(joined.people[1].race, "black");
}

TEST(DxaTable, OfTwoVisitsTheLaterCountsWithItsAge) {
  for (const char* order :
       {"P,2015-01-01,60,0.9\nP,2020-01-01,65,0.8\n", "P,2020-01-01,65,0.8\nP,2015-01-01,60,0.9\n"}) {
    const DxaTable table = table_of((std::string("id,scan date,age,L1-L4 BMD\n") + order).c_str());
    ASSERT_EQ(table.people.size(), 1U);
    EXPECT_EQ(site_of(table.people[0], DxaExam::Spine, "L1-L4")->abmd_g_cm2->value, 0.8);
    EXPECT_EQ(table.people[0].age_years, 65);
    EXPECT_TRUE(has_rule(table.people[0].issues, "DXA-REPEATED"));
  }
}

TEST(DxaTable, ZeroIsMissingAndLargeDensitiesAreMilligrams) {
  const DxaTable table = table_of("id,L1 BMD,L2 BMD,L1-L4 T-score\n1,812,0,0\n");
  ASSERT_EQ(table.people.size(), 1U);
  EXPECT_NEAR(site_of(table.people[0], DxaExam::Spine, "L1")->abmd_g_cm2->value, 0.812, 1e-12);
  EXPECT_EQ(site_of(table.people[0], DxaExam::Spine, "L2"), nullptr);
  EXPECT_EQ(site_of(table.people[0], DxaExam::Spine, "L1-L4")->t_score, 0);
  EXPECT_TRUE(has_rule(table.issues, "DXA-UNIT"));
}

TEST(DxaTable, ATotalOfNoSiteIsNotGuessed) {
  const DxaTable table = table_of("id,Total BMD\n1,0.9\n");
  EXPECT_TRUE(table.people.empty());
  EXPECT_TRUE(has_rule(table.issues, "DXA-SITE"));
}

TEST(DxaTable, ATableOfSomethingElseIsAnError) {
  EXPECT_THROW(static_cast<void>(table_of("id,weight\n1,70\n")), TableError);
  EXPECT_THROW(static_cast<void>(table_of("")), TableError);
}

} // namespace
} // namespace osteocalc::io
