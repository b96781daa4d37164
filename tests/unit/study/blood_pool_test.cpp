// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/blood_pool.h"

#include "unit/study/aorta_scan.h"

#include <gtest/gtest.h>

namespace osteocalc::study {
namespace {

TEST(BloodPool, IsTheLumenAwayFromWallAndCalcium) {
  test::AortaScan scan(45);
  scan.plaque({-9, 0, -60}, 6, 900); // in the wall and reaching inwards
  EXPECT_EQ(measure_blood_pool(scan.image.hu, scan.labels.voxels, {}).median_hu, 45);
}

TEST(BloodPool, SeesContrast) {
  const test::AortaScan scan(280);
  EXPECT_EQ(measure_blood_pool(scan.image.hu, scan.labels.voxels, {}).median_hu, 280);
}

TEST(BloodPool, CountsLabelledSegmentsToo) {
  test::AortaScan scan(45);
  for (LabelId& id : scan.labels.voxels.voxels())
    id = id == label::aorta ? label::aorta_abdominal : id;
  EXPECT_EQ(measure_blood_pool(scan.image.hu, scan.labels.voxels, {}).median_hu, 45);
}

TEST(BloodPool, IsAbsentWithoutAnAortaOrWithoutAnInside) {
  test::AortaScan scan(45);
  const Volume<LabelId> none(scan.image.hu.geometry(), 0);
  EXPECT_FALSE(measure_blood_pool(scan.image.hu, none, {}).median_hu);
  Volume<LabelId> thread(scan.image.hu.geometry(), 0); // 6 mm wide: nowhere 4 mm within
  for (int z = 0; z < thread.size(2); ++z)
    for (int y = 18; y < 21; ++y)
      for (int x = 18; x < 21; ++x)
        thread(x, y, z) = label::aorta;
  EXPECT_FALSE(measure_blood_pool(scan.image.hu, thread, {}).median_hu);
}

TEST(ContrastPhase, FollowsTheBlood) {
  EXPECT_EQ(contrast_phase({}), bone::ContrastPhase::None); // no aorta labelled: nothing says there is contrast
  EXPECT_EQ(contrast_phase({100.0, {}, {}}), bone::ContrastPhase::None);
  EXPECT_EQ(contrast_phase({150.0, {}, {}}), bone::ContrastPhase::Later);
  EXPECT_EQ(contrast_phase({201.0, {}, {}}), bone::ContrastPhase::Arterial);
}

} // namespace
} // namespace osteocalc::study
