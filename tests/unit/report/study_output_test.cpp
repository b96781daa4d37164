// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/study_output.h"

#include "osteocalc/report/study_json.h"
#include "support/test_path.h"
#include "unit/report/qc_scan.h"
#include "unit/report/study_sample.h"

#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace osteocalc::report {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(StudyHtml, SaysTheMainThingFirstAndHoldsEveryRow) {
  const std::string page = study_html(test::sample_study(), {{"a.png", "Spine", "a caption"}});
  EXPECT_LT(page.find("Coronary Agatston 82"), page.find("<h2>Calcium"));
  EXPECT_TRUE(has(page, "Quadrant: bone"));
  EXPECT_TRUE(has(page, "aorta_abdominal"));
  EXPECT_TRUE(has(page, "<td>refused</td>")); // and not 0
  EXPECT_TRUE(has(page, "the body is cut by the field of view"));
  EXPECT_TRUE(has(page, "src=\"qc/a.png\""));
  EXPECT_TRUE(has(page, "For research use only"));
  EXPECT_FALSE(has(page, "{{"));
  EXPECT_LT(page.find("CAL-CONTRAST"), page.find("<h2>Calcium")); // a refusal stands above the tables
}

TEST(StudyHtml, ShowsWhatIsKnownOfTheBone) {
  const std::string page = study_html(test::sample_study(), {});
  for (const char* part : {"105 +- 3", "ellipse-slab", "low (ACR QCT 120/80)", "111-135 (L1 HU 160/135/110)",
                           "200 HU, 166", "300 HU", "6, 12", "Genant (height only)", "muscle 130 cm2, fat 240 cm2"})
    EXPECT_TRUE(has(page, part)) << part;
}

TEST(StudyHtml, TextCannotBecomeMarkup) {
  study::StudyResult result = test::sample_study();
  result.study.subject = "<script>alert(1)</script>";
  result.study.kernel = "B35f & \"sharp\" <b>";
  result.issues.push_back(warning("X", "<i>where</i>", "a < b & c"));
  result.bone->vertebrae[1].excluded = "<img src=x>";
  const std::string page = study_html(result, {{"a.png", "<u>", "\"><svg>"}});
  for (const char* part : {"<script", "<b>", "<i>", "<img src=x", "<u>", "<svg"})
    EXPECT_FALSE(has(page, part)) << part;
  EXPECT_TRUE(has(page, "&lt;script&gt;"));
  EXPECT_TRUE(has(page, "a &lt; b &amp; c"));
}

TEST(StudyHtml, OfAnEmptyStudySaysThatNothingWasMeasured) {
  const std::string page = study_html({}, {});
  EXPECT_TRUE(has(page, "Nothing could be measured"));
  EXPECT_TRUE(has(page, "No artery was scored"));
  EXPECT_TRUE(has(page, "No vertebra was measured"));
}

TEST(StudyOutput, WritesTheFilesOfTheContract) {
  const auto folder = test::test_path();
  std::filesystem::remove_all(folder);
  const CtImage image = test::qc_image();
  write_study_output(test::qc_study_with_bone(), &image, {}, folder);
  for (const char* file : {"result.json", "lesions.csv", "vertebrae.csv", "report.html", "qc/sagittal_spine.png",
                           "qc/axial_lesions.png", "qc/coronal_lesions.png"})
    EXPECT_GT(std::filesystem::file_size(folder / file), 30U) << file;
  std::ifstream in(folder / "result.json", std::ios::binary);
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>()),
            study_json(test::qc_study_with_bone()));
  std::filesystem::remove_all(folder);
}

TEST(StudyHtml, DxaHasItsTable) {
  study::StudyResult result;
  result.study.modality = "DXA";
  study::DxaPart part;
  part.exam = DxaExam::FemurLeft;
  part.result.sites.push_back({.site = "neck", .abmd_g_cm2 = 0.7, .bmc_g = 3.5, .area_cm2 = 5.0});
  part.result.sites[0].scores.t_score = -1.317;
  part.result.aac = dxa::reported_aac(7, {});
  result.dxa.push_back(part);
  const std::string page = study_html(result, {});
  for (const char* words : {"<h2>DXA</h2>", "femur_left", "0.700", "-1.3", "AAC-24 7", "The study holds no CT."})
    EXPECT_NE(page.find(words), std::string::npos) << words;
  EXPECT_EQ(study_html({}, {}).find("<h2>DXA</h2>"), std::string::npos);
}

} // namespace
} // namespace osteocalc::report
