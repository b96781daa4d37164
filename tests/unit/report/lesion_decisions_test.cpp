// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/lesion_decisions.h"

#include <gtest/gtest.h>

namespace osteocalc::report {
namespace {

TEST(LesionDecisionsCsv, EveryLesionHasItsRowWithReasonAndEvidence) {
  segmentation::LesionDecision coronary;
  coronary.kind = segmentation::LesionKind::Coronary;
  coronary.artery = segmentation::CoronaryArtery::LAD;
  coronary.probability = 0.875;
  coronary.reason = "near a course, in fat";
  coronary.centre_mm = {1.5, -20, 300.25};
  coronary.slices = {41, 43};
  coronary.volume_mm3 = 12.5;
  coronary.peak_hu = 512;
  coronary.evidence = {{"to_lung_mm", 14.26}, {"fat_share", 0.5}};
  segmentation::LesionDecision rib;
  rib.kind = segmentation::LesionKind::Bone;
  rib.reason = "bone";
  EXPECT_EQ(lesion_decisions_csv({coronary, rib}),
            "lesion,decision,artery,probability,reason,x_mm,y_mm,z_mm,volume_mm3,max_hu,first_slice,last_slice,"
            "evidence\n"
            "1,coronary,coronary_lad,0.875,\"near a course, in fat\",1.50,-20.00,300.25,12.500,512,41,43,"
            "to_lung_mm=14.26;fat_share=0.5\n"
            "2,bone,,0.000,bone,0.00,0.00,0.00,0.000,0,0,0,\n");
}

TEST(LesionDecisionsCsv, WithoutLesionsItIsAHeaderAlone) {
  EXPECT_EQ(lesion_decisions_csv({}).find('\n') + 1, lesion_decisions_csv({}).size());
}

TEST(ArteryName, IsTheBeds) {
  EXPECT_EQ(artery_name(segmentation::CoronaryArtery::LM), "coronary_lm");
  EXPECT_EQ(artery_name(segmentation::CoronaryArtery::RCA), "coronary_rca");
}

} // namespace
} // namespace osteocalc::report
