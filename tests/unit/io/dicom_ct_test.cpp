// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicom_ct.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/io/ct_reader.h"
#include "support/dicom_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>

using namespace osteocalc;
using namespace osteocalc::io;
using namespace osteocalc::test;

namespace {

class DicomCt : public testing::Test {
 protected:
  std::vector<std::filesystem::path> write(const CtSeriesOptions& options = {}) {
    return write_dicom_ct(scan, folder.path(), options);
  }
  [[nodiscard]] CtImage read() const { return read_ct(folder.path()); }
  [[nodiscard]] std::string refusal_rule() const {
    try {
      static_cast<void>(read());
    } catch (const Refusal& refusal) {
      return refusal.issues().front().rule;
    }
    return "none";
  }
  TemporaryFolder folder;
  Volume<std::int16_t> scan = small_scan();
};

bool same_voxels(const Volume<std::int16_t>& a, const Volume<std::int16_t>& b) {
  return std::ranges::equal(a.voxels(), b.voxels());
}

bool slice_is(const Volume<std::int16_t>& volume, int z, std::int16_t value) {
  const auto slice = volume.slice(z);
  return std::all_of(slice.data, slice.data + slice.width * slice.height, [&](auto hu) { return hu == value; });
}

std::string text_of(const Issues& issues, const std::string& rule) {
  const auto found = std::ranges::find(issues, rule, &Issue::rule);
  return found == issues.end() ? std::string() : std::string(found->where).append(": ").append(found->text);
}

void put(DcmDataset& dataset, const DcmTagKey& tag, const std::string& value) {
  dataset.putAndInsertString(tag, value.c_str());
}

void truncate(const std::filesystem::path& file, double kept) {
  std::filesystem::resize_file(
      file, static_cast<std::uintmax_t>(kept * static_cast<double>(std::filesystem::file_size(file))));
}

} // namespace

TEST_F(DicomCt, GivesBackVoxelsGridAndAcquisition) {
  CtSeriesOptions options;
  options.kvp_kv = 100;
  options.kernel = "B35f";
  options.patient_id = "p1";
  options.age_years = 61;
  options.sex = Sex::Female;
  write(options);
  const CtImage image = read();
  EXPECT_TRUE(same_voxels(image.hu, scan));
  EXPECT_TRUE(same_grid(image.hu.geometry(), scan.geometry()));
  EXPECT_DOUBLE_EQ(image.hu.geometry().spacing_mm[2], 2.5);
  EXPECT_EQ(image.acquisition.kvp_kv, 100);
  EXPECT_EQ(image.acquisition.nominal_thickness_mm, 2.5);
  EXPECT_EQ(image.acquisition.kernel, "B35f");
  EXPECT_EQ(image.acquisition.patient_id, "p1");
  EXPECT_EQ(image.acquisition.age_years, 61);
  EXPECT_EQ(image.acquisition.sex, Sex::Female);
  EXPECT_FALSE(image.acquisition.contrast_hint);
  EXPECT_TRUE(image.issues.empty());
  EXPECT_TRUE(image.inputs_sha256.empty());
}

TEST_F(DicomCt, NamesNumbersAndThicknessDoNotPlaceSlices) {
  const auto files = write();
  for (std::size_t i = 0; i < files.size(); ++i) {
    edit_dicom(files[i], [&](DcmDataset& dataset) {
      put(dataset, DCM_InstanceNumber, std::to_string((7 * i) % 5));
      put(dataset, DCM_SliceThickness, "1");
    });
    std::filesystem::rename(files[i], folder.path() / std::to_string((3 * i) % 5));
  }
  const CtImage image = read();
  EXPECT_TRUE(same_voxels(image.hu, scan));
  EXPECT_DOUBLE_EQ(image.hu.geometry().spacing_mm[2], 2.5);
  EXPECT_NE(text_of(image.issues, "IO-THICKNESS-INCREMENT").find("leave gaps"), std::string::npos);
}

TEST_F(DicomCt, IsTheSameForAnyNumberOfThreads) {
  write();
  std::vector<CtImage> images;
  for (const int threads : {1, 2, 7})
    images.push_back(read_ct(folder.path(), {{threads}, "", true}));
  for (const CtImage& image : images) {
    EXPECT_TRUE(same_voxels(image.hu, scan));
    EXPECT_EQ(image.inputs_sha256, images.front().inputs_sha256);
  }
}

TEST_F(DicomCt, HashIsThatOfTheFileHashesInSliceOrder) {
  const auto files = write();
  std::string hashes;
  for (const auto& file : files)
    hashes += sha256_hex_of_file(file);
  std::filesystem::rename(files[0], folder.path() / "zzz");
  EXPECT_EQ(read_ct(folder.path(), {{}, "", true}).inputs_sha256, sha256_hex(hashes));
}

