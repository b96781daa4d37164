// SPDX-License-Identifier: Apache-2.0
// Enhanced multi-frame files against the single-frame series they were made of.
#include "support/enhanced_ct.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/dicom_file.h"
#include "support/dicom_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <functional>

using namespace osteocalc;
using namespace osteocalc::io;
using namespace osteocalc::test;

namespace {

class EnhancedCt : public testing::Test {
 protected:
  void write() {
    files = write_dicom_ct(scan, folder.path() / "single", series());
    // Per-slice slopes, and frames in no order of their places.
    edit_dicom(files[3], [](DcmDataset& dataset) { dataset.putAndInsertString(DCM_RescaleSlope, "2"); });
    std::rotate(files.begin(), files.begin() + 2, files.end());
    std::filesystem::create_directories(folder.path() / "enhanced");
    write_enhanced_ct(files, enhanced);
  }
  static CtSeriesOptions series() {
    CtSeriesOptions options;
    options.kvp_kv = 100;
    options.kernel = "B35f";
    return options;
  }
  void edit(const std::function<void(DcmDataset&)>& change) { edit_dicom(enhanced, change); }
  [[nodiscard]] std::string problem() const { return read_dicom_headers(enhanced).at(0).problem; }

  TemporaryFolder folder;
  Volume<std::int16_t> scan = small_scan();
  std::vector<std::filesystem::path> files;
  std::filesystem::path enhanced = folder.path() / "enhanced" / "scan.dcm";
};

void expect_same(const CtImage& a, const CtImage& b) {
  EXPECT_TRUE(std::ranges::equal(a.hu.voxels(), b.hu.voxels()));
  EXPECT_TRUE(same_grid(a.hu.geometry(), b.hu.geometry(), 1e-9));
}

/// Cuts every frame's code stream into three fragments.
void split_fragments(DcmDataset& dataset, bool with_table) {
  DcmElement* element = nullptr;
  dataset.findAndGetElement(DCM_PixelData, element);
  auto& pixels = dynamic_cast<DcmPixelData&>(*element);
  E_TransferSyntax syntax = EXS_Unknown;
  const DcmRepresentationParameter* parameter = nullptr;
  pixels.getOriginalRepresentationKey(syntax, parameter);
  DcmPixelSequence* whole = nullptr;
  ASSERT_TRUE(pixels.getEncapsulatedRepresentation(syntax, parameter, whole).good());
  auto* split = new DcmPixelSequence(DCM_PixelSequenceTag);
  auto* table = new DcmPixelItem(DcmTag(DCM_Item, EVR_OB));
  split->insert(table);
  DcmOffsetList offsets;
  for (unsigned long i = 1; i < whole->card(); ++i) {
    DcmPixelItem* item = nullptr;
    Uint8* bytes = nullptr;
    whole->getItem(item, i);
    item->getUint8Array(bytes);
    const Uint32 third = item->getLength() / 3 / 2 * 2;
    const Uint32 rest = item->getLength() - 2 * third;
    Uint32 at = 0;
    for (const Uint32 length : {third, third, rest}) {
      auto* fragment = new DcmPixelItem(DcmTag(DCM_Item, EVR_OB));
      fragment->putUint8Array(bytes + at, length);
      split->insert(fragment);
      at += length;
    }
    offsets.push_back(item->getLength() + 3 * 8);
  }
  if (with_table) {
    ASSERT_TRUE(table->createOffsetTable(offsets).good());
  }
  pixels.putOriginalRepresentation(syntax, parameter == nullptr ? nullptr : parameter->clone(), split);
}

} // namespace

TEST_F(EnhancedCt, EqualsTheSingleFrameSeries) {
  write();
  const CtImage one = read_ct(enhanced), many = read_ct(folder.path() / "single");
  expect_same(one, many);
  EXPECT_EQ(one.acquisition.kvp_kv, 100);
  EXPECT_EQ(one.acquisition.kernel, "B35f");
  EXPECT_EQ(one.acquisition.nominal_thickness_mm, 2.5);
  EXPECT_EQ(one.acquisition.series_uid, many.acquisition.series_uid);
  EXPECT_TRUE(one.issues.empty());
}

TEST_F(EnhancedCt, EachFrameHasItsOwnHeader) {
  write();
  const auto frames = read_dicom_headers(enhanced);
  ASSERT_EQ(frames.size(), 5U);
  for (int i = 0; i < 5; ++i) {
    const DicomHeader& frame = frames[static_cast<std::size_t>(i)];
    EXPECT_EQ(frame.frame, i);
    EXPECT_EQ((*frame.position_mm)[2], -300 + 2.5 * ((i + 2) % 5));
    EXPECT_EQ(frame.slope, i == 1 ? 2 : 1);
    EXPECT_EQ(frame.acquisition_number, 7);
    EXPECT_EQ(frame.pixels.offset, frames[0].pixels.offset + static_cast<std::size_t>(i) * 16 * 12 * 2);
  }
}

