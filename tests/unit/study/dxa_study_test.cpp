// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/dxa_study.h"

#include "osteocalc/io/dxa_image.h"
#include "osteocalc/study/analyze.h"
#include "osteocalc/study/inspection.h"
#include "support/dxa_exports.h"
#include "support/dxa_reports.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace osteocalc::study {
namespace {

/// A folder of exports; regions are given, so that any image has a density.
class DxaStudyFolder : public testing::Test {
 protected:
  void write_density(const std::string& name, DxaExam exam, float density, const std::string& patient_id = "PERSON0",
                     std::size_t frames = 1) const {
    VolumeGeometry grid;
    grid.size = {40, 40, 1};
    Volume<float> image(grid, density);
    io::DxaFileOptions options;
    options.content = frames == 1 ? DxaContent::ArealDensity : DxaContent::Attenuation;
    options.exam = exam;
    options.patient_id = patient_id;
    options.manufacturer = "Hologic";
    options.uid_seed = name;
    options.age_years = 66;
    options.sex = Sex::Female;
    io::write_dxa_image(std::vector<const Volume<float>*>(frames, &image), folder.path() / name, options);
  }
  [[nodiscard]] DxaFiles found() const {
    const std::vector<std::filesystem::path> paths{folder.path()};
    const io::FileTree tree = io::find_files(paths);
    return find_dxa_files(io::take_inventory(tree, {}));
  }
  [[nodiscard]] static DxaStudyOptions options() {
    const Polygon square{{5, 5}, {35, 5}, {35, 35}, {5, 35}};
    DxaStudyOptions all;
    all.regions[DxaExam::Spine].regions = {{"L1", square, dxa::RegionArea::Outline},
                                           {"L2", square, dxa::RegionArea::Outline}};
    for (const DxaExam hip : {DxaExam::FemurLeft, DxaExam::FemurRight})
      all.regions[hip].regions = {{"neck", square, dxa::RegionArea::Outline}};
    return all;
  }
  [[nodiscard]] static const DxaPart* part_of(const DxaStudy& study, DxaExam exam) {
    const auto part = std::ranges::find(study.parts, std::optional(exam), &DxaPart::exam);
    return part == study.parts.end() ? nullptr : &*part;
  }