TEST_F(DicomCt, EachSliceHasItsOwnRescale) {
  const auto files = write();
  edit_dicom(files[2], [](DcmDataset& dataset) { put(dataset, DCM_RescaleIntercept, "-1000"); });
  edit_dicom(files[3], [](DcmDataset& dataset) { put(dataset, DCM_RescaleSlope, "0.5"); });
  const CtImage image = read();
  EXPECT_EQ(image.hu(0, 0, 1), scan(0, 0, 1));
  EXPECT_EQ(image.hu(4, 3, 2), scan(4, 3, 2) + 24);
  for (const int x : {0, 1}) // stored = HU + 1024
    EXPECT_EQ(image.hu(x, 0, 3), std::floor(0.5 * (scan(x, 0, 3) + 1024) - 1024));
}

TEST_F(DicomCt, PaddingThatMayBeTissueIsNamedWhereItOccurs) {
  const auto files = write(); // HU from -1000 to -41, each once
  const double intercept = *take_inventory(find_files(std::vector{folder.path()}), {}).series.at(0).first().intercept;
  for (const auto& [hu, named] : {std::pair{-500, true}, std::pair{100, false}, std::pair{-1000, false}}) {
    const int stored = hu - static_cast<int>(intercept);
    edit_all(files, [&, value = stored](DcmDataset& d) {
      Uint16 is_signed = 0;
      d.findAndGetUint16(DCM_PixelRepresentation, is_signed);
      if (is_signed == 1)
        d.putAndInsertSint16(DCM_PixelPaddingValue, static_cast<Sint16>(value));
      else
        d.putAndInsertUint16(DCM_PixelPaddingValue, static_cast<Uint16>(value));
    });
    EXPECT_EQ(has_rule(read().issues, "IO-PADDING"), named) << hu;
  }
}

TEST_F(DicomCt, PatientsScannedFeetFirstOrProneComeInLpsOrder) {
  VolumeGeometry turned = scan.geometry(); // rows to the right, columns to the front: prone
  turned.axes = {{{-1, 0, 0}, {0, -1, 0}, {0, 0, 1}}};
  scan.set_geometry(turned);
  write();
  const CtImage image = read();
  EXPECT_EQ(image.hu(0, 0, 1), scan(15, 11, 1));
  const Vec3 origin = index_to_point(turned, {15, 11, 0});
  for (std::size_t axis = 0; axis < 3; ++axis) {
    EXPECT_NEAR(image.hu.geometry().origin_mm[axis], origin[axis], 1e-9);
    EXPECT_DOUBLE_EQ(image.hu.geometry().axes[axis][axis], 1.0);
  }
}

TEST_F(DicomCt, ANormalTowardsTheFeetStillGivesCaudalFirst) {
  VolumeGeometry mirrored = scan.geometry(); // rows to the right: row x column points to the feet
  mirrored.axes[0] = {-1, 0, 0};
  scan.set_geometry(mirrored);
  write();
  const CtImage image = read();
  EXPECT_EQ(image.hu(0, 0, 0), scan(15, 0, 0));
  EXPECT_EQ(image.hu(15, 11, 4), scan(0, 11, 4));
  EXPECT_DOUBLE_EQ(image.hu.geometry().axes[2][2], 1.0);
}

TEST_F(DicomCt, AnObliqueScanKeepsItsDirections) {
  VolumeGeometry oblique = scan.geometry();
  const double c = std::cos(0.3), s = std::sin(0.3);
  oblique.axes = {{{c, s, 0}, {-s, c, 0}, {0, 0, 1}}};
  scan.set_geometry(oblique);
  write();
  EXPECT_TRUE(same_grid(read().hu.geometry(), oblique, 1e-6));
}

TEST_F(DicomCt, ATiltedGantryKeepsPositionsAndIncrement) {
  const auto files = write();
  for (std::size_t z = 0; z < files.size(); ++z)
    edit_dicom(files[z], [&](DcmDataset& dataset) {
      const std::string y = std::to_string(20 + 0.5 * static_cast<double>(z));
      const std::string along = std::to_string(-300 + 2.5 * static_cast<double>(z));
      put(dataset, DCM_ImagePositionPatient, std::string("-10\\").append(y).append("\\").append(along));
    });
  const CtImage image = read();
  EXPECT_TRUE(has_rule(image.issues, "IO-TILT"));
  EXPECT_NEAR(image.hu.geometry().spacing_mm[2], 2.5, 1e-9);
  EXPECT_NEAR(index_to_point(image.hu.geometry(), {0, 0, 4})[1], 22.0, 1e-6);
}

