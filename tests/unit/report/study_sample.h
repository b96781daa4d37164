// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/study/study_result.h"

namespace osteocalc::test {

/// A study with everything once: a scored bed, a refused one, a measured level, an excluded one.
inline study::StudyResult sample_study() {
  study::StudyResult result;
  result.study = {"0123456789abcdef", 61.0, Sex::Female, "CT", 120.0, "B35f", 3.0, 47, study::Contrast::None};
  calcium::VariantScore reference{calcium::Variant::Reference, 81.5, 20.375, 61.125, {}, 4.0, 1, 512};
  calcium::VariantScore qurai = reference;
  qurai.variant = calcium::Variant::Qurai;
  qurai.agatston = 79;
  calcium::Lesion lesion{1, {-12.345, 30.5, -100.25}, 81.5, 61.125, 512, 301.256, 4, 6, {}};
  result.beds.push_back({"coronary", reference, {reference, qurai}, {{lesion, {}}}, true});
  result.beds.push_back({"aorta_abdominal", {}, {}, {}, false});

  bone::BoneResult bone;
  bone.calibration = {calibration::Mode::Phantom, "slab-3", calibration::Material::HA, 0.8, 5.0, 2.5};
  bone::VertebraDensity l1;
  l1.level = Vertebra::L1;
  l1.trabecular = bone::HuStatistics{125.5, 31.25, 1800};
  l1.bmd_mg_cm3 = 105.4;
  l1.heights = bone::BodyHeights{27, 26, 28};
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
  bone.summary = bone::BoneSummary{{Vertebra::L1, Vertebra::L2}, 125.5, 105.4, {}, "low"};
  result.bone = std::move(bone);

  result.paradox = {false, true, "bone"};
  result.issues = {info("IO-A", "series", "plain"), warning("IO-GAP", "series", "a slice is missing"),
                   refused("CAL-CONTRAST", "calcium", "enhanced")};
  result.provenance = {{{"labels", "given"}}, {"table-1"}, "ab12"};
  return result;
}

} // namespace osteocalc::test