TEST_F(EnhancedCt, FramesDoNotRestateTheLayoutOfPixels) {
  write();
  edit([](DcmDataset& dataset) {
    for (const DcmTagKey& tag : {DCM_SharedFunctionalGroupsSequence, DCM_PerFrameFunctionalGroupsSequence}) {
      DcmItem *groups = nullptr, *scale = nullptr;
      ASSERT_TRUE(dataset.findOrCreateSequenceItem(tag, groups, 0).good());
      ASSERT_TRUE(groups->findOrCreateSequenceItem(DCM_PixelValueTransformationSequence, scale, 0).good());
      scale->putAndInsertUint16(DCM_BitsStored, 17);
      scale->putAndInsertUint16(DCM_Rows, 60000);
    }
  });
  expect_same(read_ct(enhanced), read_ct(folder.path() / "single"));
}

TEST_F(EnhancedCt, HashesDifferWithThePixels) {
  write();
  const ReadOptions hashed{{}, "", true};
  const std::string before = read_ct(enhanced, hashed).inputs_sha256;
  EXPECT_EQ(read_ct(enhanced, hashed).inputs_sha256, before);
  edit([](DcmDataset& dataset) {
    Uint16* values = nullptr;
    DcmElement* pixels = nullptr;
    dataset.findAndGetElement(DCM_PixelData, pixels);
    pixels->getUint16Array(values);
    ++values[500];
  });
  EXPECT_NE(read_ct(enhanced, hashed).inputs_sha256, before);
}

TEST_F(EnhancedCt, AMillionFramesAreAMessage) {
  write();
  edit([](DcmDataset& dataset) { dataset.putAndInsertString(DCM_NumberOfFrames, "1000000"); });
  EXPECT_EQ(problem(), "says that it has 1000000 frames");
  edit([](DcmDataset& dataset) { dataset.putAndInsertString(DCM_NumberOfFrames, "-3"); });
  EXPECT_EQ(problem(), "says that it has -3 frames");
  edit([](DcmDataset& dataset) { dataset.putAndInsertString(DCM_NumberOfFrames, "6"); });
  EXPECT_EQ(problem(), "has 6 frames but describes 5");
  EXPECT_THROW(static_cast<void>(read_ct(enhanced)), Error);
}

TEST_F(EnhancedCt, ACutFileKeepsTheFramesBeforeTheCut) {
  write();
  std::filesystem::resize_file(enhanced, std::filesystem::file_size(enhanced) - 16 * 12 * 2);
  const CtImage image = read_ct(enhanced);
  EXPECT_EQ(image.hu(0, 0, 0), scan(0, 0, 0));
  EXPECT_EQ(image.hu(0, 0, 1), -1024); // the last frame is the second slice
  EXPECT_TRUE(has_rule(image.issues, "IO-UNREADABLE-SLICE"));
}

class EnhancedSyntax : public EnhancedCt, public testing::WithParamInterface<const char*> {};

TEST_P(EnhancedSyntax, GivesTheSameVoxels) {
  const std::string command = GetParam();
  if (!runs("command -v " + command.substr(0, command.find(' '))))
    GTEST_SKIP() << command << " is not installed";
  write();
  const auto converted = folder.path() / "converted.dcm";
  ASSERT_TRUE(runs(command + " " + enhanced.string() + " " + converted.string()));
  expect_same(read_ct(converted), read_ct(folder.path() / "single"));
}

INSTANTIATE_TEST_SUITE_P(All, EnhancedSyntax,
                         testing::Values("dcmconv +ti", "dcmconv +tb", "dcmconv +td", "dcmcrle", "dcmcjpeg +e1 -ot",
                                         "dcmcjpeg +el +ot", "dcmcjpls +el", "gdcmconv --j2k", "gdcmconv --jpeg",
                                         "gdcmconv --rle"));

TEST_F(EnhancedCt, FragmentsAreJoinedWithAndWithoutAnOffsetTable) {
  for (const std::string command : {"dcmcjpeg +e1", "dcmcjpls +el", "gdcmconv --j2k"})
    for (const bool with_table : {false, true}) {
      if (!runs("command -v " + command.substr(0, command.find(' '))))
        GTEST_SKIP() << command << " is not installed";
      write();
      ASSERT_TRUE(runs(command + " " + enhanced.string() + " " + enhanced.string()));
      edit([&](DcmDataset& dataset) { split_fragments(dataset, with_table); });
      expect_same(read_ct(enhanced), read_ct(folder.path() / "single"));
    }
}
