// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/structure_names.h"

#include "osteocalc/core/error.h"

#include <gtest/gtest.h>

namespace osteocalc {
namespace {

LabelId id_of(std::string_view name) {
  const auto structure = structure_named(name);
  return structure && structure->use == StructureUse::Label ? structure->id : LabelId{0};
}

// Numbers as TotalSegmentator's documentation lists them.
TEST(StructureNames, NumbersOfBothVersionsStandForTheirClasses) {
  EXPECT_EQ(class_name(LabelScheme::V1, 7), "aorta");
  EXPECT_EQ(class_name(LabelScheme::V1, 18), "vertebrae_L5");
  EXPECT_EQ(class_name(LabelScheme::V1, 34), "vertebrae_T1");
  EXPECT_EQ(class_name(LabelScheme::V1, 41), "vertebrae_C1");
  EXPECT_EQ(class_name(LabelScheme::V1, 44), "heart_myocardium");
  EXPECT_EQ(class_name(LabelScheme::V1, 51), "iliac_artery_left");
  EXPECT_EQ(class_name(LabelScheme::V1, 58), "rib_left_1");
  EXPECT_EQ(class_name(LabelScheme::V1, 92), "sacrum");
  EXPECT_EQ(class_name(LabelScheme::V1, 104), "urinary_bladder");
  EXPECT_EQ(class_name(LabelScheme::V1, 105), "");
  EXPECT_EQ(class_name(LabelScheme::V2, 25), "sacrum");
  EXPECT_EQ(class_name(LabelScheme::V2, 52), "aorta");
  EXPECT_EQ(class_name(LabelScheme::V2, 90), "brain");
  EXPECT_EQ(class_name(LabelScheme::V2, 117), "costal_cartilages");
  EXPECT_EQ(class_name(LabelScheme::V2, 0), "");
}

TEST(StructureNames, AreOurNumbersInEitherVersion) {
  EXPECT_EQ(id_of("aorta"), label::aorta);
  EXPECT_EQ(id_of("heart"), label::heart);
  EXPECT_EQ(id_of("heart_ventricle_left"), label::heart);
  EXPECT_EQ(id_of("iliac_artery_right"), label::iliac_artery_right);
  EXPECT_EQ(id_of("coronary_arteries"), label::coronary_territory);
  for (const Vertebra level : all_vertebrae)
    EXPECT_EQ(id_of("vertebrae_" + std::string(to_string(level))), whole_vertebra_label(level));
  EXPECT_EQ(structure_named("vertebrae_body")->use, StructureUse::VertebralBodies);
}

TEST(StructureNames, OfEveryLabelOfOursAreKnown) {
  for (int id = 1; id < 300; ++id)
    if (is_measured(static_cast<LabelId>(id))) {
      EXPECT_EQ(id_of(label_name(static_cast<LabelId>(id))), id);
    }
}

TEST(StructureNames, UnneededOnesAreKnownAndOthersAreNot) {
  for (const char* name : {"liver", "spinal_cord", "pulmonary_artery", "intervertebral_discs"}) {
    ASSERT_TRUE(structure_named(name)) << name;
    EXPECT_EQ(structure_named(name)->use, StructureUse::None) << name;
  }
  EXPECT_EQ(structure_named("liver")->id, 5);
  for (const char* bone : {"rib_left_3", "vertebrae_C7", "hip_right", "sternum"}) // calcium may touch them
    EXPECT_EQ(structure_named(bone)->use, StructureUse::Label) << bone;
  for (const char* name : {"", "Aorta", "aorta2", "heart_", "label_52", "plaque"})
    EXPECT_FALSE(structure_named(name)) << name;
}

TEST(StructureNames, PartsLieInTheirWholes) {
  EXPECT_EQ(whole_of(label::coronary_lad), label::heart);
  EXPECT_EQ(whole_of(label::aorta_arch), label::aorta);
  EXPECT_EQ(whole_of(vertebral_body_label(Vertebra::T7)), whole_vertebra_label(Vertebra::T7));
  EXPECT_EQ(whole_of(label::iliac_artery_left), label::iliac_artery_left);
  EXPECT_EQ(whole_of(5), 0);   // liver
  EXPECT_EQ(whole_of(206), 0); // nobody's
}

TEST(LabelScheme, IsReadFromItsName) {
  EXPECT_EQ(label_scheme_from("v1"), LabelScheme::V1);
  EXPECT_EQ(label_scheme_from("auto"), LabelScheme::Auto);
  EXPECT_THROW(static_cast<void>(label_scheme_from("v3")), ConfigError);
}

} // namespace
} // namespace osteocalc
