// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "osteocalc/core/anatomy.h"
#include "osteocalc/image/volume.h"

#include <map>
#include <string>
#include <vector>

namespace osteocalc {

/// Which structure each voxel belongs to; 0 is none.
struct LabelMap {
  Volume<LabelId> voxels;
  std::map<LabelId, std::string> names; ///< may be empty: then label_name() names them
};

/// The two maps of a segmentation, on one grid: a part lies within its whole.
struct LabelSet {
  LabelMap wholes; ///< TotalSegmentator v2's ids
  LabelMap parts;  ///< ours, from 200 on
};

/// The label ids that occur, ascending, without 0.
[[nodiscard]] std::vector<LabelId> labels_present(const LabelMap& labels);

/// The name the map gives to `id`, else label_name(id).
[[nodiscard]] std::string name_of(const LabelMap& labels, LabelId id);

/// Voxels (in index space, both ends included) that hold a label; `empty` when none does.
struct LabelBox {
  std::array<int, 3> low{0, 0, 0}, high{-1, -1, -1};
  std::size_t count = 0;
  [[nodiscard]] bool empty() const noexcept { return count == 0; }
};

/// Bounding box and voxel count of every label that occurs, in one pass.
[[nodiscard]] std::map<LabelId, LabelBox> label_boxes(const Volume<LabelId>& labels);

} // namespace osteocalc
