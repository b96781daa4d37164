// SPDX-License-Identifier: Apache-2.0
// Files that were damaged or made to harm: what a reader must survive, in bounded memory and time.
#include "osteocalc/core/error.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/dicom_file.h"
#include "osteocalc/io/dicomdir.h"
#include "osteocalc/io/dxa_image.h"
#include "osteocalc/io/dxa_results.h"
#include "support/dicom_scan.h"

#include <gtest/gtest.h>

#include <array>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <zlib.h>

using namespace osteocalc;
using namespace osteocalc::io;
using namespace osteocalc::test;

namespace {

using namespace std::string_literals;

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_text(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string little_endian(std::uint32_t value) {
  std::string bytes;
  for (int i = 0; i < 4; ++i, value >>= 8U)
    bytes.push_back(static_cast<char>(value & 255U));
  return bytes;
}

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

class HostileDicom : public testing::Test {
 protected:
  /// Bytes of the file up to its pixel element, and from there.
  [[nodiscard]] std::array<std::string, 2> around_pixels() const {
    const std::string bytes = read_text(file);
    const std::size_t at = bytes.find("\xE0\x7F\x10\x00"s);
    return {bytes.substr(0, at), bytes.substr(at)};
  }
  [[nodiscard]] DicomHeader header() const { return read_dicom_headers(file).at(0); }
  [[nodiscard]] std::string failure() const {
    try {
      static_cast<void>(read_ct(file));
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  }
  TemporaryFolder folder;
  std::filesystem::path file = write_dicom_ct(small_scan(1), folder.path()).front();
};

} // namespace

TEST_F(HostileDicom, SequencesMayNestAsScannersDoButNotToTheEndOfTheStack) {
  const auto [head, pixels] = around_pixels();
  const std::string begin = "\x77\x77\x10\x00SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF"s;
  const std::string end = "\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0"s;
  for (const int levels : {20, 100000}) {
    std::string nested;
    for (int i = 0; i < levels; ++i)
      nested += begin;
    for (int i = 0; i < levels; ++i)
      nested += end;
    write_text(file, head + nested + pixels);
    EXPECT_EQ(header().problem.empty(), levels == 20) << header().problem;
  }
}

TEST_F(HostileDicom, NoReaderOfWholeFilesFollowsNestingToTheEndOfTheStack) {
  const auto [head, pixels] = around_pixels();
  std::string nested = head;
  for (int i = 0; i < 100000; ++i)
    nested += "\x77\x77\x10\x00SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\x00\xE0\xFF\xFF\xFF\xFF"s;
  write_text(file, nested);
  EXPECT_THROW(static_cast<void>(read_dicomdir(file)), DicomError);
  EXPECT_THROW(static_cast<void>(read_dxa_image({file})), DicomError);
  EXPECT_FALSE(read_dxa_sr(file));
}

// Found by fuzzing: the parser believes the length, and a text of that length was made of it.
TEST_F(HostileDicom, ALengthBeyondTheFileTakesNoMemory) {
  ASSERT_TRUE(runs("dcmconv +ti " + file.string() + " " + file.string()));
  std::string bytes = read_text(file);
  const std::size_t manufacturer = bytes.find("\x08\x00\x70\x00"s);
  ASSERT_NE(manufacturer, std::string::npos);
  bytes.replace(manufacturer + 4, 4, little_endian(0x7FFFFFF0));
  write_text(file, bytes);
  const double before_mb = peak_mb();
  EXPECT_FALSE(header().pixels.complete);
  EXPECT_NE(failure(), "none");
  EXPECT_LT(peak_mb() - before_mb, 100);
}

TEST_F(HostileDicom, ADeflatedBombIsNotInflated) {
  ASSERT_TRUE(runs("dcmconv +td " + file.string() + " " + file.string()));
  const std::string meta = read_text(file).substr(0, 400);
  std::uint32_t group_length = 0;
  for (std::size_t i = 4; i-- > 0;)
    group_length = group_length << 8U | static_cast<unsigned char>(meta[140 + i]);
  // (0008,0008) UN with a value of 1.5 GB of zeros, deflated a thousandfold.
  const std::string element = "\x08\x00\x08\x00UN\0\0"s + little_endian(1500U << 20U);
  std::string deflated(4U << 20U, '\0');
  z_stream stream{};
  ASSERT_EQ(deflateInit2(&stream, 1, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_out = reinterpret_cast<Bytef*>(deflated.data());
  stream.avail_out = static_cast<uInt>(deflated.size());
  const auto push = [&](const std::string& part, int flush) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
    stream.avail_in = static_cast<uInt>(part.size());
    deflate(&stream, flush);
  };
  push(element, Z_NO_FLUSH);
  const std::string zeros(16U << 20U, '\0');
  for (int i = 0; i < 10; ++i)
    push(zeros, Z_NO_FLUSH);
  push({}, Z_FINISH);
  deflated.resize(stream.total_out);
  deflateEnd(&stream);
  write_text(file, meta.substr(0, 144 + group_length) + deflated);
  const double before_mb = peak_mb();
  EXPECT_NE(failure(), "none");
  EXPECT_LT(peak_mb() - before_mb, 100);
}

TEST_F(HostileDicom, ACodeStreamOfAnotherSizeIsRefusedBeforeItIsDecoded) {
  for (const std::string command : {"dcmcjpeg +e1", "dcmcjpls +el", "gdcmconv --j2k"}) {
    write_dicom_ct(small_scan(1), folder.path());
    ASSERT_TRUE(runs(command + " " + file.string() + " " + file.string()));
    edit_dicom(file, [](DcmDataset& dataset) { dataset.putAndInsertUint16(DCM_Rows, 13); });
    EXPECT_EQ(failure().substr(0, 53), "slice_0001.dcm has pixels that do not match its size ") << command;
  }
}

TEST_F(HostileDicom, AMarkerThatDcmtkStandsStillAtIsRefused) {
  ASSERT_TRUE(runs("dcmcjpeg +e1 " + file.string() + " " + file.string()));
  std::string bytes = read_text(file);
  const std::size_t start = bytes.find("\xFF\xD8\xFF"s, bytes.find("\xE0\x7F\x10\x00"s));
  bytes.replace(start + 2, 2, "\xFF\x01"s); // TEM
  write_text(file, bytes);
  EXPECT_EQ(failure().substr(0, 38), "slice_0001.dcm cannot be decoded from ");
}

TEST_F(HostileDicom, HugeDimensionsWithoutThePixelsAreAMessage) {
  edit_dicom(file, [](DcmDataset& dataset) {
    dataset.putAndInsertUint16(DCM_Rows, 65535);
    dataset.putAndInsertUint16(DCM_Columns, 65535);
  });
  ReadOptions options;
  options.memory_bytes = 1U << 30U;
  EXPECT_THROW(static_cast<void>(read_ct(file, options)), Refusal);
}

TEST_F(HostileDicom, AWrongTypeOfANumberIsReadAllTheSame) {
  std::string bytes = read_text(file);
  const std::size_t rows = bytes.find("\x28\x00\x10\x00US"s);
  bytes.replace(rows + 4, 2, "SS");
  write_text(file, bytes);
  EXPECT_EQ(header().pixels.rows, 12);
}

TEST_F(HostileDicom, ElementsInReverseOrderDoNotTakeForEver) {
  const auto [head, pixels] = around_pixels();
  std::string reversed;
  for (int group = 0x5001; group >= 0x4001; group -= 2)
    for (int element = 0x10FF; element >= 0x1000; --element)
      reversed += std::string{static_cast<char>(group), static_cast<char>(group >> 8), static_cast<char>(element),
                              static_cast<char>(element >> 8)} +
                  "LO\0\0"s;
  write_text(file, head + reversed + pixels);
  const std::clock_t start = std::clock();
  static_cast<void>(read_dicom_headers(file));
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 5);
}
