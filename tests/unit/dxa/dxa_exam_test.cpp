// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/io/dxa_exam.h"

#include <gtest/gtest.h>

namespace osteocalc::io {
namespace {

struct Spelling {
  const char* text;
  DxaExam exam;
};

TEST(DxaExam, ManySpellings) {
  for (const auto& [text, exam] : {Spelling{"AP Spine", DxaExam::Spine},
                                   {"APSpine", DxaExam::Spine},
                                   {"Lumbar Spine", DxaExam::Spine},
                                   {"L-SPINE L1-L4", DxaExam::Spine},
                                   {"LWS", DxaExam::Spine},
                                   {"Rachis lombaire", DxaExam::Spine},
                                   {"COLUMNA LUMBAR", DxaExam::Spine},
                                   {"AP L1-L4", DxaExam::Spine},
                                   {"Lateral Spine", DxaExam::LateralSpine},
                                   {"LATERAL LUMBAR SPINE", DxaExam::LateralSpine},
                                   {"LVA", DxaExam::LateralSpine},
                                   {"Spine LAT", DxaExam::LateralSpine},
                                   {"IVA", DxaExam::LateralSpine},
                                   {"Left Femur", DxaExam::FemurLeft},
                                   {"LeftFemur", DxaExam::FemurLeft},
                                   {"LT HIP", DxaExam::FemurLeft},
                                   {"Femur L", DxaExam::FemurLeft},
                                   {"DualFemur Left", DxaExam::FemurLeft},
                                   {"Hanche gauche", DxaExam::FemurLeft},
                                   {"Left total hip", DxaExam::FemurLeft},
                                   {"Right Femur", DxaExam::FemurRight},
                                   {"HIP_RIGHT", DxaExam::FemurRight},
                                   {"Schenkelhals rechts", DxaExam::FemurRight},
                                   {"Cadera derecha", DxaExam::FemurRight},
                                   {"Left Knee", DxaExam::KneeLeft},
                                   {"KNEE RT", DxaExam::KneeRight},
                                   {"Ortho Knee Right", DxaExam::KneeRight},
                                   {"Whole Body", DxaExam::WholeBody},
                                   {"Total Body", DxaExam::WholeBody},
                                   {"WHOLEBODY", DxaExam::WholeBody},
                                   {"Body Composition", DxaExam::WholeBody},
                                   {"Ganzkoerper", DxaExam::WholeBody}}) {
    const auto found = dxa_exam_from(
        {.protocol_name = text, .series_description = {}, .study_description = {}, .body_part = {}, .laterality = {}});
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(*found, exam) << text;
    const auto described = dxa_exam_from(
        {.protocol_name = {}, .series_description = text, .study_description = {}, .body_part = {}, .laterality = {}});
    ASSERT_TRUE(described) << text;
    EXPECT_EQ(*described, exam) << text;
  }
}

TEST(DxaExam, SideFromItsOwnAttribute) {
  EXPECT_EQ(dxa_exam_from({.protocol_name = "Femur",
                           .series_description = {},
                           .study_description = {},
                           .body_part = {},
                           .laterality = "R"}),
            DxaExam::FemurRight);
  EXPECT_FALSE(dxa_exam_from({.protocol_name = "Femur",
                              .series_description = {},
                              .study_description = {},
                              .body_part = {},
                              .laterality = {}}));
  EXPECT_FALSE(dxa_exam_from({.protocol_name = "Chest PA",
                              .series_description = {},
                              .study_description = {},
                              .body_part = {},
                              .laterality = {}}));
}

TEST(DxaExam, Modalities) {
  for (const char* name : {"CR", "OT", "DX", "SC", "BMD"})
    EXPECT_TRUE(is_dxa_modality(name));
  EXPECT_FALSE(is_dxa_modality("CT"));
}

} // namespace
} // namespace osteocalc::io
