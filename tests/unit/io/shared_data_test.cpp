// SPDX-License-Identifier: Apache-2.0
// Real scans, where the environment variable OSTEOCALC_SHARED_DATA says they are. The expected numbers were taken from
// the same files by pydicom and nibabel.
#include "osteocalc/core/error.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/nifti.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>

using namespace osteocalc;
using namespace osteocalc::io;

namespace {

class SharedData : public testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("OSTEOCALC_SHARED_DATA") == nullptr)
      GTEST_SKIP() << "OSTEOCALC_SHARED_DATA is not set: the real scans are NOT tested";
  }
  static std::filesystem::path path(const std::string& name) {
    return std::filesystem::path(std::getenv("OSTEOCALC_SHARED_DATA")) / name;
  }
};

std::int64_t sum(const Volume<std::int16_t>& hu) {
  return std::accumulate(hu.voxels().begin(), hu.voxels().end(), std::int64_t{0});
}

struct RealScan {
  const char* folder;
  int slices;
  double increment_mm, thickness_mm;
  std::int64_t sum_hu, sum_hu_times_slice; ///< the second changes when slices are out of order
};

} // namespace

TEST_F(SharedData, RealSeriesAreReadWholeAndInOrder) {
  // The padding of bmd_rods (-2000 stored) counts as -1024 HU.
  const std::vector<RealScan> scans{
      {"lidc_chest", 92, 3.0, 1.0, -14951154163, -677000264038},
      {"nsclc_chest", 134, 3.0, 3.0, -26042952667, -1740333021978},
      {"qrm_phantom/dicom", 47, 3.0, 3.0, -10801680373, -253495271021},
      {"bmd_rods", 9, 0.625, 0.625, -2087599482, -8355216450},
      {"totalseg_abdomen/contrast_dicom", 20, 2.0, 3.0, -3272217339, -31018766989},
  };
  for (const RealScan& scan : scans) {
    const CtImage image = read_ct(path(scan.folder));
    EXPECT_EQ(image.hu.geometry().size, (std::array<int, 3>{512, 512, scan.slices})) << scan.folder;
    EXPECT_NEAR(image.hu.geometry().spacing_mm[2], scan.increment_mm, 1e-6) << scan.folder;
    EXPECT_EQ(image.acquisition.nominal_thickness_mm, scan.thickness_mm) << scan.folder;
    EXPECT_EQ(image.acquisition.kvp_kv, 120.0) << scan.folder;
    EXPECT_EQ(sum(image.hu), scan.sum_hu) << scan.folder;
    std::int64_t weighted = 0;
    for (int z = 0; z < image.hu.size(2); ++z) {
      const auto slice = image.hu.slice(z);
      weighted += z * std::accumulate(slice.data, slice.data + 512 * 512, std::int64_t{0});
    }
    EXPECT_EQ(weighted, scan.sum_hu_times_slice) << scan.folder;
    EXPECT_EQ(has_rule(image.issues, "IO-THICKNESS-INCREMENT"), scan.thickness_mm != scan.increment_mm) << scan.folder;
    for (const char* rule : {"IO-GAP", "IO-DUPLICATE", "IO-UNEVEN", "IO-TILT", "IO-UNREADABLE-SLICE"})
      EXPECT_FALSE(has_rule(image.issues, rule)) << scan.folder << " " << rule;
  }
}

TEST_F(SharedData, ANiftiScanAndItsLabelsShareAGrid) {
  const CtImage image = read_ct(path("totalseg_abdomen/ct.nii.gz"));
  EXPECT_EQ(sum(image.hu), -496851173);
  const LabelMap labels = read_labels(path("totalseg_abdomen/labels_117.nii.gz"));
  EXPECT_TRUE(same_grid(image.hu.geometry(), labels.voxels.geometry()));
  EXPECT_EQ(labels_present(labels).size(), 61U);
  EXPECT_EQ(label_boxes(labels.voxels).at(label::aorta).count, 1839U);
  EXPECT_EQ(label_boxes(labels.voxels).at(31).count, 2220U);
  EXPECT_THROW(static_cast<void>(read_labels(path("totalseg_abdomen/ct.nii.gz"))), Refusal);
  EXPECT_THROW(static_cast<void>(read_ct(path("totalseg_abdomen/labels_117.nii.gz"))), Refusal);
}

TEST_F(SharedData, NiftiLabelsLieOnTheDicomTheyWereMadeFrom) {
  const CtImage image = read_ct(path("totalseg_abdomen/contrast_dicom"));
  const LabelMap labels = read_labels(path("totalseg_abdomen/contrast_dicom_labels.nii.gz"));
  EXPECT_TRUE(same_grid(image.hu.geometry(), labels.voxels.geometry(), 0.01));
  EXPECT_EQ(label_boxes(labels.voxels).at(label::aorta).count, 11723U);
  // The aorta is full of contrast agent: on the right grid it is bright, on a flipped one it is not.
  std::int64_t total = 0;
  for (std::size_t i = 0; i < labels.voxels.voxels().size(); ++i)
    total += labels.voxels.voxels()[i] == label::aorta ? image.hu.voxels()[i] : 0;
  EXPECT_GT(total / 11723, 100);
}