TEST_F(DicomCt, SagittalSlicesAreReorderedAndNamed) {
  VolumeGeometry sagittal = scan.geometry();
  sagittal.axes = {{{0, 1, 0}, {0, 0, -1}, {1, 0, 0}}};
  scan.set_geometry(sagittal);
  write();
  const CtImage image = read();
  EXPECT_EQ(image.hu.geometry().size, (std::array<int, 3>{5, 16, 12}));
  EXPECT_EQ(image.hu(2, 3, 11), scan(3, 0, 2));
  EXPECT_TRUE(has_rule(image.issues, "IO-NOT-AXIAL"));
}

TEST_F(DicomCt, AMissingSliceKeepsItsPlace) {
  const auto files = write();
  std::filesystem::remove(files[2]);
  const CtImage image = read();
  EXPECT_TRUE(has_rule(image.issues, "IO-GAP"));
  EXPECT_TRUE(same_grid(image.hu.geometry(), scan.geometry()));
  EXPECT_TRUE(slice_is(image.hu, 2, -1024));
  EXPECT_EQ(image.hu(3, 4, 3), scan(3, 4, 3));
}

TEST_F(DicomCt, ASliceGivenTwiceIsReadOnce) {
  const auto files = write();
  std::filesystem::copy_file(files[1], folder.path() / "again.dcm");
  const CtImage image = read();
  EXPECT_TRUE(has_rule(image.issues, "IO-DUPLICATE"));
  EXPECT_TRUE(same_voxels(image.hu, scan));
}

TEST_F(DicomCt, OneSliceTakesItsThickness) {
  const auto files = write();
  const CtImage image = read_ct(files[1]);
  EXPECT_TRUE(has_rule(image.issues, "IO-SINGLE-SLICE"));
  EXPECT_DOUBLE_EQ(image.hu.geometry().spacing_mm[2], 2.5);
  EXPECT_EQ(image.hu(1, 1, 0), scan(1, 1, 1));
  edit_dicom(files[1], [](DcmDataset& dataset) { put(dataset, DCM_SliceThickness, ""); });
  EXPECT_THROW(static_cast<void>(read_ct(files[1])), GeometryError);
}

TEST_F(DicomCt, AnAbsentVoltageStaysAbsent) {
  for (const char* voltage : {"", "0"}) {
    edit_all(write(), [&](DcmDataset& dataset) { put(dataset, DCM_KVP, voltage); });
    const CtImage image = read();
    EXPECT_EQ(image.acquisition.kvp_kv, std::nullopt);
    EXPECT_TRUE(has_rule(image.issues, "IO-NO-KVP"));
  }
}

TEST_F(DicomCt, OtherFilesAreNamedAndSkipped) {
  const auto files = write();
  std::ofstream(folder.path() / "a_readme.txt") << "not an image";
  std::ofstream(folder.path() / "empty");
  std::ofstream(folder.path() / "almost.dcm") << std::string(128, '\0') << "DICM and then rubbish of some length";
  for (const auto& [name, type] : {std::pair{"scout", "LOCALIZER"}, {"screen", "AXIAL"}}) {
    const auto other = folder.path() / name;
    std::filesystem::copy_file(files[0], other);
    edit_dicom(other, [&, type = type](DcmDataset& dataset) {
      put(dataset, DCM_ImageType, std::string("ORIGINAL\\PRIMARY\\").append(type));
      put(dataset, DCM_SeriesInstanceUID, "1.2.3");
      if (std::string(type) == "AXIAL")
        dataset.putAndInsertUint16(DCM_SamplesPerPixel, 3);
    });
  }
  const CtImage image = read();
  EXPECT_TRUE(same_voxels(image.hu, scan));
  EXPECT_NE(text_of(image.issues, "IO-NOT-DICOM").find("a_readme.txt: files that are no DICOM: 3"), std::string::npos)
      << text_of(image.issues, "IO-NOT-DICOM");
  EXPECT_NE(text_of(image.issues, "IO-NOT-CT-SLICE").find("slices: 2"), std::string::npos);
}

TEST_F(DicomCt, AFolderWithoutCtIsAnError) {
  EXPECT_THROW(static_cast<void>(read()), DicomError);
  std::ofstream(folder.path() / "readme.txt") << "nothing here";
  EXPECT_THROW(static_cast<void>(read()), DicomError);
  edit_all(write(), [](DcmDataset& dataset) { put(dataset, DCM_Modality, "MR"); });
  EXPECT_THROW(static_cast<void>(read()), DicomError);
}

