// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/ct_reader.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/nifti.h"
#include "support/dicom_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

using namespace osteocalc;
using namespace osteocalc::io;
using namespace osteocalc::test;

TEST(CtReader, AFolderAFileAndANiftiGiveTheSameScan) {
  const TemporaryFolder folder;
  const auto scan = small_scan();
  write_dicom_ct(scan, folder.path() / "deep" / "er");
  write_nifti(scan, folder.path() / "scan.nii.gz");
  std::filesystem::rename(folder.path() / "scan.nii.gz", folder.path() / "scan.NII.GZ");
  const CtImage from_dicom = read_ct(folder.path() / "deep");
  const CtImage from_nifti = read_ct(folder.path() / "scan.NII.GZ");
  EXPECT_TRUE(std::ranges::equal(from_dicom.hu.voxels(), scan.voxels()));
  EXPECT_TRUE(std::ranges::equal(from_nifti.hu.voxels(), scan.voxels()));
  EXPECT_TRUE(same_grid(from_dicom.hu.geometry(), from_nifti.hu.geometry()));
  EXPECT_EQ(read_ct(folder.path() / "deep" / "er" / "slice_0002.dcm").hu.size(2), 1);
}

TEST(CtReader, WhatIsNotThereIsAnError) {
  EXPECT_THROW(static_cast<void>(read_ct("/no/such/path")), IoError);
  EXPECT_THROW(static_cast<void>(files_below("/no/such/path")), IoError);
}

TEST(CtReader, FilesBelowAreSorted) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "b");
  for (const char* name : {"c", "b/z", "b/a", "a"})
    std::ofstream(folder.path() / name) << name;
  const auto files = files_below(folder.path());
  ASSERT_EQ(files.size(), 4U);
  EXPECT_TRUE(std::ranges::is_sorted(files));
}
