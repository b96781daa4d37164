// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/image/ct_image.h"
#include "osteocalc/study/study_result.h"

namespace osteocalc::test {

/// Soft tissue, 60 x 60 x 90 mm, with one lesion of 4 x 4 x 2 voxels at x, y from 10, z from 20.
inline CtImage qc_image() {
  CtImage image;
  image.hu = Volume<std::int16_t>(VolumeGeometry{{60, 60, 30}, {1, 1, 3}, {0, 0, 0}}, 40);
  for (int z = 20; z < 22; ++z)
    for (int y = 10; y < 14; ++y)
      for (int x = 10; x < 14; ++x)
        image.hu(x, y, z) = 500;
  return image;
}

inline study::StudyResult qc_study() {
  study::StudyResult result;
  calcium::Lesion lesion;
  lesion.id = 1;
  for (int z = 20; z < 22; ++z)
    for (int y = 10; y < 14; ++y)
      lesion.runs.push_back({z, {y, 10, 14}});
  result.beds.push_back({"coronary", calcium::VariantScore{}, {}, {{lesion, {}}}, true});
  return result;
}

/// The same with a volume of interest of 10 x 10 x 4 voxels in L1.
inline study::StudyResult qc_study_with_bone() {
  study::StudyResult result = qc_study();
  result.bone = bone::BoneResult{};
  bone::VertebraDensity l1;
  l1.level = Vertebra::L1;
  l1.trabecular = bone::HuStatistics{40, 0, 400};
  for (int z = 8; z < 12; ++z)
    for (int y = 30; y < 40; ++y)
      for (int x = 25; x < 35; ++x)
        l1.voi.voxels.push_back({x, y, z});
  result.bone->vertebrae.push_back(std::move(l1));
  return result;
}

} // namespace osteocalc::test
