// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/nifti_file.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "support/dicom_scan.h"
#include "support/raw_nifti.h"

#include <itkNiftiImageIO.h>

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

using namespace osteocalc;
using namespace osteocalc::io;
using namespace osteocalc::test;

namespace {

class NiftiFile : public testing::Test {
 protected:
  [[nodiscard]] std::vector<double> values() const {
    NiftiReader reader(file);
    std::vector<double> all;
    for (int z = 0; z < reader.geometry().size[2]; ++z) {
      const auto slice = reader.next_slice();
      all.insert(all.end(), slice.begin(), slice.end());
    }
    return all;
  }
  void write(const Volume<std::int16_t>& volume) const {
    write_nifti_file(file, volume.geometry(), NiftiType::Int16, std::as_bytes(volume.voxels()));
  }
  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "image.nii.gz";
};

/// Axes of a grid turned about all three directions, mirrored or not.
std::vector<VolumeGeometry> turned_grids() {
  std::vector<VolumeGeometry> grids;
  for (const double turn : {0.0, 0.3, 1.9, 3.0}) // radians; beyond 2.1 the quaternion's real part is not the largest
    for (const bool mirrored : {false, true}) {
      const double c = std::cos(turn), s = std::sin(turn), c2 = std::cos(2 * turn), s2 = std::sin(2 * turn);
      VolumeGeometry grid = small_scan().geometry();
      grid.axes = {{{c, s * c2, s * s2}, {-s, c * c2, c * s2}, {0, -s2, c2}}};
      if (mirrored)
        grid.axes[2] = -1.0 * grid.axes[2];
      grids.push_back(grid);
    }
  return grids;
}

void clear_sform_code(const std::filesystem::path& file) {
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(254);
  out.write("\0\0", 2);
}

} // namespace

TEST_F(NiftiFile, AnotherReaderFindsTheSameGridByEitherTransform) {
  file = folder.path() / "image.nii";
  for (const VolumeGeometry& grid : turned_grids())
    for (const bool qform_only : {false, true}) { // we prefer the sform; ITK rejects rounded ones that stand alone
      Volume<std::int16_t> volume = small_scan();
      volume.set_geometry(grid);
      write(volume);
      if (qform_only)
        clear_sform_code(file);
      auto other = itk::NiftiImageIO::New();
      other->SetFileName(file.string());
      other->ReadImageInformation();
      for (unsigned axis = 0; axis < 3; ++axis) {
        EXPECT_NEAR(other->GetSpacing(axis), grid.spacing_mm[axis], 1e-5);
        EXPECT_NEAR(other->GetOrigin(axis), grid.origin_mm[axis], 1e-4);
        for (unsigned part = 0; part < 3; ++part)
          EXPECT_NEAR(other->GetDirection(axis)[part], grid.axes[axis][part], 1e-5) << qform_only;
      }
      EXPECT_TRUE(same_grid(NiftiReader(file).geometry(), grid, 1e-3)) << qform_only;
    }
}

TEST_F(NiftiFile, AShearedGridIsWrittenBySformAlone) {
  Volume<std::int16_t> volume = small_scan();
  VolumeGeometry sheared = volume.geometry();
  sheared.axes[2] = {0, 0.2, 1};
  volume.set_geometry(sheared);
  write(volume);
  EXPECT_TRUE(same_grid(NiftiReader(file).geometry(), sheared, 1e-3));
}

TEST_F(NiftiFile, TheOtherByteOrderIsRead) {
  RawNifti nifti;
  std::vector<std::int16_t> voxels(24);
  std::iota(voxels.begin(), voxels.end(), std::int16_t{-700});
  const std::vector<double> expected(voxels.begin(), voxels.end());
  nifti.write(file, voxels);
  EXPECT_EQ(values(), expected);
  for (std::int16_t& voxel : voxels)
    voxel = static_cast<std::int16_t>(voxel << 8 | (voxel >> 8 & 0xFF));
  nifti.swapped = true;
  nifti.write(file, voxels);
  EXPECT_EQ(values(), expected);
}

TEST_F(NiftiFile, EveryTruncationIsAnError) {
  for (const char* name : {"image.nii", "image.nii.gz"}) {
    file = folder.path() / name;
    write(small_scan());
    for (auto left = std::filesystem::file_size(file); left-- > 0; left -= std::min<std::uintmax_t>(left, 10)) {
      std::filesystem::resize_file(file, left);
      EXPECT_THROW(static_cast<void>(values()), IoError) << name << " " << left;
    }
  }
}

TEST_F(NiftiFile, AWrongChecksumIsAnError) {
  write(small_scan());
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(std::filesystem::file_size(file)) - 8);
  out.write("\x12\x34", 2);
  out.close();
  EXPECT_THROW(static_cast<void>(values()), IoError);
}

TEST_F(NiftiFile, ImpossibleHeadersAreErrors) {
  const std::vector<std::int16_t> voxels(24);
  RawNifti nifti;
  nifti.dimensions = {3, 4, 0, 2};
  nifti.write(file, voxels);
  EXPECT_THROW(NiftiReader{file}, IoError);
  nifti.dimensions = {9, 4, 3, 2};
  nifti.write(file, voxels);
  EXPECT_THROW(NiftiReader{file}, IoError);
  nifti = {};
  nifti.datatype = 128; // RGB
  nifti.write(file, voxels);
  EXPECT_THROW(NiftiReader{file}, IoError);
  nifti = {};
  nifti.srow[1] = {0, 0, 0, 20};
  nifti.write(file, voxels);
  EXPECT_THROW(NiftiReader{file}, GeometryError);
  nifti.srow[1] = {2, 0, 0, 20}; // y lies along x
  nifti.srow[0] = {0, 3, 0, 20};
  nifti.srow[2] = {2, 3, 0, 20};
  nifti.write(file, voxels);
  EXPECT_THROW(NiftiReader{file}, GeometryError);
}

TEST_F(NiftiFile, AHeaderThatPromisesMoreThanTheFileCanHoldIsAnErrorAtOnce) {
  RawNifti raw;
  raw.dimensions = {3, 30000, 30000, 2};
  raw.write(file, std::vector<std::byte>(1000));
  EXPECT_THROW(NiftiReader reader(file), IoError);
  // Found by fuzzing: the place of the first voxel, far beyond the end.
  RawNifti().write(file, std::vector<std::byte>(48));
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  const float offset = 9.2e7F;
  out.seekp(108).write(reinterpret_cast<const char*>(&offset), sizeof offset);
  out.close();
  EXPECT_THROW(NiftiReader reader(file), IoError);
}

TEST_F(NiftiFile, TheSameVolumeGivesTheSameBytes) {
  write(small_scan());
  const std::string first = sha256_hex_of_file(file);
  write(small_scan());
  EXPECT_EQ(sha256_hex_of_file(file), first);
}
