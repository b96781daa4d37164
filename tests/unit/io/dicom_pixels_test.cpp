// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicom_file.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/io/ct_reader.h"
#include "support/dicom_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace osteocalc;
using namespace osteocalc::io;
using namespace osteocalc::test;

namespace {

struct Stored {
  int bits_stored = 16, high_bit = 15;
  bool is_signed = false;
  std::string slope = "1", intercept = "-1024";
  std::optional<std::uint16_t> padding = {}, padding_limit = {};
};

/// HU that the reader makes of stored values under a pixel layout.
std::vector<std::int16_t> hu_of(const std::vector<Uint16>& values, const Stored& as) {
  const TemporaryFolder folder;
  VolumeGeometry grid;
  grid.size = {static_cast<int>(values.size()), 1, 1};
  const auto file = write_dicom_ct(Volume<std::int16_t>(grid, 0), folder.path()).front();
  edit_dicom(file, [&](DcmDataset& dataset) {
    dataset.putAndInsertUint16(DCM_BitsStored, static_cast<Uint16>(as.bits_stored));
    dataset.putAndInsertUint16(DCM_HighBit, static_cast<Uint16>(as.high_bit));
    dataset.putAndInsertUint16(DCM_PixelRepresentation, as.is_signed ? 1 : 0);
    dataset.putAndInsertString(DCM_RescaleSlope, as.slope.c_str());
    dataset.putAndInsertString(DCM_RescaleIntercept, as.intercept.c_str());
    if (as.padding && as.is_signed)
      dataset.putAndInsertSint16(DCM_PixelPaddingValue, static_cast<Sint16>(*as.padding));
    else if (as.padding)
      dataset.putAndInsertUint16(DCM_PixelPaddingValue, *as.padding);
    if (as.padding_limit)
      dataset.putAndInsertUint16(DCM_PixelPaddingRangeLimit, *as.padding_limit);
    dataset.putAndInsertUint16Array(DCM_PixelData, values.data(), static_cast<unsigned long>(values.size()));
  });
  Volume<std::int16_t> hu(grid);
  read_slice_hu(read_dicom_headers(file).at(0), hu.slice(0), InputHash::Skip);
  return {hu.voxels().begin(), hu.voxels().end()};
}

using Hus = std::vector<std::int16_t>;

} // namespace

TEST(DicomPixels, SignedAndUnsignedAreToldApart) {
  EXPECT_EQ(hu_of({0xFFFF, 0, 2000}, {16, 15, true, "1", "0", {}}), (Hus{-1, 0, 2000}));
  EXPECT_EQ(hu_of({0, 1024, 33791, 65535}, {}), (Hus{-1024, 0, 32767, 32767}));
  EXPECT_EQ(hu_of({0x8000, 0x7FFF}, {16, 15, true, "1", "-1024", {}}), (Hus{-32768, 31743}));
  EXPECT_EQ(hu_of({0x8000, 0x7FFF}, {16, 15, true, "1", "1024", {}}), (Hus{-31744, 32767}));
}

TEST(DicomPixels, TwelveBitsLeaveTheOtherFourToOverlays) {
  EXPECT_EQ(hu_of({0xF400, 0x0FFF}, {12, 11, false, "1", "-1024", {}}), (Hus{0, 3071}));
  EXPECT_EQ(hu_of({0x0FFF, 0x5800}, {12, 11, true, "1", "0", {}}), (Hus{-1, -2048}));
  EXPECT_EQ(hu_of({0x4005}, {12, 15, false, "1", "0", {}}), (Hus{0x400}));
}

TEST(DicomPixels, FractionsAreRoundedDown) {
  // 0.1 * 1300 is 130.00000000000001 or 129.99999999999997 depending on rounding: it stands for 130.
  EXPECT_EQ(hu_of({1300, 1299, 1309}, {16, 15, true, "0.1", "0", {}}), (Hus{130, 129, 130}));
  EXPECT_EQ(hu_of({100}, {16, 15, true, "1", "29.5", {}}), (Hus{129}));
  EXPECT_EQ(hu_of({0xFFFF}, {16, 15, true, "1", "0.5", {}}), (Hus{-1}));
  EXPECT_EQ(hu_of({40000}, {16, 15, false, "2", "-1024", {}}), (Hus{32767}));
}

