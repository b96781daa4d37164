// SPDX-License-Identifier: Apache-2.0
#include "structures.h"

#include "osteocalc/core/error.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace osteocalc::app {
namespace {

constexpr std::array<std::pair<std::string_view, StructureGroup>, 4> group_names{
    {{"aorta", StructureGroup::Aorta},
     {"vertebrae", StructureGroup::Vertebrae},
     {"heart", StructureGroup::Heart},
     {"coronaries", StructureGroup::Coronaries}}};

std::optional<StructureGroup> group_of(LabelId id) {
  if (vertebra_from_whole_label(id) || vertebra_from_body_label(id))
    return StructureGroup::Vertebrae;
  if (id == label::heart || id == label::aortic_valve)
    return StructureGroup::Heart;
  if (id >= label::coronary_territory && id <= label::coronary_rca)
    return StructureGroup::Coronaries;
  const bool is_aorta = id == label::aorta || (id >= label::aorta_ascending && id <= label::aorta_abdominal) ||
                        id == label::iliac_artery_left || id == label::iliac_artery_right;
  return is_aorta ? std::optional(StructureGroup::Aorta) : std::nullopt;
}

void keep_only(LabelMap& labels, const std::set<StructureGroup>& groups) {
  std::vector<char> kept(std::size_t{1} << 16U, 0);
  for (const LabelId id : labels_present(labels))
    if (const auto group = group_of(id); group && groups.contains(*group))
      kept[id] = 1;
    else
      labels.names.erase(id);
  for (LabelId& id : labels.voxels.voxels())
    id = kept[id] != 0 ? id : LabelId{0};
}

} // namespace

std::set<StructureGroup> structure_groups_of(const std::vector<std::string>& names) {
  std::set<StructureGroup> groups;
  for (const std::string& name : names) {
    const auto known = std::ranges::find(group_names, name, &std::pair<std::string_view, StructureGroup>::first);
    if (known == group_names.end())
      throw ConfigError("no structure is called '" + name + "'; known: aorta, vertebrae, heart, coronaries");
    groups.insert(known->second);
  }
  return groups;
}

void keep_only(segmentation::Segmentation& found, const std::set<StructureGroup>& groups) {
  keep_only(found.wholes, groups);
  keep_only(found.parts, groups);
  if (!groups.contains(StructureGroup::Vertebrae))
    found.vertebrae.clear();
  if (!groups.contains(StructureGroup::Heart) && !groups.contains(StructureGroup::Coronaries))
    found.lesions.clear();
}

} // namespace osteocalc::app