  test::TemporaryFolder folder;
};

TEST_F(DxaStudyFolder, OnePartAnExamTheBestOfItsImages) {
  write_density("a.dcm", DxaExam::Spine, 0.9F);
  write_density("b.dcm", DxaExam::FemurLeft, 0.7F);
  write_density("c.dcm", DxaExam::FemurRight, 0.75F);
  ASSERT_TRUE(test::write_picture(test::picture_exports()[0], folder.path() / "picture")); // of the spine
  ASSERT_TRUE(test::write_picture(test::picture_exports()[1], folder.path() / "lateral"));
  const DxaStudy study = measure_dxa_study(found(), options());
  ASSERT_EQ(study.parts.size(), 4U);
  EXPECT_NEAR(part_of(study, DxaExam::Spine)->result.sites.back().abmd_g_cm2, 0.9, 1e-3);
  EXPECT_NEAR(part_of(study, DxaExam::FemurLeft)->result.site("neck")->abmd_g_cm2, 0.7, 1e-3);
  EXPECT_NEAR(part_of(study, DxaExam::FemurRight)->result.site("neck")->abmd_g_cm2, 0.75, 1e-3);
  EXPECT_TRUE(part_of(study, DxaExam::LateralSpine)->result.sites.empty());
  EXPECT_EQ(study.scans.size(), 3U); // pictures may show names, so none is drawn
  // The lateral is refused with its name, the spine's picture beside its density is not.
  const auto refusals = std::ranges::count(study.issues, std::string("DXA-PICTURE"), &Issue::rule);
  EXPECT_EQ(refusals, 1);
  EXPECT_EQ(std::ranges::find(study.issues, std::string("DXA-PICTURE"), &Issue::rule)->where, "lateral_spine");
  EXPECT_EQ(study.age_years, 66);
}

TEST_F(DxaStudyFolder, TwoEnergiesInTwoFilesAreOneImage) {
  write_density("low.dcm", DxaExam::Spine, 1.0F, "PERSON0", 2);
  for (const char* name : {"low.dcm", "high.dcm"}) {
    write_density(name, DxaExam::Spine, 1.0F);
    test::edit_dicom(folder.path() / name, [&](DcmDataset& data) {
      data.findAndDeleteElement(DCM_RealWorldValueMappingSequence);
      data.putAndInsertString(DCM_RescaleSlope, "0.0002");
      data.putAndInsertString(DCM_RescaleIntercept, "0");
      data.putAndInsertString(DCM_RescaleType, "ATTENUATION");
    });
  }
  const DxaFiles files = found();
  ASSERT_EQ(files.images.size(), 1U);
  EXPECT_EQ(files.images[0].size(), 2U);
}

TEST_F(DxaStudyFolder, AScannersReportFillsWhatNoImageGives) {
  write_density("hip.dcm", DxaExam::FemurLeft, 0.65F);
  test::write_enhanced_report(folder.path() / "report.dcm");
  const DxaStudy study = measure_dxa_study(found(), options());
  ASSERT_EQ(study.parts.size(), 2U);
  EXPECT_TRUE(part_of(study, DxaExam::Spine)->reported);
  EXPECT_NEAR(part_of(study, DxaExam::Spine)->result.site("L1-L4")->abmd_g_cm2, 1.081, 1e-9);
  EXPECT_FALSE(part_of(study, DxaExam::FemurLeft)->reported);
  EXPECT_NEAR(part_of(study, DxaExam::FemurLeft)->result.site("neck")->abmd_g_cm2, 0.65, 1e-3);
  EXPECT_TRUE(has_rule(study.issues, "DXA-FURTHER"));
}

TEST_F(DxaStudyFolder, AnotherPersonsImageIsRefused) {
  write_density("a.dcm", DxaExam::Spine, 0.9F);
  write_density("b.dcm", DxaExam::FemurLeft, 0.7F, "PERSON1");
  const DxaStudy alone = measure_dxa_study(found(), options());
  EXPECT_EQ(alone.parts.size(), 1U);
  EXPECT_TRUE(has_rule(alone.issues, "STUDY-OTHER-PERSON"));
  DxaStudyOptions beside_ct = options();
  beside_ct.patient_id = "PERSON1";
  const DxaStudy beside = measure_dxa_study(found(), beside_ct);
  ASSERT_EQ(beside.parts.size(), 1U);
  EXPECT_EQ(beside.parts[0].exam, DxaExam::FemurLeft);
}

TEST_F(DxaStudyFolder, ADoseReportBesideACtIsNoFinding) {
  DSRDocument document(DSRTypes::DT_EnhancedSR);
  DSRDocumentTree& tree = document.getTree();
  tree.addContentItem(DSRTypes::RT_isRoot, DSRTypes::VT_Container);
  tree.getCurrentContentItem().setConceptName(test::code("R", "X-Ray Radiation Dose Report"));
  tree.addContentItem(DSRTypes::RT_contains, DSRTypes::VT_Container, DSRTypes::AM_belowCurrent);
  tree.getCurrentContentItem().setConceptName(test::code("T", "Lumbar Spine L3"));
  for (const char* name : {"Dose Area Product Total", "Muscle Area"}) {
    tree.addContentItem(DSRTypes::RT_contains, DSRTypes::VT_Num,
                        name[0] == 'D' ? DSRTypes::AM_belowCurrent : DSRTypes::AM_afterCurrent);
    tree.getCurrentContentItem().setConceptName(test::code("N", name));
    tree.getCurrentContentItem().setNumericValue(
        DSRNumericMeasurementValue("120", DSRCodedEntryValue("cm2", "UCUM", "cm2")));
  }
  test::save_report(document, folder.path() / "dose.dcm", "PERSON0", "Siemens");
  DxaStudyOptions beside = options();
  beside.beside_ct = true;
  const DxaStudy study = measure_dxa_study(found(), beside);
  EXPECT_TRUE(study.parts.empty());
  EXPECT_TRUE(study.issues.empty());
  EXPECT_TRUE(has_rule(measure_dxa_study(found(), options()).issues, "DXA-SR-EMPTY")); // alone it must say something
}

TEST_F(DxaStudyFolder, AFileThatCannotBeReadDoesNotTakeTheOthersWithIt) {
  write_density("a.dcm", DxaExam::Spine, 0.9F);
  write_density("b.dcm", DxaExam::FemurLeft, 0.7F);
  const std::filesystem::path cut = folder.path() / "b.dcm";
  std::filesystem::resize_file(cut, std::filesystem::file_size(cut) - 1000);
  const DxaStudy study = measure_dxa_study(found(), options());
  EXPECT_EQ(study.parts.size(), 1U);
  EXPECT_TRUE(has_rule(study.issues, "DXA-UNREADABLE"));
}

TEST_F(DxaStudyFolder, AloneItIsAStudyWithoutCalciumAndBone) {
  write_density("a.dcm", DxaExam::FemurLeft, 0.7F);
  const DxaStudy dxa = measure_dxa_study(found(), options());
  const StudyResult result = analyze_dxa_alone(dxa, {});
  EXPECT_EQ(result.study.modality, "DXA");
  EXPECT_TRUE(result.measured());
  EXPECT_TRUE(has_rule(result.issues, "STUDY-NO-CT"));
  EXPECT_FALSE(result.bone);
  EXPECT_EQ(result.paradox.low_bone, true); // neck 0.700: T -1.32
  EXPECT_FALSE(result.paradox.quadrant);
  EXPECT_EQ(result.study.sex, Sex::Female);
  EXPECT_EQ(result.provenance.inputs_sha256.size(), 64U);
}

TEST_F(DxaStudyFolder, InspectionNamesTheExamAndWhatItIsFitFor) {
  for (const test::PictureExport& picture : test::picture_exports())
    ASSERT_TRUE(test::write_picture(picture, folder.path() / picture.name));
  write_density("density.dcm", DxaExam::FemurLeft, 0.7F);
  const std::vector<std::filesystem::path> paths{folder.path()};
  const io::FileTree tree = io::find_files(paths);
  const Inspection inspection = inspect(io::take_inventory(tree, {}), default_protocol());
  ASSERT_EQ(inspection.series.size(), test::picture_exports().size() + 1);
  std::size_t fit = 0;
  for (const SeriesRecord& series : inspection.series) {
    EXPECT_TRUE(series.exam);
    fit += series.dxa.ok ? 1 : 0;
    if (!series.dxa.ok) {
      ASSERT_FALSE(series.dxa.reasons.empty());
      EXPECT_TRUE(series.dxa.reasons[0].starts_with("geometry only, no density")) << series.dxa.reasons[0];
    }
  }
  EXPECT_EQ(fit, 1U); // the one in g/cm2
}

} // namespace
} // namespace osteocalc::study