TEST(DicomPixels, PaddingOutsideTheScaleBecomesAir) {
  const auto minus_2000 = static_cast<std::uint16_t>(-2000);
  EXPECT_EQ(hu_of({minus_2000, 1024, 0}, {16, 15, true, "1", "-1024", minus_2000}), (Hus{-1024, 0, -1024}));
  EXPECT_EQ(hu_of({63536, 1024}, {16, 15, false, "1", "-1024", std::uint16_t{63536}}), (Hus{-1024, 0}));
  EXPECT_EQ(hu_of({63536, 1024}, {16, 15, false, "0.5", "-512", std::uint16_t{63536}}), (Hus{-1024, 0}));
  // A padding value within the scale cannot be told from a pixel: it stays what its HU says.
  EXPECT_EQ(hu_of({0, 1224}, {16, 15, false, "1", "-1024", std::uint16_t{1224}}), (Hus{-1024, 200}));
}

TEST(DicomPixels, PaddingMayBeARange) {
  const Stored as{16, 15, false, "1", "-1024", std::uint16_t{30000}, std::uint16_t{30010}};
  EXPECT_EQ(hu_of({30000, 30005, 30010, 29999, 1024}, as), (Hus{-1024, -1024, -1024, 28975, 0}));
  const auto minus = [](int value) { return static_cast<std::uint16_t>(-value); };
  const Stored below{16, 15, true, "1", "0", minus(3000), minus(2000)};
  EXPECT_EQ(hu_of({minus(3000), minus(2500), minus(2000), minus(1999), minus(3001)}, below),
            (Hus{-1024, -1024, -1024, -1999, -3001}));
}

TEST(DicomPixels, AnImpossibleLayoutIsAnError) {
  EXPECT_THROW(static_cast<void>(hu_of({0}, {0, 15, false, "1", "0", {}})), DicomError);
  EXPECT_THROW(static_cast<void>(hu_of({0}, {12, 3, false, "1", "0", {}})), DicomError);
  EXPECT_THROW(static_cast<void>(hu_of({0}, {16, 99, false, "1", "0", {}})), DicomError);
}

/// A converter of transfer syntaxes, as a command before the names of the input and the output file.
class TransferSyntax : public testing::TestWithParam<const char*> {};

TEST_P(TransferSyntax, GivesTheSameVoxels) {
  const std::string command = GetParam();
  if (!runs("command -v " + command.substr(0, command.find(' '))))
    GTEST_SKIP() << command << " is not installed";
  const TemporaryFolder folder;
  Volume<std::int16_t> scan = small_scan(3);
  VolumeGeometry grid = scan.geometry();
  grid.size = {64, 64, 3};
  scan = Volume<std::int16_t>(grid);
  std::uint32_t state = 1;
  for (std::int16_t& hu : scan.voxels()) {
    state = state * 1664525U + 1013904223U;
    hu = static_cast<std::int16_t>(static_cast<int>(state >> 20U) - 1024); // -1024 .. 3071
  }
  std::string hashes;
  for (const auto& file : write_dicom_ct(scan, folder.path() / "raw")) {
    std::filesystem::create_directories(folder.path() / "out");
    const auto converted = folder.path() / "out" / file.filename();
    ASSERT_TRUE(runs(command + " " + file.string() + " " + converted.string()));
    hashes += sha256_hex_of_file(converted);
  }
  const CtImage image = read_ct(folder.path() / "out", {{2}, "", true});
  EXPECT_TRUE(std::ranges::equal(image.hu.voxels(), scan.voxels()));
  EXPECT_EQ(image.inputs_sha256, sha256_hex(hashes));
  EXPECT_TRUE(image.issues.empty());
}

INSTANTIATE_TEST_SUITE_P(All, TransferSyntax,
                         testing::Values("dcmconv +ti", "dcmconv +te", "dcmconv +tb", "dcmconv +td", "dcmcrle",
                                         "dcmcjpeg +e1", "dcmcjpeg +el", "dcmcjpls +el", "gdcmconv --j2k",
                                         "gdcmconv --jpeg", "gdcmconv --jpegls", "gdcmconv --rle"));

