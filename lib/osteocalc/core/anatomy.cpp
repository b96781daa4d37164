// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/core/anatomy.h"

#include <cstddef>
#include <utility>

namespace osteocalc {
namespace {

constexpr std::array<std::string_view, 18> vertebra_names{"T1",  "T2",  "T3",  "T4", "T5", "T6", "T7", "T8", "T9",
                                                          "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1"};
constexpr LabelId s1_label = 26, t1_label = 43, s1_body_label = 260;

constexpr std::array<std::pair<LabelId, std::string_view>, 14> structure_names{{
    {label::heart, "heart"},
    {label::aorta, "aorta"},
    {label::iliac_artery_left, "iliac_artery_left"},
    {label::iliac_artery_right, "iliac_artery_right"},
    {label::coronary_territory, "coronary"},
    {label::coronary_lm, "coronary_lm"},
    {label::coronary_lad, "coronary_lad"},
    {label::coronary_lcx, "coronary_lcx"},
    {label::coronary_rca, "coronary_rca"},
    {label::aortic_valve, "aortic_valve"},
    {label::aorta_ascending, "aorta_ascending"},
    {label::aorta_arch, "aorta_arch"},
    {label::aorta_descending, "aorta_descending"},
    {label::aorta_abdominal, "aorta_abdominal"},
}};

} // namespace

std::string_view to_string(Vertebra level) noexcept {
  return vertebra_names[static_cast<std::size_t>(level)];
}

std::optional<Vertebra> vertebra_from_string(std::string_view name) noexcept {
  for (const Vertebra level : all_vertebrae)
    if (to_string(level) == name)
      return level;
  return std::nullopt;
}

LabelId whole_vertebra_label(Vertebra level) noexcept {
  return static_cast<LabelId>(t1_label - static_cast<int>(level));
}

LabelId vertebral_body_label(Vertebra level) noexcept {
  return static_cast<LabelId>(s1_body_label + whole_vertebra_label(level) - s1_label);
}

std::optional<Vertebra> vertebra_from_whole_label(LabelId id) noexcept {
  if (id < s1_label || id > t1_label)
    return std::nullopt;
  return static_cast<Vertebra>(t1_label - id);
}

std::optional<Vertebra> vertebra_from_body_label(LabelId id) noexcept {
  if (id < s1_body_label)
    return std::nullopt;
  return vertebra_from_whole_label(static_cast<LabelId>(id - s1_body_label + s1_label));
}

bool is_bone_label(LabelId id) noexcept {
  const auto within = [id](LabelId first, LabelId last) { return id >= first && id <= last; };
  constexpr LabelId sacrum = 25, c1 = 50, humerus = 69, hip = 78, skull = 91, first_rib = 92, sternum = 116;
  return within(sacrum, c1) || within(humerus, hip) || id == skull || within(first_rib, sternum) ||
         vertebra_from_body_label(id).has_value();
}

std::string label_name(LabelId id) {
  for (const auto& [known, name] : structure_names)
    if (known == id)
      return std::string(name);
  if (const auto level = vertebra_from_whole_label(id))
    return "vertebrae_" + std::string(to_string(*level));
  if (const auto level = vertebra_from_body_label(id))
    return "vertebral_body_" + std::string(to_string(*level));
  return "label_" + std::to_string(id);
}

std::string_view to_string(Sex sex) noexcept {
  return sex == Sex::Female ? "F" : "M";
}

std::optional<Sex> sex_from_string(std::string_view text) noexcept {
  if (text == "F" || text == "f" || text == "female")
    return Sex::Female;
  if (text == "M" || text == "m" || text == "male")
    return Sex::Male;
  return std::nullopt;
}

} // namespace osteocalc
