// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/image/resample.h"
#include "osteocalc/io/ct_reader.h"
#include "osteocalc/io/nifti.h"
#include "osteocalc/segmentation/aorta.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace osteocalc::segmentation {
namespace {

TEST(AortaShared, AgreesWithTheNetworksLabelsOnTheAbdomen) {
  const char* root = std::getenv("OSTEOCALC_SHARED_DATA");
  if (root == nullptr)
    GTEST_SKIP() << "OSTEOCALC_SHARED_DATA is unset: the aorta is not checked against real data";
  const std::filesystem::path folder = std::filesystem::path(root) / "totalseg_abdomen";
  const CtImage ct = io::read_ct(folder / "ct.nii.gz");
  const LabelMap reference = io::read_labels(folder / "labels_117.nii.gz");
  const Body body = find_body(ct.hu, {2});
  const AortaResult found = find_aorta(ct.hu, body, find_vertebrae(ct.hu, body, {}, {2}), {2});
  const auto labels = paint_aorta(found, ct.hu.geometry(), {2});
  const auto truth = resample_labels(reference.voxels, ct.hu.geometry(), {2});
  double both = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < labels.voxels().size(); ++i) {
    const bool ours = labels.voxels()[i] >= label::aorta_ascending, theirs = truth.voxels()[i] == label::aorta;
    both += ours && theirs ? 1.0 : 0.0;
    sum += (ours ? 1.0 : 0.0) + (theirs ? 1.0 : 0.0);
  }
  EXPECT_GE(2.0 * both / sum, 0.94);
  EXPECT_TRUE(found.bifurcation_mm);
}

} // namespace
} // namespace osteocalc::segmentation