TEST(DicomPixels, ADamagedCompressedSliceIsAMissingSlice) {
  for (const std::string command : {"dcmcjpeg +e1", "dcmcjpls +el", "gdcmconv --j2k"}) {
    if (!runs("command -v " + command.substr(0, command.find(' '))))
      GTEST_SKIP() << command << " is not installed";
    const TemporaryFolder folder;
    for (const auto& file : write_dicom_ct(small_scan(), folder.path()))
      ASSERT_TRUE(runs(command + " " + file.string() + " " + file.string()));
    const auto damaged = folder.path() / "slice_0003.dcm";
    std::filesystem::resize_file(damaged, std::filesystem::file_size(damaged) - 150);
    const CtImage image = read_ct(folder.path());
    EXPECT_EQ(image.hu(0, 0, 2), -1024) << command;
    EXPECT_EQ(image.hu(0, 0, 3), small_scan()(0, 0, 3)) << command;
    EXPECT_TRUE(has_rule(image.issues, "IO-UNREADABLE-SLICE")) << command;
  }
}

namespace {

class StoredScan : public testing::Test {
 protected:
  /// Changes every slice of a written scan and reads it.
  template <class Edit>
  CtImage read_after(const Edit& edit) {
    edit_all(write_dicom_ct(scan, folder.path()), edit);
    return read_ct(folder.path());
  }
  [[nodiscard]] std::string failure() {
    try {
      static_cast<void>(read_ct(folder.path()));
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  }
  TemporaryFolder folder;
  Volume<std::int16_t> scan = small_scan();
};

} // namespace

TEST_F(StoredScan, EightBitsAllocatedAreReadAndFlagged) {
  std::uint8_t first = 0;
  const CtImage image = read_after([&](DcmDataset& dataset) {
    std::vector<Uint8> pixels(16 * 12);
    std::iota(pixels.begin(), pixels.end(), first++);
    for (const DcmTagKey& tag : {DCM_BitsAllocated, DCM_BitsStored})
      dataset.putAndInsertUint16(tag, 8);
    dataset.putAndInsertUint16(DCM_HighBit, 7);
    dataset.putAndInsertUint16(DCM_PixelRepresentation, 0);
    dataset.putAndInsertString(DCM_RescaleSlope, "16");
    dataset.putAndInsertString(DCM_RescaleIntercept, "-1024");
    dataset.putAndInsertUint8Array(DCM_PixelData, pixels.data(), pixels.size());
  });
  EXPECT_EQ(image.hu(0, 0, 0), -1024);
  EXPECT_EQ(image.hu(3, 2, 4), 16 * (4 + 2 * 16 + 3) - 1024);
  EXPECT_TRUE(has_rule(image.issues, "IO-FEW-BITS"));
}

TEST_F(StoredScan, EightBitsMayBeBytesOrWordsInBigEndian) {
  for (const bool as_words : {false, true}) {
    const CtImage written = read_after([&](DcmDataset& dataset) {
      std::vector<Uint16> pixels(16 * 12 / 2); // the first pixel is the lower byte of the first word
      for (std::size_t i = 0; i < pixels.size(); ++i)
        pixels[i] = static_cast<Uint16>(2 * i | (2 * i + 1) << 8U);
      for (const DcmTagKey& tag : {DCM_BitsAllocated, DCM_BitsStored})
        dataset.putAndInsertUint16(tag, 8);
      dataset.putAndInsertUint16(DCM_HighBit, 7);
      dataset.putAndInsertUint16(DCM_PixelRepresentation, 0);
      if (as_words)
        dataset.putAndInsertUint16Array(DCM_PixelData, pixels.data(), pixels.size());
      else
        dataset.putAndInsertUint8Array(DCM_PixelData, reinterpret_cast<const Uint8*>(pixels.data()), 16 * 12);
    });
    for (const auto& file : std::filesystem::directory_iterator(folder.path()))
      ASSERT_TRUE(runs("dcmconv +tb " + file.path().string() + " " + file.path().string()));
    const CtImage big_endian = read_ct(folder.path());
    EXPECT_EQ(written.hu(7, 0, 0), 7 + written.hu(0, 0, 0)) << as_words;
    EXPECT_TRUE(std::ranges::equal(big_endian.hu.voxels(), written.hu.voxels())) << as_words;
  }
}

TEST_F(StoredScan, Monochrome1DoesNotInvertHounsfieldUnits) {
  const CtImage image =
      read_after([](DcmDataset& dataset) { dataset.putAndInsertString(DCM_PhotometricInterpretation, "MONOCHROME1"); });
  EXPECT_TRUE(std::ranges::equal(image.hu.voxels(), scan.voxels()));
  EXPECT_TRUE(has_rule(image.issues, "IO-MONOCHROME1"));
}

TEST_F(StoredScan, WideAndFloatingPixelsAreRefusedByName) {
  edit_all(write_dicom_ct(scan, folder.path()), [](DcmDataset& dataset) {
    const std::vector<Uint8> pixels(16 * 12 * 4);
    dataset.putAndInsertUint16(DCM_BitsAllocated, 32);
    dataset.putAndInsertUint8Array(DCM_PixelData, pixels.data(), pixels.size());
  });
  EXPECT_NE(failure().find("slice_0001.dcm has pixels of 32 bits"), std::string::npos) << failure();
  edit_all(write_dicom_ct(scan, folder.path()), [](DcmDataset& dataset) {
    const std::vector<Float32> pixels(16 * 12);
    dataset.findAndDeleteElement(DCM_PixelData);
    dataset.putAndInsertUint16(DCM_BitsAllocated, 32);
    dataset.putAndInsertFloat32Array(DCM_FloatPixelData, pixels.data(), pixels.size());
  });
  EXPECT_NE(failure().find("floating-point"), std::string::npos) << failure();
}

TEST_F(StoredScan, AVolumeBeyondTheMemoryBudgetIsRefused) {
  write_dicom_ct(scan, folder.path());
  ReadOptions options;
  options.memory_bytes = voxel_count(scan.geometry()) * 2;
  EXPECT_NO_THROW(static_cast<void>(read_ct(folder.path(), options)));
  options.memory_bytes -= 1;
  EXPECT_THROW(static_cast<void>(read_ct(folder.path(), options)), Refusal);
}

/// A lossy converter and how far, in HU, its smooth image may be from the source.
struct Lossy {
  const char* command;
  int tolerance_hu;
};
class LossySyntax : public testing::TestWithParam<Lossy> {};

TEST_P(LossySyntax, IsReadAndFlagged) {
  const auto& [command, tolerance_hu] = GetParam();
  if (!runs("command -v " + std::string(command).substr(0, std::string(command).find(' '))))
    GTEST_SKIP() << command << " is not installed";
  const TemporaryFolder folder;
  VolumeGeometry grid;
  grid.size = {64, 64, 2};
  Volume<std::int16_t> scan(grid);
  for (int z = 0; z < 2; ++z)
    for (int y = 0; y < 64; ++y)
      for (int x = 0; x < 64; ++x)
        scan(x, y, z) = static_cast<std::int16_t>(1000 * std::sin(0.1 * x) * std::cos(0.05 * y + z));
  std::filesystem::create_directories(folder.path() / "out");
  for (const auto& file : write_dicom_ct(scan, folder.path() / "raw")) {
    edit_dicom(file, [](DcmDataset& dataset) { // 12 bits: JPEG extended takes no more
      dataset.putAndInsertUint16(DCM_BitsStored, 12);
      dataset.putAndInsertUint16(DCM_HighBit, 11);
      dataset.putAndInsertUint16(DCM_PixelRepresentation, 0);
    });
    ASSERT_TRUE(
        runs(std::string(command) + " " + file.string() + " " + (folder.path() / "out" / file.filename()).string()));
  }
  const CtImage image = read_ct(folder.path() / "out");
  int worst = 0;
  for (std::size_t i = 0; i < scan.voxels().size(); ++i)
    worst = std::max(worst, std::abs(image.hu.voxels()[i] - scan.voxels()[i]));
  EXPECT_LE(worst, tolerance_hu);
  EXPECT_TRUE(has_rule(image.issues, "IO-LOSSY"));
}

INSTANTIATE_TEST_SUITE_P(All, LossySyntax,
                         testing::Values(Lossy{"dcmcjpeg +ee", 30}, Lossy{"dcmcjpeg +eb", 30},
                                         Lossy{"dcmcjpls +en +md 3", 3}, Lossy{"gdcmconv --j2k --lossy -r 4", 30}));
