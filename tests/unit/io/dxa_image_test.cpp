// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dxa_image.h"

#include "osteocalc/core/error.h"
#include "support/dxa_exports.h"

#include <gtest/gtest.h>

namespace osteocalc::io {
namespace {

class DxaImageFile : public testing::Test {
 protected:
  /// Attenuation of both energies, or areal density, as write_dxa_image() stores it.
  std::filesystem::path written(const std::string& name, DxaContent content, std::size_t frames) const {
    VolumeGeometry grid;
    grid.size = {6, 4, 1};
    grid.spacing_mm = {0.5, 0.7, 1};
    Volume<float> low(grid, 0.75F), high(grid, 0.25F);
    DxaFileOptions options;
    options.content = content;
    options.kvp_kv = {80, 140};
    std::vector<const Volume<float>*> both{&low, &high};
    both.resize(frames);
    const std::filesystem::path file = folder.path() / (name + ".dcm");
    write_dxa_image(both, file, options);
    return file;
  }
  static std::string rule_of(const std::vector<std::filesystem::path>& files) {
    try {
      static_cast<void>(read_dxa_image(files));
    } catch (const Refusal& refusal) {
      return refusal.issues().front().rule;
    }
    return "";
  }

  test::TemporaryFolder folder;
};

TEST_F(DxaImageFile, PicturesOfEveryExamAreNamedAndHoldNoDensity) {
  for (const test::PictureExport& picture : test::picture_exports()) {
    const std::filesystem::path file = folder.path() / picture.name;
    ASSERT_TRUE(test::write_picture(picture, file)) << "dump2dcm of dcmtk is needed";
    const DxaImage image = read_dxa_image({file});
    EXPECT_EQ(image.exam, picture.exam) << picture.name;
    EXPECT_EQ(image.content, DxaContent::Picture) << picture.name;
    EXPECT_FALSE(image.has_spacing) << picture.name;
    EXPECT_TRUE(has_rule(image.issues, "DXA-PICTURE")) << picture.name;
    ASSERT_EQ(image.frames.size(), 1U) << picture.name;
    // Brighter is denser, whichever way the file says it.
    const bool inverted = std::string_view(picture.photometric) == "MONOCHROME1";
    EXPECT_EQ(image.frames[0](0, 0, 0), inverted ? 255 : 0) << picture.name;
    EXPECT_EQ(image.frames[0](5, 0, 0), inverted ? 250 : 5) << picture.name;
  }
}

TEST_F(DxaImageFile, AColourPageIsAPictureTooWithoutAnyFrame) {
  const std::filesystem::path bitmap = folder.path() / "page.bmp", file = folder.path() / "page.dcm";
  std::ofstream out(bitmap, std::ios::binary);
  const unsigned char header[54] = {'B', 'M', 102, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40,
                                    0,   0,   0,   4, 0, 0, 0, 4, 0, 0, 0,  1, 0, 24};
  out.write(reinterpret_cast<const char*>(header), sizeof header);
  out << std::string(48, '\x40');
  out.close();
  ASSERT_TRUE(test::runs("img2dcm -i BMP " + bitmap.string() + " " + file.string() +
                         " -k Modality=OT -k SeriesDescription='AP Spine'"));
  const DxaImage image = read_dxa_image({file});
  EXPECT_EQ(image.exam, DxaExam::Spine);
  EXPECT_EQ(image.content, DxaContent::Picture);
  EXPECT_TRUE(image.frames.empty());
}

TEST_F(DxaImageFile, NumbersWithBlanksAroundThemAreRead) {
  const auto file = written("blanks", DxaContent::Attenuation, 2);
  test::edit_dicom(file, [](DcmDataset& data) {
    data.putAndInsertString(DCM_NumberOfFrames, " 2 ");
    data.putAndInsertString(DCM_RescaleSlope, " 0.0002 ");
    data.putAndInsertString(DCM_PixelSpacing, " 0.7 \\ 0.5 ");
  });
  const DxaImage image = read_dxa_image({file});
  ASSERT_EQ(image.frames.size(), 2U);
  EXPECT_NEAR(image.frames[0](3, 2, 0), 0.75, 1e-3);
  EXPECT_NEAR(image.frames[1](3, 2, 0), 0.25, 1e-3);
  EXPECT_NEAR(image.frames[0].geometry().spacing_mm[0], 0.5, 1e-9);
  EXPECT_NEAR(image.frames[0].geometry().spacing_mm[1], 0.7, 1e-9);
}

TEST_F(DxaImageFile, DensityIsBelievedWhereAMappingOrARescaleIsInGramsPerSquareCentimetre) {
  const auto mapped = written("mapped", DxaContent::ArealDensity, 1);
  EXPECT_EQ(read_dxa_image({mapped}).content, DxaContent::ArealDensity);
  EXPECT_NEAR(read_dxa_image({mapped}).frames[0](0, 0, 0), 0.75, 1e-4);
  test::edit_dicom(mapped, [](DcmDataset& data) {
    DcmItem *mapping = nullptr, *unit = nullptr;
    data.findAndGetSequenceItem(DCM_RealWorldValueMappingSequence, mapping);
    mapping->findAndGetSequenceItem(DCM_MeasurementUnitsCodeSequence, unit);
    unit->putAndInsertString(DCM_CodeValue, "1");
  });
  EXPECT_EQ(read_dxa_image({mapped}).content, DxaContent::Picture);
  const auto rescaled = written("rescaled", DxaContent::Attenuation, 1);
  test::edit_dicom(rescaled, [](DcmDataset& data) { data.putAndInsertString(DCM_RescaleType, "g/cm2"); });
  EXPECT_EQ(read_dxa_image({rescaled}).content, DxaContent::ArealDensity);
}

TEST_F(DxaImageFile, TwoFilesAreToldApartByImageTypeOrVoltage) {
  const auto low = written("low", DxaContent::Attenuation, 1), high = written("high", DxaContent::Attenuation, 1);
  EXPECT_EQ(rule_of({low, high}), "DXA-ENERGY"); // both say 80 kV
  EXPECT_EQ(rule_of({low}), "DXA-ENERGY");
  const auto dim = [](DcmDataset& data) { data.putAndInsertString(DCM_RescaleSlope, "0.0001"); };
  test::edit_dicom(high, dim);
  test::edit_dicom(high, [](DcmDataset& data) { data.putAndInsertString(DCM_KVP, "140"); });
  for (const auto& files : {std::vector{low, high}, std::vector{high, low}}) {
    const DxaImage image = read_dxa_image(files);
    ASSERT_EQ(image.frames.size(), 2U);
    EXPECT_GT(image.frames[0](0, 0, 0), image.frames[1](0, 0, 0)); // low energy first, whatever the order
  }
  test::edit_dicom(high, [](DcmDataset& data) {
    data.putAndInsertString(DCM_KVP, "80");
    data.putAndInsertString(DCM_ImageType, "DERIVED\\PRIMARY\\HIGH_ENERGY");
  });
  test::edit_dicom(low,
                   [](DcmDataset& data) { data.putAndInsertString(DCM_ImageType, "DERIVED\\PRIMARY\\LOW_ENERGY"); });
  EXPECT_GT(read_dxa_image({high, low}).frames[0](0, 0, 0), 0.7);
}

TEST_F(DxaImageFile, DensityWithoutASpacingIsRefused) {
  const auto file = written("nowhere", DxaContent::ArealDensity, 1);
  test::edit_dicom(file, [](DcmDataset& data) { data.findAndDeleteElement(DCM_PixelSpacing); });
  EXPECT_EQ(rule_of({file}), "DXA-SPACING");
}

TEST_F(DxaImageFile, AnotherModalityAndACutFileAreErrors) {
  const auto file = written("other", DxaContent::ArealDensity, 1);
  test::edit_dicom(file, [](DcmDataset& data) { data.putAndInsertString(DCM_Modality, "MR"); });
  EXPECT_EQ(rule_of({file}), "DXA-NOT");
  std::ofstream(folder.path() / "text.dcm") << "no DICOM";
  EXPECT_THROW(static_cast<void>(read_dxa_image({folder.path() / "text.dcm"})), DicomError);
}

} // namespace
} // namespace osteocalc::io
