// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dicom_ct_writer.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/io/ct_reader.h"
#include "support/dicom_scan.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace osteocalc;
using namespace osteocalc::io;
using namespace osteocalc::test;

TEST(DicomCtWriter, TheSameSeedGivesTheSameBytes) {
  const TemporaryFolder a, b, c;
  const auto scan = small_scan();
  const auto first = write_dicom_ct(scan, a.path());
  CtSeriesOptions single;
  single.parallel.threads = 1;
  const auto second = write_dicom_ct(scan, b.path(), single);
  single.uid_seed = std::string("another");
  const auto third = write_dicom_ct(scan, c.path(), single);
  ASSERT_EQ(first.size(), 5U);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(sha256_hex_of_file(first[i]), sha256_hex_of_file(second[i]));
    EXPECT_NE(sha256_hex_of_file(first[i]), sha256_hex_of_file(third[i]));
  }
}

TEST(DicomCtWriter, SlopeAndInterceptAreUndoneOnReading) {
  const TemporaryFolder folder;
  const auto scan = small_scan();
  CtSeriesOptions options;
  options.slope = 0.5;
  options.intercept = -1000.5;
  write_dicom_ct(scan, folder.path(), options);
  EXPECT_TRUE(std::ranges::equal(read_ct(folder.path()).hu.voxels(), scan.voxels()));
}

TEST(DicomCtWriter, ValuesOutsideSixteenBitsAreAnError) {
  const TemporaryFolder folder;
  Volume<std::int16_t> scan = small_scan();
  scan(0, 0, 0) = 32000;
  EXPECT_THROW(write_dicom_ct(scan, folder.path()), ConfigError);
}

TEST(DicomCtWriter, ContrastAndThicknessAreWritten) {
  const TemporaryFolder folder;
  CtSeriesOptions options;
  options.contrast_agent = "IOHEXOL";
  options.nominal_thickness_mm = 3.0;
  options.kvp_kv = std::nullopt;
  write_dicom_ct(small_scan(), folder.path(), options);
  const CtImage image = read_ct(folder.path());
  EXPECT_TRUE(image.acquisition.contrast_hint);
  EXPECT_EQ(image.acquisition.nominal_thickness_mm, 3.0);
  EXPECT_EQ(image.acquisition.kvp_kv, std::nullopt);
}

TEST(DicomCtWriter, AValidatorFindsNoError) {
  if (!runs("command -v dciodvfy"))
    GTEST_SKIP() << "dciodvfy (dicom3tools) is not installed";
  const TemporaryFolder folder;
  CtSeriesOptions options;
  options.age_years = 60;
  options.sex = Sex::Male;
  const auto files = write_dicom_ct(small_scan(), folder.path(), options);
  EXPECT_FALSE(runs(std::string("dciodvfy ").append(files[0].string()).append(" 2>&1 | grep ^Error")));
}
