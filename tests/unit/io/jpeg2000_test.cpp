// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/jpeg2000.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

using osteocalc::DicomError;
using osteocalc::io::decode_jpeg2000;

// Whole files are decoded in dicom_pixels_test; here is what must fail.
TEST(Jpeg2000, NoCodeStreamIsAnError) {
  EXPECT_THROW(static_cast<void>(decode_jpeg2000({}, 16, 12)), DicomError);
  EXPECT_THROW(static_cast<void>(decode_jpeg2000(std::vector<std::uint8_t>(1000, 7), 16, 12)), DicomError);
}

TEST(Jpeg2000, AHeaderWithoutTilesIsAnError) {
  const std::vector<std::uint8_t> start{0xFF, 0x4F, 0xFF, 0x51, 0x00, 0x29, 0, 0, 0, 0};
  EXPECT_THROW(static_cast<void>(decode_jpeg2000(start, 16, 12)), DicomError);
}
