// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/segmentation/segment.h"

#include <set>
#include <string>
#include <vector>

namespace osteocalc::app {

enum class StructureGroup { Aorta, Vertebrae, Heart, Coronaries };

/// aorta, vertebrae, heart, coronaries. \throw ConfigError for another name, with the known ones
[[nodiscard]] std::set<StructureGroup> structure_groups_of(const std::vector<std::string>& names);

/// Leaves only labels and findings of these groups. The iliac arteries belong to the aorta, the aortic valve to the
/// heart, lesions that were decided to heart and coronaries alike.
void keep_only(segmentation::Segmentation& found, const std::set<StructureGroup>& groups);

} // namespace osteocalc::app
