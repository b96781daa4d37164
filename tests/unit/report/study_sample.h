// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/study/study_result.h"

namespace osteocalc::test {

/// A study with everything once: a scored bed, a refused one, a measured level, an excluded one.
inline study::StudyResult sample_study() {
  study::StudyResult result;
  result.study = {"0123456789abcdef", 61.0, Sex::Female, "CT", 120.0, "B35f", 3.0, 47, study::Contrast::None};
  calcium::VariantScore reference{calcium::Variant::Reference, 81.5, 20.375, 61.125, 0, {}, 4.0, 1, 512};
  calcium::VariantScore qurai = reference;
  qurai.variant = calcium::Variant::Qurai;
  qurai.agatston = 79;
  calcium::Lesion lesion{1, {-12.345, 30.5, -100.25}, 81.5, 61.125, 512, 301.256, 4, 6, {}};
  result.beds.push_back({"coronary", reference, {reference, qurai}, {{lesion, {}}}, true});
  result.beds.push_back({"aorta_abdominal", {}, {}, {}, false});

  bone::BoneResult bone;
  bone.calibration.mode = calibration::Mode::Phantom;
  bone.calibration.name = "slab-3";
  bone.calibration.material = calibration::Material::HA;
  bone.calibration.slope = 0.8;
  bone.calibration.intercept = 5;
  bone.calibration.se_mg_cm3 = 2.5;
  bone::VertebraDensity l1;
  l1.level = Vertebra::L1;
  l1.trabecular = bone::HuStatistics{125.5, 31.25, 1800};
  l1.bmd_mg_cm3 = 105.4;
  l1.heights = bone::BodyHeights{27, 26, 28, 0.5, 0.75, 1.25};
  l1.tilt_deg = 4.5;
  bone::VertebraDensity l2;
  l2.level = Vertebra::L2;
  l2.trabecular = bone::HuStatistics{900, 200, 1500};
  l2.excluded = "metal, \"screw\"";
  bone::VertebraDensity l3;
  l3.level = Vertebra::L3;
  l3.excluded = "the body is cut by the field of view";
  bone.vertebrae.push_back(std::move(l1));
  bone.vertebrae.push_back(std::move(l2));
  bone.vertebrae.push_back(std::move(l3));
  bone.vertebrae[0].bmd_se_mg_cm3 = 3.25;
  bone.vertebrae[0].uncertainty = {2.5, 1.5};
  bone.vertebrae[0].integral = bone::RegionDensity{{200.5, 80, 9000}, 165.5, 30.5};
  bone.vertebrae[0].shell = bone::RegionDensity{{300.25, 90, 4000}, {}, 12.5};
  bone.vertebrae[0].height_losses = {{bone::HeightLoss::Genant, 0.0625}, {bone::HeightLoss::MinOverMax, 0.125}};
  bone.vertebrae[0].genant = 0;
  bone.soft_tissue = bone::SoftTissue{130.5, 240.25, 12};
  bone::BoneSummary& summary = bone.summary.emplace();
  summary.levels = {Vertebra::L1, Vertebra::L2};
  summary.mean_hu = 125.5;
  summary.bmd_mg_cm3 = 105.4;
  summary.bmd_se_mg_cm3 = 3;
  summary.category = {"low", "ACR QCT 120/80"};
  summary.l1_hu_category = {"111-135", "L1 HU 160/135/110"};
  result.bone = std::move(bone);

  result.paradox = {false, true, "bone"};
  result.issues = {info("IO-A", "series", "plain"), warning("IO-GAP", "series", "a slice is missing"),
                   refused("CAL-CONTRAST", "calcium", "enhanced")};
  result.provenance = {{{"labels", "given"}}, {"table-1"}, "ab12"};
  return result;
}

} // namespace osteocalc::test
