// SPDX-License-Identifier: Apache-2.0
// The class lists are those TotalSegmentator publishes for its tasks total (v1 and v2). \cite wasserthal2023
#include "osteocalc/core/structure_names.h"

#include "osteocalc/core/contract.h"
#include "osteocalc/core/error.h"

#include <algorithm>
#include <span>
#include <string>

namespace osteocalc {
namespace {

// clang-format off
// In the order of their numbers, from 1.
constexpr std::array<std::string_view, 104> v1_classes{
    "spleen", "kidney_right", "kidney_left", "gallbladder", "liver", "stomach", "aorta", "inferior_vena_cava",
    "portal_vein_and_splenic_vein", "pancreas", "adrenal_gland_right", "adrenal_gland_left", "lung_upper_lobe_left",
    "lung_lower_lobe_left", "lung_upper_lobe_right", "lung_middle_lobe_right", "lung_lower_lobe_right",
    "vertebrae_L5", "vertebrae_L4", "vertebrae_L3", "vertebrae_L2", "vertebrae_L1", "vertebrae_T12", "vertebrae_T11",
    "vertebrae_T10", "vertebrae_T9", "vertebrae_T8", "vertebrae_T7", "vertebrae_T6", "vertebrae_T5", "vertebrae_T4",
    "vertebrae_T3", "vertebrae_T2", "vertebrae_T1", "vertebrae_C7", "vertebrae_C6", "vertebrae_C5", "vertebrae_C4",
    "vertebrae_C3", "vertebrae_C2", "vertebrae_C1", "esophagus", "trachea", "heart_myocardium", "heart_atrium_left",
    "heart_ventricle_left", "heart_atrium_right", "heart_ventricle_right", "pulmonary_artery", "brain",
    "iliac_artery_left", "iliac_artery_right", "iliac_vena_left", "iliac_vena_right", "small_bowel", "duodenum",
    "colon", "rib_left_1", "rib_left_2", "rib_left_3", "rib_left_4", "rib_left_5", "rib_left_6", "rib_left_7",
    "rib_left_8", "rib_left_9", "rib_left_10", "rib_left_11", "rib_left_12", "rib_right_1", "rib_right_2",
    "rib_right_3", "rib_right_4", "rib_right_5", "rib_right_6", "rib_right_7", "rib_right_8", "rib_right_9",
    "rib_right_10", "rib_right_11", "rib_right_12", "humerus_left", "humerus_right", "scapula_left", "scapula_right",
    "clavicula_left", "clavicula_right", "femur_left", "femur_right", "hip_left", "hip_right", "sacrum", "face",
    "gluteus_maximus_left", "gluteus_maximus_right", "gluteus_medius_left", "gluteus_medius_right",
    "gluteus_minimus_left", "gluteus_minimus_right", "autochthon_left", "autochthon_right", "iliopsoas_left",
    "iliopsoas_right", "urinary_bladder"};
constexpr std::array<std::string_view, 117> v2_classes{
    "spleen", "kidney_right", "kidney_left", "gallbladder", "liver", "stomach", "pancreas", "adrenal_gland_right",
    "adrenal_gland_left", "lung_upper_lobe_left", "lung_lower_lobe_left", "lung_upper_lobe_right",
    "lung_middle_lobe_right", "lung_lower_lobe_right", "esophagus", "trachea", "thyroid_gland", "small_bowel",
    "duodenum", "colon", "urinary_bladder", "prostate", "kidney_cyst_left", "kidney_cyst_right", "sacrum",
    "vertebrae_S1", "vertebrae_L5", "vertebrae_L4", "vertebrae_L3", "vertebrae_L2", "vertebrae_L1", "vertebrae_T12",
    "vertebrae_T11", "vertebrae_T10", "vertebrae_T9", "vertebrae_T8", "vertebrae_T7", "vertebrae_T6", "vertebrae_T5",
    "vertebrae_T4", "vertebrae_T3", "vertebrae_T2", "vertebrae_T1", "vertebrae_C7", "vertebrae_C6", "vertebrae_C5",
    "vertebrae_C4", "vertebrae_C3", "vertebrae_C2", "vertebrae_C1", "heart", "aorta", "pulmonary_vein",
    "brachiocephalic_trunk", "subclavian_artery_right", "subclavian_artery_left", "common_carotid_artery_right",
    "common_carotid_artery_left", "brachiocephalic_vein_left", "brachiocephalic_vein_right", "atrial_appendage_left",
    "superior_vena_cava", "inferior_vena_cava", "portal_vein_and_splenic_vein", "iliac_artery_left",
    "iliac_artery_right", "iliac_vena_left", "iliac_vena_right", "humerus_left", "humerus_right", "scapula_left",
    "scapula_right", "clavicula_left", "clavicula_right", "femur_left", "femur_right", "hip_left", "hip_right",
    "spinal_cord", "gluteus_maximus_left", "gluteus_maximus_right", "gluteus_medius_left", "gluteus_medius_right",
    "gluteus_minimus_left", "gluteus_minimus_right", "autochthon_left", "autochthon_right", "iliopsoas_left",
    "iliopsoas_right", "brain", "skull", "rib_left_1", "rib_left_2", "rib_left_3", "rib_left_4", "rib_left_5",
    "rib_left_6", "rib_left_7", "rib_left_8", "rib_left_9", "rib_left_10", "rib_left_11", "rib_left_12",
    "rib_right_1", "rib_right_2", "rib_right_3", "rib_right_4", "rib_right_5", "rib_right_6", "rib_right_7",
    "rib_right_8", "rib_right_9", "rib_right_10", "rib_right_11", "rib_right_12", "sternum", "costal_cartilages"};

// Structures of v1 and of the subtasks that no measurement needs and v2's list lacks.
constexpr std::array<std::string_view, 11> unused{
    "face", "pulmonary_artery", "intervertebral_discs", "left_ventricular_outflow_tract", "right_coronary_cusp",
    "left_coronary_cusp", "non_coronary_cusp", "body", "body_trunc", "body_extremities", "skin"};

constexpr std::array<std::string_view, 5> chambers{
    "heart_myocardium", "heart_atrium_left", "heart_ventricle_left", "heart_atrium_right", "heart_ventricle_right"};
// clang-format on

bool is_in(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::span<const std::string_view> classes_of(LabelScheme scheme) {
  return scheme == LabelScheme::V1 ? std::span<const std::string_view>(v1_classes) : v2_classes;
}

std::optional<LabelId> part_named(std::string_view name) {
  for (LabelId id = label::coronary_territory; id <= label::aorta_abdominal; ++id)
    if (whole_of(id) != 0 && label_name(id) == name)
      return id;
  for (const Vertebra level : all_vertebrae)
    if (label_name(vertebral_body_label(level)) == name)
      return vertebral_body_label(level);
  return std::nullopt;
}

} // namespace

LabelScheme label_scheme_from(std::string_view text) {
  if (text == "auto")
    return LabelScheme::Auto;
  if (text == "v1")
    return LabelScheme::V1;
  if (text == "v2")
    return LabelScheme::V2;
  throw ConfigError("no label scheme is called '" + std::string(text) + "'; known: auto, v1, v2");
}

std::optional<Structure> structure_named(std::string_view name) {
  if (const auto known = std::ranges::find(v2_classes, name); known != v2_classes.end()) {
    const auto id = static_cast<LabelId>(known - v2_classes.begin() + 1);
    return Structure{is_measured(id) || is_bone_label(id) ? StructureUse::Label : StructureUse::None, id};
  }
  if (name == "vertebrae_body")
    return Structure{StructureUse::VertebralBodies, 0};
  if (name == "coronary_arteries")
    return Structure{StructureUse::Label, label::coronary_territory};
  if (is_in(chambers, name))
    return Structure{StructureUse::Label, label::heart};
  if (const auto part = part_named(name))
    return Structure{StructureUse::Label, *part};
  if (is_in(unused, name))
    return Structure{};
  return std::nullopt;
}

std::string_view class_name(LabelScheme scheme, LabelId id) noexcept {
  OSTEOCALC_EXPECT(scheme != LabelScheme::Auto);
  const auto classes = classes_of(scheme);
  return id >= 1 && id <= classes.size() ? classes[id - 1U] : std::string_view{};
}

bool is_measured(LabelId id) noexcept {
  return whole_of(id) != 0;
}

LabelId whole_of(LabelId id) noexcept {
  if (id == label::heart || (id >= label::coronary_territory && id <= label::aortic_valve))
    return label::heart;
  if (id == label::aorta || (id >= label::aorta_ascending && id <= label::aorta_abdominal))
    return label::aorta;
  if (id == label::iliac_artery_left || id == label::iliac_artery_right)
    return id;
  if (const auto level = vertebra_from_body_label(id))
    return whole_vertebra_label(*level);
  return vertebra_from_whole_label(id) ? id : LabelId{0};
}

} // namespace osteocalc
