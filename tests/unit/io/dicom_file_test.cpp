// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicom_file.h"

#include "osteocalc/core/error.h"
#include "support/dicom_scan.h"

#include <gtest/gtest.h>

#include <fstream>

using namespace osteocalc;
using namespace osteocalc::io;
using namespace osteocalc::test;

namespace {

class DicomFile : public testing::Test {
 protected:
  [[nodiscard]] DicomHeader header() const { return read_dicom_headers(file).at(0); }
  TemporaryFolder folder;
  std::filesystem::path file = write_dicom_ct(small_scan(1), folder.path()).front();
};

} // namespace

TEST_F(DicomFile, PixelsAreFoundWhereTheyLie) {
  const PixelLayout pixels = header().pixels;
  EXPECT_EQ(pixels.encoding, PixelEncoding::Native);
  EXPECT_EQ(pixels.offset, std::filesystem::file_size(file) - 16 * 12 * 2);
  EXPECT_TRUE(pixels.complete);
}

TEST_F(DicomFile, AgesComeInFourUnits) {
  const std::vector<std::pair<std::string, std::optional<double>>> ages{{"061Y", 61.0},         {"018M", 1.5},
                                                                        {"005D", 5 / 365.2425}, {"", std::nullopt},
                                                                        {"61", std::nullopt},   {"Y", std::nullopt}};
  for (const auto& [text, years] : ages) {
    edit_dicom(file, [&, age = text](DcmDataset& dataset) { dataset.putAndInsertString(DCM_PatientAge, age.c_str()); });
    EXPECT_EQ(header().age_years, years) << text;
  }
}

TEST_F(DicomFile, ANumberThatIsWrittenWrongIsNone) {
  const std::vector<std::pair<std::string, std::optional<double>>> numbers{
      {"1.6", 1.6}, {" +1.6 ", 1.6}, {"16E-1", 1.6}, {"1,6", std::nullopt}, {"1.6 mm", std::nullopt}};
  for (const auto& [text, thickness_mm] : numbers) {
    edit_dicom(file, [&, value = text](DcmDataset& d) { d.putAndInsertString(DCM_SliceThickness, value.c_str()); });
    EXPECT_EQ(header().thickness_mm, thickness_mm) << text;
  }
}

TEST_F(DicomFile, AHeaderLongerThanTheFirstReadIsReadInFull) {
  edit_dicom(file, [](DcmDataset& dataset) {
    const std::string comment(100000, 'x');
    for (const Uint16 element : {Uint16{0x1010}, Uint16{0x1011}, Uint16{0x1012}})
      dataset.putAndInsertUint8Array(DcmTag(0x0021, element, EVR_OB), reinterpret_cast<const Uint8*>(comment.data()),
                                     static_cast<unsigned long>(comment.size()));
  });
  EXPECT_GT(header().pixels.offset, 300000U);
  Volume<std::int16_t> hu(small_scan(1).geometry());
  read_slice_hu(header(), hu.slice(0), InputHash::Skip);
  EXPECT_EQ(hu(7, 7, 0), small_scan(1)(7, 7, 0));
}

TEST_F(DicomFile, ObjectsWithoutPixelsAreDicomAllTheSame) {
  edit_dicom(file, [](DcmDataset& dataset) {
    for (const DcmTagKey& tag : {DCM_PixelData, DCM_Rows, DCM_Columns})
      dataset.findAndDeleteElement(tag);
    dataset.putAndInsertString(DCM_Modality, "SR");
    dataset.putAndInsertString(DCM_SOPClassUID, UID_EnhancedSRStorage);
  });
  EXPECT_EQ(header().modality, "SR");
  EXPECT_EQ(header().pixels.encoding, PixelEncoding::None);
  EXPECT_TRUE(header().pixels.complete);
}

TEST_F(DicomFile, AFileWithoutPreambleIsRead) {
  DcmFileFormat format;
  ASSERT_TRUE(format.loadFile(file.c_str()).good());
  ASSERT_TRUE(format
                  .saveFile(file.c_str(), EXS_LittleEndianImplicit, EET_ExplicitLength, EGL_recalcGL, EPD_noChange, 0,
                            0, EWM_dataset)
                  .good());
  EXPECT_EQ(header().pixels.rows, 12);
  EXPECT_EQ(header().pixels.offset, std::filesystem::file_size(file) - 16 * 12 * 2);
}

TEST_F(DicomFile, EveryTruncationIsNoticed) {
  for (auto left = std::filesystem::file_size(file); left-- > 0;) {
    std::filesystem::resize_file(file, left);
    const auto found = read_dicom_headers(file);
    EXPECT_FALSE(!found.empty() && found.front().pixels.complete) << left;
  }
}

TEST_F(DicomFile, RubbishIsNoDicom) {
  for (const std::string& rubbish :
       {std::string(), std::string("text"), std::string(5000, '\0'), std::string(5000, '\x08'),
        std::string(128, ' ') + "DICM" + std::string(3000, '\xFF')}) {
    std::ofstream(file, std::ios::binary) << rubbish;
    EXPECT_TRUE(read_dicom_headers(file).empty());
  }
}

TEST_F(DicomFile, AFileThatIsNotThereIsAnError) {
  EXPECT_THROW(static_cast<void>(read_dicom_headers(folder.path() / "none")), IoError);
}
