// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dxa_results.h"

#include "support/dxa_reports.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace osteocalc::io {
namespace {

class DxaStructuredReport : public testing::Test {
 protected:
  const ReportedSite* site_of(const DxaReport& report, std::optional<DxaExam> exam, const char* site) const {
    for (const ReportedExam& one : report.exams)
      if (one.exam == exam)
        for (const ReportedSite& candidate : one.sites)
          if (candidate.site == site)
            return &candidate;
    return nullptr;
  }
  test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "report.dcm";
};

TEST_F(DxaStructuredReport, NumbersInContainers) {
  test::write_enhanced_report(file);
  const auto report = read_dxa_sr(file);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->patient_id, "PERSON0");
  EXPECT_EQ(report->manufacturer, "Hologic");
  EXPECT_EQ(report->sex, Sex::Female);
  EXPECT_EQ(report->age_years, 67);
  const ReportedSite* l1 = site_of(*report, DxaExam::Spine, "L1");
  ASSERT_NE(l1, nullptr);
  EXPECT_EQ(l1->area_cm2->value, 14.06);
  EXPECT_EQ(l1->bmc_g->value, 13.75);
  EXPECT_EQ(l1->abmd_g_cm2->value, 0.978);
  const ReportedSite* total = site_of(*report, DxaExam::Spine, "L1-L4");
  ASSERT_NE(total, nullptr);
  EXPECT_NEAR(total->abmd_g_cm2->value, 1.081, 1e-12); // from mg/cm2
  EXPECT_EQ(total->t_score, 0.3);
  const ReportedSite* neck = site_of(*report, DxaExam::FemurLeft, "neck");
  ASSERT_NE(neck, nullptr);
  EXPECT_EQ(neck->abmd_g_cm2->value, 0.7);
  EXPECT_EQ(neck->t_score, -1.3);
}

TEST_F(DxaStructuredReport, LinesOfText) {
  test::write_text_report(file);
  const auto report = read_dxa_sr(file);
  ASSERT_TRUE(report);
  const ReportedSite* l1 = site_of(*report, DxaExam::Spine, "L1");
  ASSERT_NE(l1, nullptr);
  EXPECT_EQ(l1->area_cm2->value, 14.06);
  EXPECT_EQ(l1->z_score, 0.4);
  EXPECT_EQ(site_of(*report, DxaExam::Spine, "L1-L4")->bmc_g->value, 66.84);
  const ReportedSite* neck = site_of(*report, DxaExam::FemurLeft, "neck");
  ASSERT_NE(neck, nullptr);
  EXPECT_EQ(neck->abmd_g_cm2->value, 0.7);
  EXPECT_EQ(neck->t_score, -1.3);
  const ReportedSite* total = site_of(*report, DxaExam::FemurLeft, "total");
  ASSERT_NE(total, nullptr);
  EXPECT_EQ(total->abmd_g_cm2->value, 0.85);
  EXPECT_EQ(total->t_score, -0.8);
  EXPECT_EQ(total->z_score, 0.5);
}

TEST_F(DxaStructuredReport, AReportWithoutDensitiesSaysSo) {
  DSRDocument document(DSRTypes::DT_BasicTextSR);
  document.getTree().addContentItem(DSRTypes::RT_isRoot, DSRTypes::VT_Container);
  document.getTree().getCurrentContentItem().setConceptName(test::code("R", "Report"));
  document.getTree().addContentItem(DSRTypes::RT_contains, DSRTypes::VT_Text, DSRTypes::AM_belowCurrent);
  document.getTree().getCurrentContentItem().setConceptName(test::code("F", "Findings"));
  document.getTree().getCurrentContentItem().setStringValue("The left hip was not scanned.\n2 cups of coffee.");
  test::save_report(document, file, "P", "Hologic");
  const auto report = read_dxa_sr(file);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->exams.empty());
  EXPECT_TRUE(has_rule(report->issues, "DXA-SR-EMPTY"));
}

TEST_F(DxaStructuredReport, WhatIsNoReportIsNothing) {
  std::ofstream(file) << "no DICOM";
  EXPECT_FALSE(read_dxa_sr(file));
}

} // namespace
} // namespace osteocalc::io
