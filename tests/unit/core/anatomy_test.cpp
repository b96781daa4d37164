// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/anatomy.h"

#include <gtest/gtest.h>
#include <set>

namespace osteocalc {
namespace {

TEST(Anatomy, WholeVertebraeHaveTotalSegmentatorsNumbers) {
  EXPECT_EQ(whole_vertebra_label(Vertebra::S1), 26);
  EXPECT_EQ(whole_vertebra_label(Vertebra::L5), 27);
  EXPECT_EQ(whole_vertebra_label(Vertebra::L1), 31);
  EXPECT_EQ(whole_vertebra_label(Vertebra::T12), 32);
  EXPECT_EQ(whole_vertebra_label(Vertebra::T1), 43);
}

TEST(Anatomy, BodiesStandAt260AboveS1) {
  EXPECT_EQ(vertebral_body_label(Vertebra::S1), 260);
  EXPECT_EQ(vertebral_body_label(Vertebra::L1), 265);
  EXPECT_EQ(vertebral_body_label(Vertebra::T1), 277);
}

TEST(Anatomy, EveryLevelFindsItselfByNameAndByEitherNumber) {
  std::set<LabelId> ids;
  for (const Vertebra level : all_vertebrae) {
    EXPECT_EQ(vertebra_from_string(to_string(level)), level);
    EXPECT_EQ(vertebra_from_whole_label(whole_vertebra_label(level)), level);
    EXPECT_EQ(vertebra_from_body_label(vertebral_body_label(level)), level);
    ids.insert(whole_vertebra_label(level));
    ids.insert(vertebral_body_label(level));
  }
  EXPECT_EQ(ids.size(), 2 * all_vertebrae.size());
}

TEST(Anatomy, NumbersOfOtherStructuresAreNoVertebra) {
  for (const LabelId id : {LabelId{0}, LabelId{25}, LabelId{44}, label::aorta, LabelId{259}, LabelId{278}}) {
    EXPECT_FALSE(vertebra_from_whole_label(id)) << id;
    EXPECT_FALSE(vertebra_from_body_label(id)) << id;
  }
  EXPECT_FALSE(vertebra_from_whole_label(260));
  EXPECT_FALSE(vertebra_from_body_label(26));
  EXPECT_FALSE(vertebra_from_string("L6"));
  EXPECT_FALSE(vertebra_from_string("l1"));
}

TEST(Anatomy, StructuresKeepTheNumbersOfTheContract) {
  EXPECT_EQ(label::heart, 51);
  EXPECT_EQ(label::aorta, 52);
  EXPECT_EQ(label::iliac_artery_left, 65);
  EXPECT_EQ(label::iliac_artery_right, 66);
  EXPECT_EQ(label::coronary_territory, 200);
  EXPECT_EQ(label::coronary_rca, 204);
  EXPECT_EQ(label::aortic_valve, 205);
  EXPECT_EQ(label::aorta_ascending, 211);
  EXPECT_EQ(label::aorta_abdominal, 214);
}

TEST(Anatomy, LabelsAreNamed) {
  EXPECT_EQ(label_name(52), "aorta");
  EXPECT_EQ(label_name(202), "coronary_lad");
  EXPECT_EQ(label_name(31), "vertebrae_L1");
  EXPECT_EQ(label_name(265), "vertebral_body_L1");
  EXPECT_EQ(label_name(5), "label_5");
}

TEST(Anatomy, SexIsReadAndWritten) {
  EXPECT_EQ(to_string(Sex::Female), "F");
  EXPECT_EQ(to_string(Sex::Male), "M");
  EXPECT_EQ(sex_from_string("F"), Sex::Female);
  EXPECT_EQ(sex_from_string("male"), Sex::Male);
  EXPECT_FALSE(sex_from_string("O")); // a header's "other" is a missing value, not a guess
  EXPECT_FALSE(sex_from_string(""));
}

} // namespace
} // namespace osteocalc