TEST_F(DicomCt, ATruncatedSliceIsAMissingSlice) {
  const auto files = write();
  truncate(files[1], 0.9); // within the pixels
  truncate(files[4], 0.3); // within the header
  const CtImage image = read();
  EXPECT_EQ(image.hu.size(2), 4);
  EXPECT_TRUE(slice_is(image.hu, 1, -1024));
  EXPECT_EQ(image.hu(5, 5, 2), scan(5, 5, 2));
  const std::string text = text_of(image.issues, "IO-UNREADABLE-SLICE");
  EXPECT_NE(text.find("slice_0005.dcm and 1 more"), std::string::npos) << text;
}

TEST_F(DicomCt, OnlyTruncatedSlicesAreAnError) {
  for (const double kept : {0.9, 0.3}) {
    for (const auto& file : write())
      truncate(file, kept);
    EXPECT_THROW(static_cast<void>(read()), DicomError) << kept;
  }
}

TEST_F(DicomCt, SeveralSeriesAreRefusedUntilOneIsChosen) {
  write();
  CtSeriesOptions other;
  other.uid_seed = "another";
  other.kernel = "SHARP";
  other.patient_id = "SECRET";
  const auto files = write_dicom_ct(small_scan(3), folder.path() / "b", other);
  EXPECT_EQ(refusal_rule(), "IO-SEVERAL-SERIES");
  const std::string uid = read_ct(folder.path() / "b").acquisition.series_uid;
  try {
    static_cast<void>(read());
  } catch (const Refusal& refusal) {
    const std::string text = refusal.what();
    EXPECT_NE(text.find("3 slices, 16x12, kernel SHARP, 2.5 mm thick"), std::string::npos) << text;
    EXPECT_EQ(text.find(uid), std::string::npos);
    EXPECT_EQ(text.find("SECRET"), std::string::npos);
  }
  EXPECT_EQ(read_ct(folder.path(), {{}, uid, false}).hu.size(2), 3);
  EXPECT_EQ(read_ct(folder.path(), {{}, uid.substr(uid.size() - 8), false}).hu.size(2), 3);
  EXPECT_THROW(static_cast<void>(read_ct(folder.path(), {{}, "no such uid", false})), Refusal);
}

TEST_F(DicomCt, NumbersThatAreNotHuAreRefused) {
  auto files = write();
  edit_dicom(files[3], [](DcmDataset& dataset) { put(dataset, DCM_RescaleType, "US"); });
  EXPECT_EQ(refusal_rule(), "IO-RESCALE-TYPE");
  files = write();
  edit_dicom(files[3], [](DcmDataset& dataset) { dataset.findAndDeleteElement(DCM_RescaleSlope); });
  EXPECT_EQ(refusal_rule(), "IO-NO-RESCALE");
  edit_all(write(), [](DcmDataset& dataset) { dataset.findAndDeleteElement(DCM_RescaleType); });
  EXPECT_TRUE(same_voxels(read().hu, scan));
}

TEST_F(DicomCt, SlicesThatContradictEachOtherAreTwoScans) {
  const std::vector<std::function<void(DcmDataset&)>> contradictions{
      [](DcmDataset& d) { put(d, DCM_ImageOrientationPatient, "1\\0\\0\\0\\0.9\\0.43589"); },
      [](DcmDataset& d) { put(d, DCM_PixelSpacing, "0.75\\0.6"); },
      [](DcmDataset& d) { d.putAndInsertUint16(DCM_Rows, 11); },
  };
  for (const auto& contradict : contradictions) {
    edit_dicom(write()[2], contradict);
    EXPECT_EQ(refusal_rule(), "IO-SEVERAL-SERIES");
  }
  edit_dicom(write()[2], [](DcmDataset& d) { put(d, DCM_ImageOrientationPatient, "0.9999\\0\\0\\0\\0.9999\\0"); });
  EXPECT_TRUE(same_voxels(read().hu, scan));
}

TEST_F(DicomCt, ASliceWithoutAPlaceIsMissing) {
  edit_dicom(write()[2], [](DcmDataset& dataset) { dataset.findAndDeleteElement(DCM_ImagePositionPatient); });
  const CtImage image = read();
  EXPECT_TRUE(has_rule(image.issues, "IO-UNPLACED-SLICE"));
  EXPECT_TRUE(slice_is(image.hu, 2, -1024));
  edit_all(write(), [](DcmDataset& dataset) { dataset.findAndDeleteElement(DCM_ImagePositionPatient); });
  EXPECT_THROW(static_cast<void>(read()), DicomError);
}
