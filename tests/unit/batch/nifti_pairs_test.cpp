// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/nifti_pairs.h"

#include "support/dicom_scan.h"

#include <fstream>
#include <gtest/gtest.h>

namespace osteocalc::batch {
namespace {

using Paths = std::vector<std::filesystem::path>;

TEST(NiftiPairs, LabelsOfAnImagesNameBelongToIt) {
  const Paths files{"d/a.nii.gz",      "d/a_labels.nii.gz", "d/a_labels_parts.nii.gz",
                    "d/a_labels.json", "d/b.nii",           "d/c_labels.nii"};
  const NiftiPairs pairs("d", files);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(pairs.image_of(files[i]), files[0]) << files[i];
  EXPECT_EQ(pairs.image_of(files[4]), files[4]);
  EXPECT_FALSE(pairs.image_of(files[5])); // its image is not there
  EXPECT_TRUE(NiftiPairs::is_labels(files[5]));
  EXPECT_FALSE(pairs.image_of("d/slice.dcm"));
}

TEST(NiftiPairs, PlainLabelsAreOfTheOnlyImage) {
  const Paths one{"d/ct.nii.gz", "d/labels.nii.gz", "d/labels.json"};
  EXPECT_EQ(NiftiPairs("d", one).image_of(one[1]), one[0]);
  EXPECT_EQ(NiftiPairs("d", one).image_of(one[2]), one[0]);
  const Paths two{"d/a.nii.gz", "d/b.nii.gz", "d/labels.nii.gz"};
  EXPECT_FALSE(NiftiPairs("d", two).image_of(two[2]));
}

TEST(NiftiPairs, AFolderOfMasksIsOfTheOnlyImageBesideIt) {
  const test::TemporaryFolder folder;
  const std::filesystem::path masks = folder.path() / "segmentations";
  std::filesystem::create_directories(masks);
  std::ofstream(folder.path() / "ct.nii.gz").flush();
  const Paths files{masks / "aorta.nii.gz"};
  EXPECT_EQ(NiftiPairs(masks, files).image_of(files[0]), folder.path() / "ct.nii.gz");
  std::ofstream(folder.path() / "other.nii.gz").flush();
  EXPECT_FALSE(NiftiPairs(masks, files).image_of(files[0]));
}

TEST(NiftiPairs, TheNearestLabelsArePassedOn) {
  const Paths all{"s/segmentations/aorta.nii.gz", "s/labels.nii.gz", "s/ct_labels_parts.nii.gz", "s/ct_labels.json",
                  "s/ct_labels.nii.gz"};
  EXPECT_EQ(preferred_labels(all), std::filesystem::path("s/ct_labels.nii.gz"));
  EXPECT_EQ(preferred_labels(Paths(all.begin(), all.begin() + 2)), std::filesystem::path("s/labels.nii.gz"));
  EXPECT_EQ(preferred_labels(Paths(all.begin(), all.begin() + 1)), std::filesystem::path("s/segmentations"));
  EXPECT_FALSE(preferred_labels(Paths{}));
}

} // namespace
} // namespace osteocalc::batch
